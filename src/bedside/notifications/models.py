"""Tables of notifications."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from bedside.database.tables import metadata

notifications = Table(
    "notifications",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("cause_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried_since", BigInteger, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
    Column("failure", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("local", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("delivered_at", BigInteger, nullable=False),
    UniqueConstraint("cause_id", "channel"),
    Index("ix_notifications_clinic", "clinic_id", "created_at"),
    Index("ix_notifications_reference", "reference"),
)
"""`content` seals recipient, subject and body; the body is wiped once a gateway has taken it.
`failure` is the gateway's sentence for staff, without content. `local`: it was put into the local
outbox instead of leaving. Times are 0 until they are."""
