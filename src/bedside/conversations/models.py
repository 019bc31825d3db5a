"""Tables of chat."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from bedside.database.tables import metadata

visit_messages = Table(
    "visit_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("leg", Integer, nullable=False),
    Column("sender_kind", Text, nullable=False),
    Column("sender_id", Text, nullable=False),
    Column("draft_id", Text, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_visit_messages_visit", "visit_id", "leg", "at"),
    Index("ix_visit_messages_clinic", "clinic_id", "at"),
)
"""Chat of visits. A message belongs to one leg of a visit: to the patient and the staff of that
room. `draft_id` is made by the page, so that a message sent twice is stored once."""

visit_reads = Table(
    "visit_reads",
    metadata,
    Column("visit_id", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("read_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The time up to which a side has read: `reader` is “staff” or “patient”."""
