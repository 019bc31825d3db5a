"""Plans, their steps, and devices, as they are stored."""

from typing import NamedTuple


class PlanRow(NamedTuple):
    """A stored plan."""

    id: str
    clinic_id: str
    patient_id: str
    item_id: str
    kind: str
    state: str
    round: int
    number: int
    content: bytes
    created_at: int
    ended_at: int
    ended_by: str
    ways: str
    next_at: int
    presses: str
    read_at: int
    read_by: str


class StepRow(NamedTuple):
    """A stored step."""

    id: str
    clinic_id: str
    plan_id: str
    round: int
    number: int
    channel: str
    state: str
    reason: str
    began_at: int
    sent_at: int
    delivered_at: int
    changed_at: int
    occasion: str


class AppDeviceRow(NamedTuple):
    """A stored device of somebody with an account."""

    id: str
    clinic_id: str
    account_id: str
    session_id: str
    endpoint_token: int
    record: bytes
    created_at: int
    shown_at: int
    ended: str
    refusals: int
