"""A notification, and somebody's alert settings, as they are stored."""

from typing import NamedTuple


class NotificationRow(NamedTuple):
    """A stored notification."""

    id: str
    clinic_id: str
    patient_id: str
    cause_id: str
    channel: str
    content: bytes
    state: str
    attempts: int
    tried_since: int
    locked_until: int
    failure: str
    reference: str
    local: bool
    created_at: int
    sent_at: int
    delivered_at: int
    staff_id: str
    useful_until: int


class EarlyReportRow(NamedTuple):
    """A stored report of a message that is not known yet."""

    outcome: str


class StaffAlertsRow(NamedTuple):
    """Stored alert settings."""

    staff_id: str
    clinic_id: str
    channels: str
    phone: bytes | None
    offered: bytes | None
    offered_until: int
    tries: int
