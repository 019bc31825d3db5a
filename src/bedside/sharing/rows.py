"""Rows of sharing, as they are stored."""

from typing import NamedTuple

from bedside.database.bound_rows import BoundTable
from bedside.sharing.models import share_keys, shares


class ShareRow(NamedTuple):
    """A share."""

    id: str
    clinic_id: str
    patient_id: str
    by_kind: str
    by_id: str
    record: bytes
    created_at: int
    expires_at: int
    ended_at: int
    ended_why: str
    mac: bytes | None


class ShareKeyRow(NamedTuple):
    """The secrets that open a share."""

    share_id: str
    clinic_id: str
    secret_hash: bytes
    passcode_hash: bytes
    wrong_passcodes: int
    record: bytes
    expires_at: int
    mac: bytes | None


class OpeningRow(NamedTuple):
    """One opening of a share."""

    id: str
    share_id: str
    clinic_id: str
    at: int
    files_read: int
    record: bytes


class QuestionRow(NamedTuple):
    """A question about an access."""

    id: str
    clinic_id: str
    patient_id: str
    by_kind: str
    by_id: str
    about_seq: int
    about_kind: str
    about_id: str
    about_at: int
    record: bytes
    asked_at: int
    due_at: int
    answered_at: int
    answered_by: str


SHARES = BoundTable(
    shares,
    "id",
    "clinic_id",
    "patient_id",
    "record",
    "expires_at",
    "ended_at",
    sealed=("record",),
    row=ShareRow,
)
SHARE_KEYS = BoundTable(
    share_keys,
    "share_id",
    "clinic_id",
    "secret_hash",
    "passcode_hash",
    "expires_at",
    sealed=("record",),
    row=ShareKeyRow,
)
