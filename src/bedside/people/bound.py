"""Rows about people bound to the clinic's keys: identity and permissions."""

from bedside.database.bound_rows import BoundTable
from bedside.people import models

STAFF = BoundTable(
    models.staff,
    "id",
    "clinic_id",
    "email_token",
    "role",
    "password_hash",
    "temporary_password",
    "totp",
    "has_passkey",
    "disabled",
    sealed=("record", "totp"),
)
SESSIONS = BoundTable(
    models.sessions,
    "token_hash",
    "id",
    "staff_id",
    "clinic_id",
    "role",
    "stage",
    "confirmed_at",
    "expires_at",
)
PASSKEYS = BoundTable(models.passkeys, "credential_id", "staff_id", "clinic_id", "public_key")
RECOVERY_CODES = BoundTable(models.recovery_codes, "staff_id", "code_hash", "clinic_id")
STAFF_ASSIGNMENTS = BoundTable(models.staff_assignments, "staff_id", "target_id", "clinic_id")
PATIENT_ASSIGNMENTS = BoundTable(
    models.patient_assignments, "patient_id", "target_id", "clinic_id", "visit_id"
)
