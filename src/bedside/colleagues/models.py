"""Tables of colleagues."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, Text

from bedside.database.tables import metadata

staff_presence = Table(
    "staff_presence",
    metadata,
    Column("staff_id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("chosen", Text, nullable=False),
    Column("chosen_at", BigInteger, nullable=False),
    Column("here", Boolean, nullable=False),
    Column("unseen_since", BigInteger, nullable=False),
    Column("room_id", Text, nullable=False),
    Column("call_room_id", Text, nullable=False),
    Index("ix_staff_presence_clinic", "clinic_id"),
)
"""The presence of staff, for their colleagues. `chosen` is “”, “away” or “do_not_disturb”;
`here` whether a page of theirs was visible lately, `unseen_since` since when none is (0 while one
is); `room_id` the room whose page they opened last, `call_room_id` that of the call they are in,
both “” for none."""

colleague_questions = Table(
    "colleague_questions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("from_id", Text, nullable=False),
    Column("to_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
    Column("asked_at", BigInteger, nullable=False),
    Index("ix_colleague_questions_to", "to_id", "state"),
    Index("ix_colleague_questions_from", "from_id", "state"),
    Index("ix_colleague_questions_asked_at", "asked_at"),
)
"""Short questions between colleagues, sealed, deleted after a day. `state` is “asked”, “answered”
(the answer was not read yet) or “over”."""
