"""The table of live file transfers."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from bedside.database.tables import metadata

live_transfers = Table(
    "live_transfers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("leg", Integer, nullable=False),
    Column("room_id", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("bytes", Text, nullable=False),
    Column("ended", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("filed", Boolean, nullable=False),
    Column("file_id", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_live_transfers_visit", "visit_id", "created_at"),
    Index("ix_live_transfers_room", "room_id", "ended"),
    Index("ix_live_transfers_file", "file_id"),
    Index("ix_live_transfers_patient", "patient_id"),
)
"""Files in transfer between a patient in a visit and staff. `agreed`, `bytes` and `ended` are the
axes of `transfers.states`; `reason` is the key of a refusal; `record` seals the name."""
