"""Tables of sharing."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from bedside.database.tables import ENDS_WITH_RESTORE, metadata

shares = Table(
    "shares",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("by_kind", Text, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("ended_why", Text, nullable=False),
    Column("mac", LargeBinary),
    Index("ix_shares_patient", "patient_id", "created_at"),
)
"""A link of the patient's to some files (SMART Health Links). `record` seals its label, and names
the entries."""

share_keys = Table(
    "share_keys",
    metadata,
    Column("share_id", Text, ForeignKey("shares.id"), primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("passcode_hash", LargeBinary, nullable=False),
    Column("wrong_passcodes", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("mac", LargeBinary),
    Index("ix_share_keys_expires", "expires_at"),
    info={ENDS_WITH_RESTORE: True},
)
"""The secrets that open a share: deleted when it ends, and in no backup, so that none comes back.
`record` seals the key of its files, the secret of its address and the passcode."""

share_openings = Table(
    "share_openings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("share_id", Text, ForeignKey("shares.id"), nullable=False),
    Column("clinic_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("files_read", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Index("ix_share_openings_share", "share_id", "at"),
)
"""Each time somebody opened a share; `record` seals who they said they are, and from where."""

access_questions = Table(
    "access_questions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("by_kind", Text, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("about_seq", BigInteger, nullable=False),
    Column("about_kind", Text, nullable=False),
    Column("about_id", Text, nullable=False),
    Column("about_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger, nullable=False),
    Column("answered_by", Text, nullable=False),
    Index("ix_access_questions_patient", "patient_id", "asked_at"),
    Index(
        "ix_access_questions_open",
        "clinic_id",
        "due_at",
        sqlite_where=text("answered_at = 0"),
        postgresql_where=text("answered_at = 0"),
    ),
)
"""Questions about an access to the record. `about_seq` is the newest audit line of the look,
`about_kind` and `about_id` its actor; `record` seals the question, the answer, and what the patient
saw."""
