"""Accounts as they are stored."""

from typing import NamedTuple


class AccountRow(NamedTuple):
    """A person with an account."""

    id: str
    clinic_id: str
    patient_id: str
    record: bytes
    created_at: int
    closed_at: int
    mac: bytes | None


class GrantRow(NamedTuple):
    """The access of a proxy to a patient."""

    id: str
    clinic_id: str
    account_id: str
    patient_id: str
    relation: str
    level: str
    begins_at: int
    ends_at: int
    ended_by: bytes | None
    mac: bytes | None


class SessionRow(NamedTuple):
    """A device that is signed in."""

    id: str
    token_hash: bytes
    account_id: str
    clinic_id: str
    device: bytes
    created_at: int
    seen_at: int
    expires_at: int
    mac: bytes | None


class PasskeyRow(NamedTuple):
    """A passkey."""

    credential_id: str
    account_id: str
    clinic_id: str
    public_key: bytes
    sign_count: int
    label: str
    created_at: int
    used_at: int
    mac: bytes | None


class CodeRow(NamedTuple):
    """A one-time code that somebody has asked for."""

    id: str
    token_hash: bytes
    clinic_id: str
    content: bytes
    tries: int
    expires_at: int


class NoticeRow(NamedTuple):
    """A change of what a proxy sees of which both were told."""

    id: str
    clinic_id: str
    patient_id: str
    grant_id: str
    changes_on: str
    becomes: str
    state: str
    told_at: int
