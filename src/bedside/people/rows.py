"""Staff, their sign-ins and assignments as they are stored."""

from typing import NamedTuple


class StaffRow(NamedTuple):
    """A member of staff."""

    id: str
    clinic_id: str
    email_token: int
    role: str
    record: bytes
    password_hash: str
    temporary_password: bool
    totp: bytes | None
    totp_last_step: int
    disabled: bool
    created_at: int
    has_passkey: bool
    mac: bytes | None


class PasskeyRow(NamedTuple):
    """A passkey."""

    credential_id: str
    staff_id: str
    public_key: bytes
    sign_count: int
    label: str
    created_at: int
    used_at: int
    clinic_id: str
    mac: bytes | None


class RecoveryCodeRow(NamedTuple):
    """An unused recovery code."""

    staff_id: str
    code_hash: bytes
    clinic_id: str
    mac: bytes | None


class SessionRow(NamedTuple):
    """A session."""

    token_hash: bytes
    id: str
    staff_id: str
    clinic_id: str
    role: str
    device: bytes
    stage: str
    created_at: int
    seen_at: int
    confirmed_at: int
    expires_at: int
    totp_offered: bytes | None
    mac: bytes | None


class StaffAssignmentRow(NamedTuple):
    """An assignment of a member of staff."""

    staff_id: str
    target_id: str
    clinic_id: str
    mac: bytes | None


class ChartJoinRow(NamedTuple):
    """Two charts that were joined."""

    id: str
    clinic_id: str
    kept_id: str
    joined_id: str
    record: bytes
    joined_at: int
    joined_by: str
    undone_at: int
    mac: bytes | None


class PatientAssignmentRow(NamedTuple):
    """An assignment of a patient."""

    patient_id: str
    target_id: str
    clinic_id: str
    visit_id: str
    mac: bytes | None


class HiddenItemRow(NamedTuple):
    """An item that proxies do not see."""

    id: str
    clinic_id: str
    patient_id: str
    item_id: str
    viewer: str
    by_kind: str
    record: bytes
    hidden_at: int
    mac: bytes | None
