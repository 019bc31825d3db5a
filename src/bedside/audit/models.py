"""Tables of the audit log, without foreign keys: lines outlive what they are about."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from bedside.database.tables import metadata

audit_lines = Table(
    "audit_lines",
    metadata,
    Column("clinic_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("details", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ix_audit_lines_patient", "clinic_id", "patient_id", "seq"),
    Index("ix_audit_lines_actor", "clinic_id", "actor_id", "seq"),
    Index("ix_audit_lines_action", "clinic_id", "action", "seq"),
    Index("ix_audit_lines_at", "clinic_id", "at"),
)

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("clinic_id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""`hash` of a line is its mark; `hash` of the head is the state of the chain (see `recorder`)."""
