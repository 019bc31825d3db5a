"""Links and devices as they are stored."""

from typing import NamedTuple


class LinkRow(NamedTuple):
    """A link."""

    id: str
    secret_hash: bytes
    clinic_id: str
    patient_id: str
    subject_id: str
    wrong_answers: int
    locked: bool
    revoked: bool
    opened_at: int
    expires_at: int
    created_at: int
    mac: bytes | None


class LinkDeviceRow(NamedTuple):
    """A device that a link let in."""

    token_hash: bytes
    link_id: str
    created_at: int
    expires_at: int
    clinic_id: str
    mac: bytes | None
