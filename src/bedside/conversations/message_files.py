"""Files of messages: what each side sees of them, and news about them (features C1, C3)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from bedside.charts import sent
from bedside.charts.patient_side import PatientSide, hidden_among
from bedside.charts.records import DEAD, Entry
from bedside.conversations.events import MessageFilesChanged
from bedside.conversations.models import conversation_messages, conversations
from bedside.conversations.records import Message
from bedside.conversations.sides import Access, require_chat, sender_of
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.files.patient_files import PatientFiles
from bedside.files.refusals import REFUSALS
from bedside.files.retrieval import Retrieval
from bedside.files.states import FileState
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.permissions import ChartAccess, PatientAccess
from bedside.people.record_parts import Part

OPEN = "open"
CHECKING = "checking"
UNCHECKED = "unchecked"
REFUSED = "refused"
CLOSED = "closed"

_about = prepared(
    select(
        conversation_messages.c.kind,
        conversations.c.patient_id,
    )
    .select_from(
        conversation_messages.join(
            conversations, conversations.c.id == conversation_messages.c.conversation_id
        )
    )
    .where(conversation_messages.c.id == bindparam("message"))
)


@dataclass(frozen=True, slots=True)
class MessageFile:
    """A file of a message as one side sees it.

    `state` is “open” if this person may open it; “checking” while it is scanned, “unchecked” while
    the scanner does not answer; “refused” with the reason in `said`; “closed” for a file that is
    there and not for this person, whose name then is "". Its repr omits the name.
    """

    entry_id: str
    name: str
    media_type: str
    size: int
    state: str
    said: str = ""
    pictured: bool = False

    def __repr__(self) -> str:
        return f"MessageFile({self.entry_id})"


class MessageFiles:
    """Shows the files of messages, and tells open pages when one of them changes."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        patient_side: PatientSide,
        retrieval: Retrieval,
        of_patients: PatientFiles,
    ) -> None:
        self._database = database
        self._vault = vault
        self._patient_side = patient_side
        self._retrieval = retrieval
        self._of_patients = of_patients

    async def of(self, access: Access, messages: list[Message]) -> dict[str, list[MessageFile]]:
        """Return the files of messages that this person was shown, by the id of the message.
        Raises NotShared."""
        require_chat(access)
        ids = tuple(dict.fromkeys(one for message in messages for one in message.entries))
        async with self._database.read() as db:
            entries = await sent.entries(db, self._vault, access, ids)
            hidden = (
                frozenset[str]()
                if isinstance(access, ChartAccess)
                else await hidden_among(db, access, ids)
            )
        opened = await self._open_for(access, entries)
        pictured = await self._retrieval.with_thumbnail(
            one for one in entries.values() if one.id in opened
        )
        dead = [one.file_id for one in entries.values() if one.state in DEAD]
        why = await self._of_patients.why_not(dead)
        shown: dict[str, list[MessageFile]] = {}
        for message in messages:
            named = _may_name(access, message)
            own = message.side == sender_of(access).side
            files = [
                _file(one, entries.get(one), access, named, opened, pictured, why if own else {})
                for one in message.entries
                if one not in hidden
            ]
            files += [_refused(name, key, named) for name, key in message.refused]
            if files:
                shown[message.id] = files
        return shown

    async def _open_for(self, access: Access, entries: dict[str, Entry]) -> frozenset[str]:
        """Return the ids of those that this person may open now."""
        ready = [one for one in entries.values() if one.state == FileState.FILED]
        if isinstance(access, ChartAccess):
            return frozenset(one.id for one in ready if not one.moved_to)
        if Part.FILES not in access.parts:
            return frozenset()
        found = await self._patient_side.some(access, tuple(one.id for one in ready))
        return frozenset(one.id for one in found)

    async def changed(self, work: UnitOfWork, entry_id: str) -> None:
        """See `charts.listeners.StateListener`: notify the pages of the conversations."""
        for row in await sent.of_entry(work, entry_id):
            about = await work.one(_about, message=row.message_id)
            if about is not None:
                work.emit(
                    MessageFilesChanged(
                        conversation_id=row.conversation_id,
                        patient_id=about.patient_id,
                        message_id=row.message_id,
                        kind=about.kind,
                    )
                )


def _may_name(access: Access, message: Message) -> bool:
    """Whether somebody sees the names of a message's files: everybody with access to files, and
    otherwise who sent them."""
    if isinstance(access, PatientAccess) and Part.FILES not in access.parts:
        return message.sender_id == sender_of(access).id
    return True


def _file(
    entry_id: str,
    entry: Entry | None,
    access: Access,
    named: bool,
    opened: frozenset[str],
    pictured: frozenset[str],
    why: dict[str, str],
) -> MessageFile:
    if entry is None or entry.moved_to:
        return MessageFile(entry_id, "", "", 0, CLOSED)
    state = _state(entry, opened)
    # What is not in the patient's view any more may be about somebody else.
    gone = state == CLOSED and Part.FILES in getattr(access, "parts", ())
    name = entry.title if isinstance(access, ChartAccess) else entry.name
    about: dict[str, Any] = {"media_type": entry.media_type, "size": entry.size}
    if not named or gone:
        name, about = "", {"media_type": "", "size": 0}
    return MessageFile(
        entry_id,
        name,
        **about,
        state=state,
        # What its sender can do about it is for the sender.
        said=why.get(entry.file_id, _destroyed(entry)) if state == REFUSED else "",
        pictured=entry_id in pictured,
    )


def _destroyed(entry: Entry) -> str:
    if entry.state == FileState.INFECTED:
        return _("Infected: it was destroyed, and nobody could open it.")
    return _("It was refused and not kept.")


def _state(entry: Entry, opened: frozenset[str]) -> str:
    if entry.state in DEAD:
        return REFUSED
    if entry.state == FileState.UNSCANNED:
        return UNCHECKED
    if entry.state != FileState.FILED:
        return CHECKING
    return OPEN if entry.id in opened else CLOSED


def _refused(name: str, key: str, named: bool) -> MessageFile:
    said = _(REFUSALS[key]) if key in REFUSALS else ""
    return MessageFile("", name if named else "", "", 0, REFUSED, said)
