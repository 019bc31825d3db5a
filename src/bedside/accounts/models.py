"""Tables of accounts."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from bedside.database.tables import ENDS_WITH_RESTORE, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    Column("mac", LargeBinary),
    Index("ix_accounts_patient", "patient_id"),
    Index("ix_accounts_clinic", "clinic_id"),
)
"""People who sign in to the app. `patient_id` is empty for a proxy who is no patient of the
clinic; `record` seals their name and addresses, which for a patient are those of the chart."""

account_tokens = Table(
    "account_tokens",
    metadata,
    Column("token", BigInteger, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), primary_key=True),
    Index("ix_account_tokens_account", "account_id"),
    sqlite_with_rowid=False,
)
"""Keyed tokens of the addresses of proxies, by which they are found when they sign in."""

grants = Table(
    "account_grants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("relation", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("ended_by", LargeBinary),
    Column("mac", LargeBinary),
    Index("ix_account_grants_account", "account_id"),
    Index("ix_account_grants_patient", "patient_id"),
)
"""The access of a proxy to a patient. `ends_at` is 0 as long as nothing ends it; a grant that was
ended keeps its row. `ended_by` seals who ended it, and why."""

account_sessions = Table(
    "account_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("clinic_id", Text, nullable=False),
    Column("device", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("mac", LargeBinary),
    Index("ix_account_sessions_account", "account_id"),
    info={ENDS_WITH_RESTORE: True},
)
"""Devices that are signed in. `device` seals what the browser calls itself."""

account_passkeys = Table(
    "account_passkeys",
    metadata,
    Column("credential_id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("clinic_id", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("mac", LargeBinary),
    Index("ix_account_passkeys_account", "account_id"),
    sqlite_with_rowid=False,
)
"""Passkeys of people with an account."""

account_codes = Table(
    "account_codes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("clinic_id", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_account_codes_expires", "expires_at"),
    info={ENDS_WITH_RESTORE: True},
)
"""One-time codes. `token_hash` is that of the browser that asked for it, which alone can use it;
`content` seals the code, and the accounts at the address that was typed: none for an address that
nobody has, which is answered in the same way."""

proxy_notices = Table(
    "proxy_notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("grant_id", Text, ForeignKey("account_grants.id"), nullable=False),
    Column("changes_on", Text, nullable=False),
    Column("becomes", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("told_at", BigInteger, nullable=False),
    UniqueConstraint("grant_id", "changes_on", "becomes"),
    Index("ix_proxy_notices_patient", "patient_id"),
)
"""Changes of what a proxy sees of which both were told. `changes_on` is a day at the clinic,
`becomes` the level from then on, "" if it ends."""
