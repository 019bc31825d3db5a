"""Rows about accounts bound to the clinic's keys: who is signed in, and for whom."""

from bedside.accounts import models
from bedside.accounts.rows import AccountRow, GrantRow, PasskeyRow, SessionRow
from bedside.database.bound_rows import BoundTable

ACCOUNTS = BoundTable(
    models.accounts,
    "id",
    "clinic_id",
    "patient_id",
    "closed_at",
    sealed=("record",),
    row=AccountRow,
)
GRANTS = BoundTable(
    models.grants,
    "id",
    "clinic_id",
    "account_id",
    "patient_id",
    "relation",
    "level",
    "begins_at",
    "ends_at",
    sealed=("ended_by",),
    row=GrantRow,
)
SESSIONS = BoundTable(
    models.account_sessions,
    "id",
    "token_hash",
    "account_id",
    "clinic_id",
    "expires_at",
    sealed=("device",),
    row=SessionRow,
)
PASSKEYS = BoundTable(
    models.account_passkeys,
    "credential_id",
    "account_id",
    "clinic_id",
    "public_key",
    row=PasskeyRow,
)
