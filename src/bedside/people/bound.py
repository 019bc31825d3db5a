"""Rows about people bound to the clinic's keys: identity and permissions."""

from bedside.database.bound_rows import BoundTable
from bedside.people import models
from bedside.people.rows import (
    ChartJoinRow,
    HiddenItemRow,
    PasskeyRow,
    PatientAssignmentRow,
    RecoveryCodeRow,
    SessionRow,
    StaffAssignmentRow,
    StaffRow,
)

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
    row=StaffRow,
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
    row=SessionRow,
)
PASSKEYS = BoundTable(
    models.passkeys, "credential_id", "staff_id", "clinic_id", "public_key", row=PasskeyRow
)
RECOVERY_CODES = BoundTable(
    models.recovery_codes, "staff_id", "code_hash", "clinic_id", row=RecoveryCodeRow
)
STAFF_ASSIGNMENTS = BoundTable(
    models.staff_assignments, "staff_id", "target_id", "clinic_id", row=StaffAssignmentRow
)
PATIENT_ASSIGNMENTS = BoundTable(
    models.patient_assignments,
    "patient_id",
    "target_id",
    "clinic_id",
    "visit_id",
    row=PatientAssignmentRow,
)
CHART_JOINS = BoundTable(
    models.chart_joins,
    "id",
    "clinic_id",
    "kept_id",
    "joined_id",
    "undone_at",
    sealed=("record",),
    row=ChartJoinRow,
)
HIDDEN_ITEMS = BoundTable(
    models.hidden_items,
    "id",
    "clinic_id",
    "patient_id",
    "item_id",
    "viewer",
    "by_kind",
    sealed=("record",),
    row=HiddenItemRow,
)
