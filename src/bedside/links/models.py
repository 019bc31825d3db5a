"""Tables of links."""

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
)

from bedside.database.tables import ENDS_WITH_RESTORE, metadata

links = Table(
    "links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("clinic_id", Text, nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("wrong_answers", Integer, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("mac", LargeBinary),
    Index("ix_links_subject", "subject_id"),
    Index("ix_links_patient", "patient_id"),
)

link_devices = Table(
    "link_devices",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("link_id", Text, ForeignKey("links.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("clinic_id", Text, nullable=False, server_default=""),
    Column("mac", LargeBinary),
    Index("ix_link_devices_link", "link_id"),
    info={ENDS_WITH_RESTORE: True},
)
