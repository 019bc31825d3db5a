"""Files that a patient, or a proxy, sends from the app by themself, and what became of them.

They go straight into the chart, where nobody has reviewed them yet. Nothing here removes one: what
has arrived is part of the record.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bedside.charts.categories import Category
from bedside.charts.patient_side import OwnEntry, PatientSide
from bedside.files import upload_rows
from bedside.files.announcing import Allowance, Announced, Upload
from bedside.files.ports import Chunk
from bedside.files.refusals import REFUSALS
from bedside.files.repository import Repository
from bedside.files.uploads import Uploads
from bedside.kernel.language import gettext as _
from bedside.people.permissions import PatientAccess
from bedside.people.record_parts import Part


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that was sent, as its sender sees it. `refusal` says why it was not accepted."""

    entry: OwnEntry
    refusal: str


class PatientUploads:
    """Takes what patients send by themselves."""

    def __init__(self, uploads: Uploads, side: PatientSide, repository: Repository) -> None:
        self._uploads = uploads
        self._side = side
        self._repository = repository

    async def begin(
        self, patient: PatientAccess, announced: Announced, allowance: Allowance, category: str
    ) -> Upload:
        """Begin an upload. Raises NotShared, and TooLarge before any byte is received."""
        return await self._uploads.begin(_target(patient, category), announced, allowance)

    async def take(
        self,
        patient: PatientAccess,
        name: str,
        source: AsyncIterator[Chunk],
        allowance: Allowance,
        category: str,
        comment: str,
    ) -> Upload:
        """Take a file of unannounced length in one go, from a form without script. Raises as
        `Uploads.take_for_chart`, and NotShared."""
        target = _target(patient, category)
        return await self._uploads.take(
            patient, target, name, source, allowance, allowance.largest, comment
        )

    async def sent(self, patient: PatientAccess, limit: int = 20) -> list[SentFile]:
        """Return what was sent, newest first, also what is not checked yet or was not accepted.
        Raises NotShared."""
        return [
            SentFile(entry, await self._refusal(entry))
            for entry in await self._side.sent(patient, limit)
        ]

    async def _refusal(self, entry: OwnEntry) -> str:
        if not entry.is_dead:
            return ""
        key = (await self._repository.row(entry.file_id)).refusal
        return _(REFUSALS[key]) if key in REFUSALS else _("It was refused and not kept.")


def _target(patient: PatientAccess, category: str) -> upload_rows.Target:
    patient.require(Part.FILES)
    known = category if category in set(Category) else Category.OTHER
    return upload_rows.by_patient(patient, known)
