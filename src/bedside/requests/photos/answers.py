"""The patient's side of a photo request: from opening the link to agreeing to send."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from bedside.audit import Action, Actor, AuditLog
from bedside.database.sealed import Vault
from bedside.errors import Conflict, NotFound, TooLarge, WrongInput
from bedside.files import arrivals
from bedside.files.announcing import Announced, LimitTexts, Upload
from bedside.files.intake import Intake
from bedside.files.ports import Chunk
from bedside.files.refusals import REFUSALS
from bedside.files.retrieval import HeldFile, Opened, Retrieval
from bedside.files.uploads import Allowance, Uploads
from bedside.kernel import clock
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_, ngettext
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.links.records import LinkClosed, LinkState
from bedside.people.clinics import Clinic, Clinics
from bedside.people.permissions import LinkAccess
from bedside.requests import records
from bedside.requests.photos import agreed
from bedside.requests.photos.agreed import AgreedRow, LastAgreement, Outcome, name_of
from bedside.requests.photos.filing import DESTROYED, SETTLE, Filing
from bedside.requests.photos.texts import AGREEMENT_VERSION
from bedside.requests.records import Request, RequestRow
from bedside.requests.states import ENDED, State, Step

_SETTLE_AFTER = 10 * clock.SECOND
_ENOUGH = N_("You have sent as many photos as can be sent with this link.")


def _too_many(most: int) -> str:
    said = ngettext(
        "You can send up to %(num)s photo. Delete one to add another.",
        "You can send up to %(num)s photos. Delete one to add another.",
        most,
    )
    return said % {"num": most}


_LIMITS = LimitTexts(
    too_many=_too_many,
    too_much=N_("All photos together can be up to %(size)s. Delete one to add another."),
)
_ANSWERING = (State.OPENED, State.IN_PROGRESS, State.DONE)


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A photo that was refused while it arrived. `id` is the upload's, `given_id` its device's
    name for it, or ""; `refusal` is a sentence."""

    id: str
    given_id: str
    name: str
    refusal: str


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """The state of the patient's page. Bytes count what is held and what is in the chart. `photos`
    are the held ones; `coming` names the agreed ones that are not in the chart yet, and `sent`
    those that are, by their names and by their files' ids; `last` is the last agreement."""

    request: Request
    clinic: Clinic
    photos: tuple[HeldFile, ...]
    turned_away: tuple[TurnedAway, ...]
    coming: frozenset[str]
    sent: frozenset[str]
    last: LastAgreement

    @property
    def acceptable(self) -> tuple[HeldFile, ...]:
        """Photos that can be sent, or are being sent."""
        return tuple(photo for photo in self.photos if photo.state not in DESTROYED)

    @property
    def unsent(self) -> tuple[HeldFile, ...]:
        """Photos that can be sent, and that nobody has agreed to send."""
        return tuple(p for p in self.acceptable if name_of(p) not in self.coming)

    @property
    def refused(self) -> tuple[HeldFile, ...]:
        """Photos that were destroyed after their scan."""
        return tuple(photo for photo in self.photos if photo.state in DESTROYED)

    @property
    def to_arrive(self) -> int:
        """The number of agreed photos still on a phone."""
        here = len(self.acceptable) - len(self.unsent)
        return max(0, self.request.expected - self.request.filed - here)

    @property
    def bytes_used(self) -> int:
        """Bytes used of `request.bytes_limit`."""
        return self.request.filed_bytes + sum(photo.size for photo in self.acceptable)

    @property
    def photos_left(self) -> int:
        """The number of photos that may still be chosen."""
        return max(0, self.request.file_limit - self.total)

    @property
    def total(self) -> int:
        """The request's number of photos once those that are here are sent."""
        return self.request.filed + len(self.acceptable)


class PhotoAnswers:
    """A patient's actions on a photo request."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        intake: Intake,
        uploads: Uploads,
        retrieval: Retrieval,
        filing: Filing,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._intake = intake
        self._uploads = uploads
        self._retrieval = retrieval
        self._filing = filing

    # --- photos --------------------------------------------------------------------------------

    async def page(self, link: LinkAccess) -> PhotoPage:
        """Return everything that the patient's page shows."""
        request = await self._request(link.subject_id)
        keys = await self._vault.clinic(link.clinic_id)
        async with self._database.read() as db:
            photos = await self._retrieval.held(link, db)
            refused = await arrivals.refused(db, keys, link)
            known = await agreed.of_request(db, request.id)
        return PhotoPage(
            request,
            await self._clinics.get(link.clinic_id),
            tuple(photos),
            tuple(
                TurnedAway(gone.id, gone.given_id, gone.name, _(REFUSALS[gone.refusal]))
                for gone in refused
            ),
            agreed.coming(known),
            agreed.filed(known),
            agreed.last(known),
        )

    async def snapshot(self, link: LinkAccess) -> dict[str, object]:
        """Return the page as data: for scripts, and for the events of the request to build on."""
        visit = await self.page(link)
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
                    "given_id": photo.given_id,
                    "name": photo.name,
                    "size": photo.size,
                    "state": photo.state,
                    "comment": photo.comment,
                    "refusal": photo.refusal,
                    "preview": photo.preview,
                    "looks": photo.looks,
                    "agreed": name_of(photo) in visit.coming,
                }
                for photo in visit.photos
            ],
            "refused": [
                {"id": gone.id, "name": gone.name, "refusal": gone.refusal}
                for gone in visit.turned_away
            ],
            "coming": sorted(visit.coming),
            "sent": sorted(visit.sent),
        }

    async def sent(self, link: LinkAccess) -> list[HeldFile]:
        """Return the photos that were sent with this request, oldest first, as long as they are in
        the chart of the same patient."""
        async with self._database.read() as db:
            known = await agreed.of_request(db, link.subject_id)
        return await self._retrieval.sent(link, agreed.files(known))

    async def picture(self, link: LinkAccess, file_id: str, form: str) -> Opened:
        """Open a copy of a photo of this request: of one that is held, or the thumbnail of one
        that was sent. Raises NotFound for any other."""
        async with self._database.read() as db:
            known = await agreed.of_request(db, link.subject_id)
        if form == "thumbnail" and file_id in agreed.files(known):
            return await self._retrieval.sent_thumbnail(link, file_id)
        return await self._retrieval.held_preview(link, file_id, form)

    async def begin(self, link: LinkAccess, announced: Announced) -> Upload:
        """Begin the upload of an announced photo. Raises as `allowance` does, and FileRefused."""
        allowance = await self.allowance(link)
        begun = await self._uploads.begin_held(link, announced, allowance)
        try:
            now = await self.allowance(link)
        except TooLarge:
            await self._uploads.cancel(link, begun.id)
            raise
        if now == allowance:
            return begun
        # Photos have just been filed in the chart, and may have been counted neither here nor
        # there.
        await self._uploads.cancel(link, begun.id)
        return await self.begin(link, announced)

    async def take(self, link: LinkAccess, name: str, source: AsyncIterator[Chunk]) -> None:
        """Take a photo from a form, of unannounced length. Raises as `begin` does, and
        SenderGone."""
        allowance = await self.allowance(link)
        taken = await self._uploads.take_held(link, name, source, allowance)
        visit = await self.page(link)
        most = visit.request
        if visit.total > most.file_limit or visit.bytes_used > most.bytes_limit:
            await self.discard(link, taken.file_id)
            raise TooLarge(_(_ENOUGH), code="too_many_files")

    async def allowance(self, link: LinkAccess) -> Allowance:
        """Return how much may still be sent, for `Uploads.begin_held`, before any byte is
        received.

        The first upload advances the request. Raises LinkClosed if the request has ended, and
        TooLarge if everything it allows is in the chart already.
        """
        request = await self._request(link.subject_id)
        if request.state not in _ANSWERING:
            raise LinkClosed(_closed_as(request.state))
        files = request.file_limit - request.filed
        left = request.bytes_limit - request.filed_bytes
        if files <= 0 or left <= 0:
            raise TooLarge(_(_ENOUGH), code="too_many_files")
        if request.state is not State.IN_PROGRESS:
            await self._start(link)
        return Allowance(largest=request.bytes_limit, files=files, total=left, texts=_LIMITS)

    async def _start(self, link: LinkAccess) -> None:
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            if row is not None and row.state != State.IN_PROGRESS:
                await records.take_step(work, row, Step.STARTED)
                await self._note(work, row, link.actor, Action.REQUEST_STARTED)

    async def comment(self, link: LinkAccess, comments: Mapping[str, str], about: str = "") -> None:
        """Store the patient's comments on photos that are not in the chart yet, by their names.

        `about` is the photo that is meant; the others were on the same page. Raises NotFound if it
        is not here, and Conflict if it is in the chart.
        """
        async with self._database.unit_of_work() as work:
            await records.locked(work, link.subject_id)
            known = await agreed.of_request(work, link.subject_id)
            kept = await self._keep_comments(work, link, comments)
        if about in agreed.filed(known):
            raise Conflict(_("This photo was sent before. The comment was not added."))
        if about and about not in kept:
            raise NotFound

    async def _keep_comments(
        self, work: UnitOfWork, link: LinkAccess, comments: Mapping[str, str]
    ) -> frozenset[str]:
        """Return the names of the photos that are held or being uploaded; one that has not been
        announced yet brings its comment along."""
        keys = await self._vault.clinic(link.clinic_id)
        held = {
            name: photo
            for photo in await self._retrieval.held(link, work)
            for name in (photo.id, name_of(photo))
        }
        kept: set[str] = set()
        for name, comment in comments.items():
            if name in held and held[name].comment != comment.strip():
                await self._intake.set_comment(work, link, held[name].id, comment)
            if name in held or await arrivals.set_comment(work, keys, link, name, comment):
                kept.add(name)
        return frozenset(kept)

    async def discard(self, link: LinkAccess, item_id: str) -> None:
        """Delete a photo that is not in the chart yet, by any of its names, or the trace of one
        that was refused.

        Idempotent. Raises Conflict for a photo that was agreed to, on this device or on another
        one.
        """
        keys = await self._vault.clinic(link.clinic_id)
        async with self._database.unit_of_work() as work:
            await records.locked(work, link.subject_id)
            known = await agreed.of_request(work, link.subject_id)
            if item_id in agreed.filed(known):
                raise Conflict(_("This photo was sent. It is in your record, and was not deleted."))
            held = {
                name: photo
                for photo in await self._retrieval.held(link, work)
                for name in (name_of(photo), photo.id)
            }
            refused = {
                name: gone.id
                for gone in await arrivals.refused(work, keys, link)
                for name in (name_of(gone), gone.id)
            }
            if item_id in held:
                photo = held[item_id]
                if photo.state not in DESTROYED and name_of(photo) in agreed.coming(known):
                    raise Conflict(
                        _("This photo is on its way to the clinic, and was not deleted.")
                    )
                await self._intake.discard_held(work, link, photo.id)
                await self._filing.note_unagreed(work, link)
        if item_id in refused:
            await self._uploads.cancel(link, refused[item_id])

    # --- agreement -----------------------------------------------------------------------------

    async def agree(
        self,
        link: LinkAccess,
        photos: Collection[str] = (),
        comments: Mapping[str, str] = MappingProxyType({}),
    ) -> bool:
        """Agree to send these photos, with these comments. Returns whether nothing is left to
        come.

        A photo is named by its device, which may still have it, or by its file's id. Without
        names, what is held now is agreed to. Agreeing again changes nothing. Raises WrongInput
        without a photo, LinkClosed if the request has ended.
        """
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            if row is None:
                raise NotFound
            _require_open(row)
            await self._keep_comments(work, link, comments)
            held = await self._retrieval.held(link, work)
            known = await agreed.of_request(work, row.id)
            names = _named(photos, held) if photos else _all_of(held)
            if not names and not known:
                raise WrongInput(_("Choose at least one photo first."), field="photos")
            new = _new_of(names, held, known)
            if new:
                await self._record_agreement(work, row, link, new, agreed.coming(known))
                row = await records.locked_again(work, row)
            old = await self._forget_refused(work, link, held, names | known.keys())
            complete = await self._filing.settle_in(work, row, link)
            await self._filing.note_unagreed(work, link)
        for upload_id in old:
            with suppress(NotFound):  # deleted by the same press
                await self._uploads.cancel(link, upload_id)
        return complete

    async def finish(self, link: LinkAccess, photos: Collection[str] = ()) -> bool:
        """Continue without agreed photos that have not arrived: these, or all of them. Returns
        whether nothing is left to come."""
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            return row is None or await self._filing.leave_out(work, row, link, frozenset(photos))

    async def _record_agreement(
        self,
        work: UnitOfWork,
        row: RequestRow,
        link: LinkAccess,
        new: frozenset[str],
        coming: frozenset[str],
    ) -> None:
        await agreed.keep(work, row.id, new)
        await records.take_step(
            work,
            row,
            Step.STARTED,
            # Earlier versions counted photos without naming them: those are among the new ones.
            expected=max(row.expected, row.filed + len(coming | new)),
            agreed_at=clock.now(),
            agreed_text=AGREEMENT_VERSION,
        )
        work.enqueue(
            SETTLE, {"request_id": row.id}, unique=f"{SETTLE}:{row.id}", delay=_SETTLE_AFTER
        )
        await self._note(
            work,
            row,
            link.actor,
            Action.REQUEST_AGREED,
            text=AGREEMENT_VERSION,
            photos=len(new),
        )

    async def _forget_refused(
        self, work: UnitOfWork, link: LinkAccess, held: Collection[HeldFile], named: frozenset[str]
    ) -> list[str]:
        """Forget earlier refusals, which the patient knows, unless the page still offered the
        photo. Returns ids of uploads to be forgotten too."""
        for photo in held:
            if photo.state in DESTROYED and name_of(photo) not in named:
                await self._intake.discard_held(work, link, photo.id)
        refused = await arrivals.refused(work, await self._vault.clinic(link.clinic_id), link)
        return [gone.id for gone in refused if name_of(gone) not in named]

    async def settle(self, link: LinkAccess) -> bool:
        """File a photo that has arrived if it was agreed to. Returns whether nothing is left to
        come."""
        return await self._filing.settle(link)

    async def _request(self, request_id: str) -> Request:
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=request_id)
        if row is None:
            raise NotFound
        return records.opened(await self._vault.clinic(row.clinic_id), row)

    async def _note(
        self, work: UnitOfWork, row: RequestRow, actor: Actor, action: Action, **details: object
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


def _require_open(row: RequestRow) -> None:
    """Raise LinkClosed if nothing can be agreed to any more."""
    if row.state not in _ANSWERING:
        raise LinkClosed(_closed_as(State(row.state)))
    if row.expires_at <= clock.now():
        raise LinkClosed(LinkState.EXPIRED)


def _named(photos: Collection[str], held: Collection[HeldFile]) -> frozenset[str]:
    """Return photos by their names, where a page named them by their files' ids."""
    by_id = {photo.id: name_of(photo) for photo in held}
    return frozenset(by_id.get(name, name) for name in photos)


def _all_of(held: Collection[HeldFile]) -> frozenset[str]:
    return frozenset(name_of(photo) for photo in held if photo.state not in DESTROYED)


def _new_of(
    names: frozenset[str], held: Collection[HeldFile], known: Mapping[str, AgreedRow]
) -> frozenset[str]:
    """Return those that were not agreed to before, and that are here or may still come.

    A file that is not held was deleted on another device, or is in the chart.
    """
    here = {name_of(photo) for photo in held}
    over = {name for name, row in known.items() if row.outcome in (Outcome.COMING, Outcome.FILED)}
    return frozenset(n for n in names - over if n in here or not is_id(n, "fil"))
