"""Stored messages that leave later, and the statements that find and change them."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, literal_column, select, update

from bedside.conversations.models import conversation_messages, later_messages
from bedside.conversations.states import Reply
from bedside.conversations.writing import Text
from bedside.database.sealed import ClinicKeys
from bedside.database.statements import Prepared, prepared
from bedside.kernel.unit_of_work import Reader
from bedside.people.visibility import is_visible

_BODY = "later_messages.body"
PAGE = 50
MOST_COUNTED = 999


class LaterRow(NamedTuple):
    """A stored message that leaves later."""

    id: str
    clinic_id: str
    patient_id: str
    conversation_id: str
    staff_id: str
    draft_id: str
    body: bytes
    send_at: int
    round: int
    seen_number: int
    obstacle: str
    changed_at: int


_l, _m = later_messages.c, conversation_messages.c
_NEEDED = _l.obstacle != literal_column("''")

add = prepared(insert(later_messages))
change = prepared(update(later_messages).where(_l.id == bindparam("of")))
drop = prepared(delete(later_messages).where(_l.id == bindparam("of")))
_one = select(later_messages).where(_l.id == bindparam("later"))
get, lock = Prepared(_one, LaterRow), Prepared(_one.with_for_update(), LaterRow)
by_draft = prepared(select(later_messages).where(_l.draft_id == bindparam("draft")), LaterRow)
of_conversation = prepared(
    select(later_messages)
    .where(_l.conversation_id == bindparam("conversation"))
    .order_by(_l.send_at, _l.id),
    LaterRow,
)
beginning = prepared(
    select(later_messages)
    .where(_l.patient_id == bindparam("patient"), _l.conversation_id == literal_column("''"))
    .order_by(_l.send_at, _l.id),
    LaterRow,
)
"""Messages to a patient that begin a conversation."""
_seen = (_l.clinic_id == bindparam("clinic"), is_visible(_l.patient_id))
visible = prepared(
    select(later_messages)
    .where(*_seen)
    .order_by(_NEEDED.desc(), _l.send_at, _l.id)
    .limit(PAGE)
    .offset(bindparam("offset")),
    LaterRow,
)
_some = select(_l.id).where(*_seen, _NEEDED).limit(MOST_COUNTED + 1)
needed = prepared(select(func.count().label("messages")).select_from(_some.subquery()))
_newest_of_patient = prepared(
    select(func.coalesce(func.max(_m.number), 0).label("number")).where(
        _m.conversation_id == bindparam("conversation"),
        _m.sender_kind.in_([literal_column("'patient'"), literal_column("'proxy'")]),
    )
)


async def newest_of_patient(reader: Reader, conversation_id: str) -> int:
    """Return the number of the newest message of the patient's side; 0 if there is none."""
    row = await reader.one(_newest_of_patient, conversation=conversation_id)
    return row.number if row else 0


class Body(NamedTuple):
    """The sealed part: the text, the proxies who could read the chat when it was written, and the
    patient to whom it was written."""

    text: Text
    helpers: frozenset[str]
    written_to: str


def sealed(keys: ClinicKeys, later_id: str, body: Body) -> bytes:
    """Seal the body of a message."""
    text = body.text
    record = {
        "text": text.words,
        "entries": list(text.entries),
        "refused": [list(one) for one in text.refused],
        "reply": str(text.reply),
        "reply_until": text.reply_until,
        "helpers": sorted(body.helpers),
        "written_to": body.written_to,
    }
    return keys.seal(_BODY, later_id, record)


def opened(keys: ClinicKeys, row: LaterRow) -> Body:
    """Unseal the body of a message."""
    record = keys.unseal(_BODY, row.id, row.body)
    text = Text(
        record["text"],
        tuple(record["entries"]),
        Reply(record["reply"]),
        record["reply_until"],
        refused=tuple((name, why) for name, why in record["refused"]),
    )
    return Body(text, frozenset(record["helpers"]), record["written_to"])
