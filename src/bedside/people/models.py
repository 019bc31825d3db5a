"""Tables of people."""

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
    false,
    literal_column,
)

from bedside.database.tables import ENDS_WITH_RESTORE, metadata

clinics = Table(
    "clinics",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("email_token", BigInteger, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("temporary_password", Boolean, nullable=False),
    Column("totp", LargeBinary),
    Column("totp_last_step", BigInteger, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("has_passkey", Boolean, nullable=False, server_default=false()),
    Column("mac", LargeBinary),
    Index("ix_staff_clinic", "clinic_id"),
)
"""`has_passkey` says that passkeys are required, even if somebody deleted their rows."""

passkeys = Table(
    "passkeys",
    metadata,
    Column("credential_id", Text, primary_key=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("clinic_id", Text, nullable=False, server_default=""),
    Column("mac", LargeBinary),
    Index("ix_passkeys_staff", "staff_id"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("staff_id", Text, ForeignKey("staff.id"), primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
    Column("clinic_id", Text, nullable=False, server_default=""),
    Column("mac", LargeBinary),
    sqlite_with_rowid=False,
)
"""Single-use codes for when the phone is lost; a used one is deleted."""

challenges = Table(
    "challenges",
    metadata,
    Column("challenge", LargeBinary, primary_key=True),
    Column("staff_id", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
    info={ENDS_WITH_RESTORE: True},
)
"""Challenges for passkeys to sign, each once. `staff_id` is whose passkey it has to be: staff, or a
person with an account; empty while nobody is known yet."""

throttles = Table(
    "throttles",
    metadata,
    Column("token", BigInteger, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("failed_at", BigInteger, nullable=False),
    Column("kept_until", BigInteger, nullable=False),
    Index("ix_throttles_kept_until", "kept_until"),
)
"""Failures, by keyed token of a rule and its subject; `until` is when a lock ends or a bucket is
empty."""

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False),
    Column("clinic_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("device", LargeBinary, nullable=False),
    Column("stage", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("totp_offered", LargeBinary),
    Column("mac", LargeBinary),
    Index("ix_sessions_staff", "staff_id"),
    info={ENDS_WITH_RESTORE: True},
)
"""`totp_offered` seals the secret of an authenticator app awaiting its first code."""

teams = Table(
    "teams",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Index("ix_teams_clinic", "clinic_id"),
)
"""Groups that connect staff and patients: a team, or the people of a room (kind “room”)."""

patients = Table(
    "patients",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("indexed", Integer, nullable=False, server_default="0"),
    Index("ix_patients_clinic", "clinic_id", "created_at"),
    Index("ix_patients_indexed", "indexed"),
)
"""`indexed` is the version of the patient's tokens (`people.patient_index`)."""

patient_tokens = Table(
    "patient_tokens",
    metadata,
    Column("token", BigInteger, primary_key=True),
    Column("patient_id", Text, ForeignKey("patients.id"), primary_key=True),
    Index("ix_patient_tokens_patient", "patient_id"),
    sqlite_with_rowid=False,
)

staff_assignments = Table(
    "staff_assignments",
    metadata,
    Column("staff_id", Text, ForeignKey("staff.id"), primary_key=True),
    Column("target_id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("mac", LargeBinary),
    Index("ix_staff_assignments_target", "target_id"),
    sqlite_with_rowid=False,
)
"""Staff → a team, a room or a single patient."""

patient_assignments = Table(
    "patient_assignments",
    metadata,
    Column("patient_id", Text, ForeignKey("patients.id"), primary_key=True),
    Column("target_id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("visit_id", Text, nullable=False, server_default=""),
    Column("mac", LargeBinary),
    Index("ix_patient_assignments_target", "target_id", "patient_id"),
    sqlite_with_rowid=False,
)
"""Patient → a team, a room, or the patient itself (so that one join answers who sees whom).
`visit_id` names the visit with which a room's assignment ends; "" for permanent ones."""
PASSING = patient_assignments.c.visit_id != literal_column("''")
"""Index condition: only assignments that end with a visit."""
Index(
    "ix_patient_assignments_visit",
    patient_assignments.c.visit_id,
    sqlite_where=PASSING,
    postgresql_where=PASSING,
)

chart_joins = Table(
    "chart_joins",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("kept_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("joined_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("joined_by", Text, nullable=False),
    Column("undone_at", BigInteger, nullable=False),
    Column("mac", LargeBinary),
    Index("ix_chart_joins_kept", "kept_id"),
    Index("ix_chart_joins_joined", "joined_id"),
    Index("ix_chart_joins_joined_at", "joined_at"),
)
"""Charts that were joined: everything of `joined_id` is with `kept_id` until `undone_at`, which is
0 while they are joined. `record` seals what an undo has to put back."""

joined_rows = Table(
    "joined_rows",
    metadata,
    Column("join_id", Text, ForeignKey("chart_joins.id"), primary_key=True),
    Column("what", Text, primary_key=True),
    Column("row_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""Which rows came with the joined chart, so that an undo takes back these and no others."""

hidden_items = Table(
    "hidden_items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("item_id", Text, nullable=False),
    Column("viewer", Text, nullable=False),
    Column("by_kind", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("hidden_at", BigInteger, nullable=False),
    Column("mac", LargeBinary),
    UniqueConstraint("item_id", "viewer", "by_kind"),
    Index("ix_hidden_items_patient", "patient_id"),
)
"""Items of a patient's side of the record that proxies do not see, or see although the clinic does
not show their category. `viewer` is the grant of one proxy, "" for all of them; `by_kind` says
whether the patient or staff hide it or show it. `record` seals who, and the reason of staff."""
