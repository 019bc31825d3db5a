"""The patient's side of a photo request: from opening the link to agreeing to send."""

from dataclasses import dataclass
from datetime import date

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.database.sealed import Vault
from bedside.errors import Conflict, NotFound, TooLarge, WrongInput
from bedside.files.intake import Intake
from bedside.files.refusals import REFUSALS
from bedside.files.retrieval import HeldFile, Retrieval
from bedside.files.uploads import Allowance, Uploads
from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Row, Transactions, UnitOfWork
from bedside.people.clinics import Clinic, Clinics
from bedside.people.links import Answer, Link, LinkClosed, Links, LinkState
from bedside.people.permissions import LinkAccess
from bedside.requests import records, texts
from bedside.requests.filing import DESTROYED, SETTLE, Filing
from bedside.requests.records import PhotoRequest, Told
from bedside.requests.states import ENDED, State, Step

_SETTLE_AFTER = 10 * clock.SECOND
_ANSWERING = (State.OPENED, State.IN_PROGRESS, State.DONE)


@dataclass(frozen=True, slots=True)
class Face:
    """What a link shows before the date of birth: the clinic, and who asks."""

    link: Link
    clinic: Clinic
    request: PhotoRequest


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A photo that was refused while it arrived. `id` is the upload's; `refusal` a sentence."""

    id: str
    name: str
    refusal: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What the patient's page shows. Bytes count what is held and what is in the chart."""

    request: PhotoRequest
    clinic: Clinic
    photos: tuple[HeldFile, ...]
    turned_away: tuple[TurnedAway, ...]

    @property
    def acceptable(self) -> tuple[HeldFile, ...]:
        """Photos that can be sent."""
        return tuple(photo for photo in self.photos if photo.state not in DESTROYED)

    @property
    def bytes_used(self) -> int:
        """Of `request.bytes_limit`."""
        return self.request.filed_bytes + sum(photo.size for photo in self.acceptable)

    @property
    def photos_left(self) -> int:
        """How many may still be chosen."""
        used = self.request.filed + len(self.acceptable)
        return max(0, self.request.photo_limit - used)

    @property
    def total(self) -> int:
        """How many photos the request has in all when those that are here are sent."""
        return self.request.filed + len(self.acceptable)


class PhotoAnswers:
    """What a patient can do with a photo request."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        links: Links,
        intake: Intake,
        uploads: Uploads,
        retrieval: Retrieval,
        filing: Filing,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._links = links
        self._intake = intake
        self._uploads = uploads
        self._retrieval = retrieval
        self._filing = filing

    # --- the link ------------------------------------------------------------------------------

    async def face(self, secret: str) -> Face | None:
        """What the link's page shows; looking changes nothing. None for an unknown link."""
        link = await self._links.look(secret)
        return None if link is None else await self._face(link)

    async def face_of_device(self, token: str, request_id: str) -> Face | None:
        """The same for a device that was let in before, also when its link has ended."""
        link = await self._links.of_device(token, request_id)
        return None if link is None else await self._face(link)

    async def _face(self, link: Link) -> Face:
        request = await self._request(link.subject_id)
        return Face(link, await self._clinics.get(link.clinic_id), request)

    async def answer(self, secret: str, born: date, address: str) -> Answer:
        """Count an answer to the date of birth, and move the request on.

        Raises NotFound for an unknown link, TooMany for an address that tried too often.
        """
        checked = await self._links.check(secret, born, address)
        async with self._database.unit_of_work() as work:
            answer = await self._links.count(work, checked)
            row = await work.one(records.for_change, of=answer.link.subject_id)
            if row is None:
                raise NotFound
            if answer.token:
                await self._let_in(work, row, address)
            elif answer.locked_now:
                await records.take_step(work, row, Step.LOCKED)
        return answer

    async def _let_in(self, work: UnitOfWork, row: Row, address: str) -> None:
        first = not row.opened_at
        opened_at = row.opened_at or clock.now()
        await records.take_step(work, row, Step.LET_IN, opened_at=opened_at, told=Told.NOTHING)
        if first:
            patient = Actor(ActorKind.PATIENT, row.patient_id, address)
            await self._note(work, row, patient, Action.REQUEST_OPENED)

    async def tell(self, link: Link, told: Told, address: str) -> None:
        """Somebody with a link tells the clinic something; telling it twice is once.

        A new link can be asked for when this one is closed.
        """
        if told is Told.NEW_LINK and link.state is LinkState.OPEN:
            return
        async with self._database.unit_of_work() as work:
            row = await work.one(records.for_change, of=link.subject_id)
            if row is None or row.told == told or row.state == State.DONE:
                return
            await records.save(work, row, told=told, told_at=clock.now())
            somebody = Actor(ActorKind.UNKNOWN, "", address)
            await self._note(work, row, somebody, Action.REQUEST_ANSWERED, told=told)

    async def resume(self, token: str, request_id: str, address: str) -> LinkAccess:
        """Access for a device that was let in. Raises NotSignedIn, LinkClosed."""
        return await self._links.resume(token, request_id, address)

    # --- photos --------------------------------------------------------------------------------

    async def visit(self, link: LinkAccess) -> Visit:
        """Everything that the patient's page shows."""
        request = await self._request(link.subject_id)
        refused = await self._uploads.refused(link)
        return Visit(
            request,
            await self._clinics.get(link.clinic_id),
            tuple(await self._retrieval.held(link)),
            tuple(TurnedAway(upload, name, _(REFUSALS[key])) for upload, name, key in refused),
        )

    async def snapshot(self, link: LinkAccess) -> dict[str, object]:
        """The page as data: for scripts, and for the events of the request to build on."""
        visit = await self.visit(link)
        return {
            "state": visit.request.state,
            "expected": visit.request.expected,
            "filed": visit.request.filed,
            "sending": visit.request.sending,
            "bytes_used": visit.bytes_used,
            "photos_left": visit.photos_left,
            "photos": [
                {
                    "id": photo.id,
                    "name": photo.name,
                    "size": photo.size,
                    "state": photo.state,
                    "comment": photo.comment,
                    "refusal": photo.refusal,
                    "preview": photo.preview,
                }
                for photo in visit.photos
            ],
            "refused": [
                {"id": gone.id, "name": gone.name, "refusal": gone.refusal}
                for gone in visit.turned_away
            ],
        }

    async def allowance(self, link: LinkAccess) -> Allowance:
        """How much may still be sent, for `Uploads.begin_held`: told before any byte is taken.

        The first upload moves the request on. Raises LinkClosed when the request has ended, and
        TooLarge when everything that it allows is in the chart already.
        """
        request = await self._request(link.subject_id)
        if request.state not in _ANSWERING:
            raise LinkClosed(_closed_as(request.state))
        files = request.photo_limit - request.filed
        left = request.bytes_limit - request.filed_bytes
        if files <= 0 or left <= 0:
            raise TooLarge(
                _("You have sent as many photos as can be sent with this link."),
                code="too_many_files",
            )
        if request.state is not State.IN_PROGRESS:
            await self._start(link)
        return Allowance(largest=request.bytes_limit, files=files, total=left)

    async def _start(self, link: LinkAccess) -> None:
        async with self._database.unit_of_work() as work:
            row = await work.one(records.for_change, of=link.subject_id)
            if row is not None and row.state != State.IN_PROGRESS:
                await records.take_step(work, row, Step.STARTED)
                await self._note(work, row, link.actor, Action.REQUEST_STARTED)

    async def comment(self, link: LinkAccess, file_id: str, comment: str) -> None:
        """The patient says something about a photo that is not in the chart yet."""
        await self._intake.set_comment(link, file_id, comment)

    async def discard(self, link: LinkAccess, item_id: str) -> None:
        """Delete a photo that is not in the chart yet, or the trace of one that was refused.

        Deleting twice is deleting once. Raises Conflict for a photo that was agreed to.
        """
        request = await self._request(link.subject_id)
        refused = {upload for upload, _name, _key in await self._uploads.refused(link)}
        held = {photo.id: photo for photo in await self._retrieval.held(link)}
        if item_id in refused:
            await self._uploads.cancel(link, item_id)
        elif item_id in held:
            if request.sending and held[item_id].state not in DESTROYED:
                raise Conflict(_("This photo is on its way to the clinic and cannot be deleted."))
            await self._intake.discard_held(link, item_id)

    # --- agreement -----------------------------------------------------------------------------

    async def agree(self, link: LinkAccess, total: int) -> bool:
        """The patient agrees to send; True when everything is in the chart already.

        `total` counts all photos of the request: those in the chart, those here, and those that
        the device still uploads. Agreeing again with the same total changes nothing; a device that
        gives up on a photo agrees again with a smaller one. Raises WrongInput without a photo,
        LinkClosed when the request has ended.
        """
        visit = await self.visit(link)
        request = visit.request
        expected = min(max(total, visit.total), request.photo_limit)
        if request.sending and expected < request.expected:
            return await self._filing.settle(link, at_most=expected)
        if expected <= request.filed and request.filed:
            return True
        if not expected:
            raise WrongInput(_("Choose at least one photo first."), field="photos")
        if request.state not in _ANSWERING:
            raise LinkClosed(_closed_as(request.state))
        if not request.sending:
            await self._forget_refused(link, visit)
        async with self._database.unit_of_work() as work:
            row = await work.one(records.for_change, of=request.id)
            if row is None:
                raise NotFound
            if row.expected != expected and expected > row.filed:
                await self._record_agreement(work, row, link, expected)
        return await self._filing.settle(link)

    async def _record_agreement(
        self, work: UnitOfWork, row: Row, link: LinkAccess, expected: int
    ) -> None:
        await records.take_step(
            work,
            row,
            Step.STARTED,
            expected=expected,
            agreed_at=clock.now(),
            agreed_text=texts.AGREEMENT_VERSION,
        )
        work.enqueue(
            SETTLE, {"request_id": row.id}, unique=f"{SETTLE}:{row.id}", delay=_SETTLE_AFTER
        )
        await self._note(
            work,
            row,
            link.actor,
            Action.REQUEST_AGREED,
            text=texts.AGREEMENT_VERSION,
            photos=expected,
        )

    async def _forget_refused(self, link: LinkAccess, visit: Visit) -> None:
        """What was refused before is known to the patient and not part of what is sent now."""
        for upload in visit.turned_away:
            await self._uploads.cancel(link, upload.id)
        for photo in visit.photos:
            if photo.state in DESTROYED:
                await self._intake.discard_held(link, photo.id)

    async def settle(self, link: LinkAccess) -> bool:
        """A photo has arrived: file it if it was agreed to. True when nothing is left to come."""
        request = await self._request(link.subject_id)
        return await self._filing.settle(link) if request.sending else True

    async def _request(self, request_id: str) -> PhotoRequest:
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=request_id)
        if row is None:
            raise NotFound
        return records.opened(await self._vault.clinic(row.clinic_id), row)

    async def _note(
        self, work: UnitOfWork, row: Row, actor: Actor, action: Action, **details: object
    ) -> None:
        await self._audit.record(
            work,
            row.clinic_id,
            actor,
            action,
            patient_id=row.patient_id,
            subject_id=row.id,
            **details,
        )


def _closed_as(state: State) -> LinkState:
    return LinkState.REVOKED if state in ENDED - {State.EXPIRED} else LinkState.EXPIRED
