"""Asking for photos: what staff choose, and what became of it."""

from dataclasses import asdict, dataclass

from bedside.errors import WrongInput
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions
from bedside.notifications.texts import in_language
from bedside.people.clinics import Clinics
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess
from bedside.requests.photos import agreed
from bedside.requests.photos.details import KEY, PhotoDetails
from bedside.requests.photos.options import PhotoOptions
from bedside.requests.photos.texts import PHOTO_TEMPLATES
from bedside.requests.service import Composed, Outgoing, Requests, until

BODY_PART_MAX = 80
INSTRUCTIONS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A request that is being written. `id` is made with the form, so that sending the form twice
    makes one request. `instructions` replace the words of the template when they are given."""

    id: str
    channels: tuple[str, ...]
    template: str
    body_part: str = ""
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview of the request: the messages, and what the page asks for."""

    messages: tuple[Outgoing, ...]
    asks: str
    photo_limit: int
    bytes_limit: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class NotTaken:
    """How many agreed photos were refused, and how many never arrived."""

    refused: int
    left_out: int


class PhotoRequests:
    """Sends photo requests. What follows is the same for all kinds: see `Requests`."""

    def __init__(
        self, database: Transactions, clinics: Clinics, patients: Patients, requests: Requests
    ) -> None:
        self._database = database
        self._clinics = clinics
        self._patients = patients
        self._requests = requests

    async def preview(self, chart: ChartAccess, draft: Draft) -> Preview:
        """Return what would be sent, with “…” for the secret. Raises WrongInput as `send` does."""
        composed = await self._compose(chart, draft)
        return Preview(
            await self._requests.messages(chart, KEY, composed.content),
            PhotoDetails.of(composed.content).instructions,
            composed.file_limit,
            composed.bytes_limit,
            until(await self._clinics.get(chart.clinic_id)),
        )

    async def send(self, chart: ChartAccess, draft: Draft) -> str:
        """Send a request and return its id. Idempotent per draft.

        Raises NotAllowed, and WrongInput for a channel without an address, unknown templates and
        texts that are too long.
        """
        return await self._requests.send(chart, KEY, draft.id, lambda: self._compose(chart, draft))

    async def _compose(self, chart: ChartAccess, draft: Draft) -> Composed:
        patient = await self._patients.get(chart)
        template = PHOTO_TEMPLATES.get(draft.template)
        if template is None:
            raise WrongInput(field="template")
        if len(draft.body_part) > BODY_PART_MAX:
            raise WrongInput(_("Please use at most 80 characters here."), field="body_part")
        if len(draft.instructions) > INSTRUCTIONS_MAX:
            raise WrongInput(_("Please use at most 1,000 characters here."), field="instructions")
        with in_language(patient.demographics.language):
            words = draft.instructions.strip() or _(template.asks)
        details = PhotoDetails(draft.template, draft.body_part.strip(), words)
        options = await self._clinics.options(chart.clinic_id, PhotoOptions)
        return Composed(
            await self._requests.content(chart, patient, draft.channels, **asdict(details)),
            file_limit=options.photo_limit,
            bytes_limit=options.photo_bytes_limit,
        )

    async def not_taken(self, chart: ChartAccess, request_id: str) -> NotTaken:
        """Count the agreed photos that are not in the chart, and will not be. Raises NotFound."""
        await self._requests.get(chart, request_id)
        async with self._database.read() as db:
            found = await agreed.of_request(db, request_id)
        outcomes = [row.outcome for row in found.values()]
        return NotTaken(
            outcomes.count(agreed.Outcome.REFUSED), outcomes.count(agreed.Outcome.LEFT_OUT)
        )
