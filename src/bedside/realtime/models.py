"""Tables of presence."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from bedside.database.tables import metadata

connections = Table(
    "presence_connections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject_id", Text, nullable=False),
    Column("process_id", Text, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("ix_presence_subject", "subject_id"),
    Index("ix_presence_process", "process_id"),
)
"""Open sockets. `subject_id` is a visit, a member of staff or a guest."""

processes = Table(
    "presence_processes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
)
"""Live web processes; connections of a dead one do not count."""
