"""Drafts of messages with files (feature C1): what was chosen is uploaded before the message is
sent, and held by the draft, sealed and scanned like every file.

The page makes the id of a draft. A draft belongs to the person who writes it; with the message it
ends, and its files are in the chart. What is never sent is destroyed after `KEPT_FOR`.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from bedside.audit.actors import SYSTEM
from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.conversations import rows
from bedside.conversations.models import conversation_drafts
from bedside.conversations.options import ChatFileOptions
from bedside.conversations.rows import DraftRow
from bedside.conversations.sides import Access, require_chat, sender_of
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, TooMany
from bedside.files import arrivals
from bedside.files.announcing import Allowance, Announced, LimitTexts, Upload
from bedside.files.file_rows import FileRow
from bedside.files.holders import HolderKind
from bedside.files.intake import Intake
from bedside.files.ports import Chunk
from bedside.files.refusals import REFUSALS
from bedside.files.retrieval import HeldFile, Opened, Retrieval
from bedside.files.states import FileState
from bedside.files.uploads import Uploads
from bedside.kernel import clock, faults
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_, ngettext
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.clinics import Clinics
from bedside.people.permissions import DraftAccess, draft_access

PREFIX = "drf"
KEPT_FOR = 7 * clock.DAY
"""The time for which the files of a draft are kept after the last one was chosen."""
CLEAR_UP = "draft.clear_up"
_MOST_DRAFTS = 20
"""Drafts with files that one person may have at a time."""
_AT_ONCE = 100
_DESTROYED = (FileState.REFUSED, FileState.INFECTED)
_SENT = N_("This message was sent already, from another tab or device.")
_TOO_MANY = N_(
    "You have files in many messages that were not sent. Send or empty one of them first."
)
_MISSING = N_(
    "Some files of this message are not here: they have not arrived yet, or were kept for 7 days "
    "and are gone. Choose them again, or remove them. Your words are kept."
)

_d = conversation_drafts.c
_get = prepared(select(conversation_drafts).where(_d.id == bindparam("of")), DraftRow)
_add = prepared(insert(conversation_drafts))
_touch = prepared(update(conversation_drafts).where(_d.id == bindparam("of")))
_drop = prepared(delete(conversation_drafts).where(_d.id == bindparam("of")))
_count = prepared(
    select(func.count().label("drafts")).where(
        _d.owner_id == bindparam("owner"), _d.clinic_id == bindparam("clinic")
    )
)
_old = prepared(
    select(conversation_drafts).where(_d.touched_at < bindparam("before")).limit(_AT_ONCE), DraftRow
)


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file of a draft, as its sender sees it. `refusal` is a sentence, "" for a file that can be
    sent; `checked` means that it was scanned. Its repr omits the name."""

    id: str
    given_id: str
    name: str
    size: int
    media_type: str
    checked: bool
    preview: bool
    refusal: str

    def __repr__(self) -> str:
        return f"DraftFile({self.id})"


@dataclass(frozen=True, slots=True)
class Collected:
    """The files of a draft that go along with its message: entries of the chart, and the names of
    those that were refused meanwhile, with the keys of the reasons."""

    entries: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


class MessageDrafts:
    """Holds the files of drafts until their messages are sent."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        clinics: Clinics,
        uploads: Uploads,
        intake: Intake,
        retrieval: Retrieval,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clinics = clinics
        self._uploads = uploads
        self._intake = intake
        self._retrieval = retrieval

    def holder_kind(self) -> HolderKind:
        """Return drafts as a kind of holder."""
        return HolderKind(PREFIX, Channel.CHAT, Category.OTHER, self.file_changed)

    async def allowance(self, clinic_id: str) -> Allowance:
        """Return the limits of one message, for this clinic."""
        options = await self._clinics.options(clinic_id, ChatFileOptions)
        return Allowance(
            largest=options.chat_bytes_limit,
            files=options.chat_files_limit,
            texts=LimitTexts(too_many=_too_many_files),
        )

    # --- before it is sent ----------------------------------------------------------------------

    async def find(self, access: Access, draft_id: str) -> DraftAccess:
        """Check that a draft is this person's, or is new. Raises NotFound, NotShared; Conflict for
        one that was sent."""
        require_chat(access)
        if not is_id(draft_id, PREFIX):
            raise NotFound
        async with self._database.read() as db:
            _require_own(access, await db.one(_get, of=draft_id))
            sent = await db.one(rows.by_draft, draft=draft_id)
        if sent is not None:
            if sent.sender_id != sender_of(access).id:
                raise NotFound
            raise Conflict(_SENT, code="draft_sent")
        return _holder(access, draft_id)

    async def begin(self, access: Access, draft_id: str, announced: Announced) -> Upload:
        """Begin an upload. Raises TooLarge, and as `find`; TooMany if this person has files in many
        drafts."""
        holder = await self._open(access, draft_id)
        return await self._uploads.begin_held(
            holder, announced, await self.allowance(access.clinic_id)
        )

    async def take(
        self, access: Access, draft_id: str, name: str, source: AsyncIterator[Chunk]
    ) -> str:
        """Take a file of unannounced length in one go, from a form without script. Returns its id.
        Raises as `begin`, and FileRefused, SenderGone."""
        holder = await self._open(access, draft_id)
        allowance = await self.allowance(access.clinic_id)
        return (await self._uploads.take_held(holder, name, source, allowance)).file_id

    async def _open(self, access: Access, draft_id: str) -> DraftAccess:
        holder = await self.find(access, draft_id)
        async with self._database.unit_of_work() as work:
            await work.lock(draft_id)
            known = _require_own(access, await work.one(_get, of=draft_id))
            if known is not None:
                await work.execute(_touch, of=draft_id, touched_at=clock.now())
                return holder
            open_ = await work.one(_count, owner=holder.owner_id, clinic=holder.clinic_id)
            if open_ is not None and open_.drafts >= _MOST_DRAFTS:
                raise TooMany(_TOO_MANY)
            await work.execute(
                _add,
                id=draft_id,
                clinic_id=holder.clinic_id,
                patient_id=holder.patient_id,
                owner_id=holder.owner_id,
                touched_at=clock.now(),
            )
        return holder

    async def files(self, access: Access, draft_id: str) -> list[DraftFile]:
        """Return what has arrived, and what was refused, oldest first. Raises as `find`."""
        holder = await self.find(access, draft_id)
        keys = await self._vault.clinic(holder.clinic_id)
        async with self._database.read() as db:
            held = await self._retrieval.held(holder, db)
            refused = await arrivals.refused(db, keys, holder)
        found = [_seen(one) for one in held]
        for one in refused:
            why = _(REFUSALS[one.refusal])
            found.append(DraftFile(one.file_id, one.given_id, one.name, 0, "", True, False, why))
        return found

    async def preview(self, access: Access, draft_id: str, file_id: str) -> Opened:
        """Open the smallest picture of a file, for its sender. Raises as `find`, and NotOpened."""
        holder = await self.find(access, draft_id)
        return await self._retrieval.held_preview(holder, file_id, "thumbnail")

    async def remove(self, access: Access, draft_id: str, file_id: str) -> None:
        """Take a file out of a draft, and destroy it. Idempotent. Raises as `find`."""
        holder = await self.find(access, draft_id)
        async with self._database.unit_of_work() as work:
            await work.lock(draft_id)
            for one in await self._retrieval.held(holder, work):
                if file_id in (one.id, one.given_id):
                    await self._intake.discard_held(work, holder, one.id)
            await arrivals.forget_refused(work, holder, file_id)

    # --- when it is sent ------------------------------------------------------------------------

    async def collect(
        self,
        work: UnitOfWork,
        access: Access,
        draft_id: str,
        wanted: tuple[str, ...],
        source_id: str,
    ) -> Collected:
        """File what a message takes along in the chart, and end the draft. `wanted` are the files
        by the names that the page gave them; `source_id` is the conversation. Raises Conflict if
        one has not arrived, NotFound for somebody else's draft."""
        await work.lock(draft_id)
        if _require_own(access, await work.one(_get, of=draft_id)) is None:
            if wanted:
                raise Conflict(_MISSING, code="files_missing")
            return Collected()
        holder = _holder(access, draft_id)
        held = await self._retrieval.held(holder, work)
        keys = await self._vault.clinic(holder.clinic_id)
        turned_away = {
            name: (one.name, one.refusal)
            for one in await arrivals.refused(work, keys, holder)
            for name in (one.file_id, one.given_id)
        }
        entries: list[str] = []
        refused: list[tuple[str, str]] = []
        for name in dict.fromkeys(wanted):
            one = next((one for one in held if name in (one.id, one.given_id)), None)
            if one is None and name not in turned_away:
                raise Conflict(_MISSING, code="files_missing")
            if one is None:
                refused.append(turned_away[name])
            elif one.state in _DESTROYED:
                refused.append((one.name, one.refused))
            else:
                entries.append(
                    await self._intake.file_held(work, holder, one.id, source_id=source_id)
                )
        await self._end(work, holder.clinic_id, draft_id)
        return Collected(tuple(entries), tuple(refused))

    async def _end(self, work: UnitOfWork, clinic_id: str, draft_id: str) -> None:
        """Destroy what did not go along, and forget the draft; uploads in progress are stopped by
        a job."""
        await self._intake.discard_all_held(work, clinic_id, draft_id)
        row = await work.one(_get, of=draft_id)
        if row is not None:
            await work.execute(_drop, of=draft_id)
            self._clear_up_later(work, clinic_id, row.patient_id, draft_id)

    # --- what stays behind ----------------------------------------------------------------------

    async def file_changed(self, work: UnitOfWork, file: FileRow) -> None:
        """Destroy a file that arrives after its draft has ended."""
        if await work.one(_get, of=file.holder_id) is None:
            self._clear_up_later(
                work, file.clinic_id, file.patient_id, file.holder_id, unique=file.id
            )

    @staticmethod
    def _clear_up_later(
        work: UnitOfWork, clinic_id: str, patient_id: str, draft_id: str, *, unique: str = ""
    ) -> None:
        payload = {"clinic_id": clinic_id, "patient_id": patient_id, "draft_id": draft_id}
        work.enqueue(CLEAR_UP, payload, unique=f"{CLEAR_UP}:{draft_id}:{unique}")

    async def clear_up(self, payload: dict[str, Any]) -> None:
        """Job: a draft has ended; stop what is being uploaded to it, and destroy what it holds."""
        clinic_id, draft_id = payload["clinic_id"], payload["draft_id"]
        await self._uploads.abandon(
            draft_access(draft_id, clinic_id, payload["patient_id"], "", SYSTEM)
        )
        faults.point("draft.abandoned")
        async with self._database.unit_of_work() as work:
            if await work.one(_get, of=draft_id) is None:
                await self._intake.discard_all_held(work, clinic_id, draft_id)

    async def expire(self) -> int:
        """Destroy the files of drafts that nobody has touched for `KEPT_FOR`, for the worker's
        sweep. Returns how many drafts."""
        async with self._database.read() as db:
            old = await db.all(_old, before=clock.now() - KEPT_FOR)
        for row in old:
            async with self._database.unit_of_work() as work:
                await work.lock(row.id)
                now = await work.one(_get, of=row.id)
                if now is not None and now.touched_at == row.touched_at:
                    await self._end(work, row.clinic_id, row.id)
        return len(old)


def _require_own(access: Access, row: DraftRow | None) -> DraftRow | None:
    """Return the draft, or None if there is none yet. Raises NotFound for one of somebody else, or
    about another patient."""
    mine = (access.clinic_id, access.patient_id, access.owner_id)
    if row is not None and (row.clinic_id, row.patient_id, row.owner_id) != mine:
        raise NotFound
    return row


def _holder(access: Access, draft_id: str) -> DraftAccess:
    return draft_access(
        draft_id, access.clinic_id, access.patient_id, access.owner_id, access.actor
    )


def _seen(one: HeldFile) -> DraftFile:
    checked = one.state not in (FileState.SCANNING, FileState.RECEIVING)
    return DraftFile(
        one.id,
        one.given_id,
        one.name,
        one.size,
        one.media_type,
        checked,
        one.preview,
        one.refusal,
    )


def _too_many_files(most: int) -> str:
    return ngettext("One message takes %(num)s file.", "One message takes %(num)s files.", most) % {
        "num": most
    }
