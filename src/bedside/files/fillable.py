"""PDF forms in charts: reading their fields, and writing answers into a copy."""

from collections.abc import Mapping
from contextlib import suppress

from bedside.charts.entries import Charts
from bedside.charts.records import Entry
from bedside.errors import BedsideError, NotFound
from bedside.files import holders, media_types
from bedside.files.pdf_forms import FilledForm, PdfForm, PdfForms
from bedside.files.ports import Derivative
from bedside.files.repository import Repository
from bedside.files.states import FileState
from bedside.kernel import faults
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.permissions import ChartAccess

WITH_FIELDS = "fields"
"""The role of a PDF with its fields beside its flat copy."""


class NotAPdf(BedsideError):
    """Only a PDF can be sent to be filled in."""

    status = 422
    code = "not_a_pdf"
    sentence = N_("Only a PDF can be sent to be filled in. Save the form as PDF, and upload that.")


class NotScanned(BedsideError):
    """The PDF cannot be opened (yet)."""

    status = 409
    code = "not_scanned"
    sentence = N_("The PDF waits for its scan. It can be sent as soon as it opens in the chart.")


class FillableFiles:
    """Reads and fills in PDFs that are in charts."""

    def __init__(
        self, database: Transactions, charts: Charts, repository: Repository, forms: PdfForms
    ) -> None:
        self._database = database
        self._charts = charts
        self._repository = repository
        self._forms = forms

    async def read(self, chart: ChartAccess, entry_id: str) -> tuple[Entry, PdfForm]:
        """Return an entry and its form. Raises NotFound, NotAPdf, NotScanned, Unavailable."""
        entry = await self._charts.entry(chart, entry_id)
        if entry.moved_to:
            raise NotFound
        row = await self._repository.row(entry.file_id)
        if row.state != FileState.FILED:
            raise NotScanned
        if row.media_type != media_types.PDF:
            raise NotAPdf
        return entry, await self._forms.read(self._repository.chunks(row), row.size)

    async def fill(
        self, clinic_id: str, file_id: str, answers: Mapping[str, tuple[str, ...]]
    ) -> FilledForm | None:
        """Return a copy of a PDF with answers, None if it cannot be made. The caller knows that it
        may. Raises NotFound, Unavailable."""
        row = await self._repository.row(file_id)
        if row.clinic_id != clinic_id or row.state != FileState.FILED:
            raise NotFound
        return await self._forms.fill(self._repository.chunks(row), row.size, answers)

    def shown(self, said: str) -> str:
        """See `PdfForms.shown`."""
        return self._forms.shown(said)

    # --- the version with fields ---------------------------------------------------------------

    async def add_version(self, file_id: str, with_fields: bytes) -> None:
        """Keep the PDF with its fields as a version of its flat copy: it goes where that goes, and
        is destroyed with it."""
        made = Derivative(WITH_FIELDS, media_types.PDF, with_fields)
        row = await self._repository.row(file_id)
        if not row.data_key:
            return
        await self._repository.store_derivative(row, made)
        faults.point("form.version_stored")
        async with self._database.unit_of_work() as work:
            await holders.lock(work, row)
            if (await self._repository.row(file_id, work)).data_key:
                await self._repository.add_derivative(work, file_id, made)

    async def has_version(self, file_id: str, db: Reader | None = None) -> bool:
        """Whether a file has a version with fields."""
        return WITH_FIELDS in await self._repository.derivatives(file_id, db)

    async def is_in_chart(self, clinic_id: str, patient_id: str, file_id: str) -> bool:
        """Whether a file is in the chart of this patient now."""
        return await self._charts.patient_of_file(clinic_id, file_id) == patient_id

    async def entry_of(self, chart: ChartAccess, file_id: str) -> Entry | None:
        """Return the entry of a file in this chart; None if it is not there (any more)."""
        with suppress(NotFound):
            return await self._charts.entry_of_file(chart, file_id)
        return None
