"""The shapes of requests and responses. Sizes in bytes, times in milliseconds since the epoch
(UTC)."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """Base of every shape: unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Failure(Shape):
    """Every failure: a stable name for programs, and a sentence for a person."""

    code: str
    sentence: str
    field: str = ""


class InboxEntry(Shape):
    """An entry that nobody has reviewed."""

    id: str
    patient_id: str
    patient: str
    title: str
    state: str
    media_type: str
    size: int
    category: str
    channel: str
    received_at: int


class Inbox(Shape):
    """The newest 50."""

    entries: list[InboxEntry]


class DeviceTestShape(Shape):
    """The result of a patient's device test: ok, failed, blocked, missing, skipped or
    not_set_up."""

    camera: str
    microphone: str
    speaker: str
    connection: str
    relay: str


class VisitInQueue(Shape):
    """A patient in a room. `state` is waiting or in_call, `presence` here or reconnecting; `place`
    counts waiting patients from 1; `admitted_by` and `transferred_by` are names. `seen_first` and
    `urgent` are what staff have said; `returned_at` is 0 unless they sent the patient back from a
    call."""

    id: str
    patient_id: str
    patient: str
    reason: str
    state: str
    place: int
    presence: str
    checked_in_at: int
    queued_at: int
    admitted_at: int
    admitted_by: str
    transferred_by: str
    seen_first: bool
    urgent: bool
    returned_at: int
    device_test: DeviceTestShape | None


class Queue(Shape):
    """Everybody in a room, in order."""

    visits: list[VisitInQueue]


class PatientShape(Shape):
    """A patient. `birth_date` is null if it is not known."""

    id: str
    name: str
    birth_date: date | None
    phone: str
    email: str
    language: str
    pronouns: str
    identifiers: dict[str, str]


class PatientPage(Shape):
    """One page of patients; `count` is how many there are on all pages."""

    patients: list[PatientShape]
    count: int


class Words(Shape):
    """Search terms: beginnings of names, a phone number, or a date of birth."""

    words: str = Field(min_length=1, max_length=200)


class FoundPatients(Shape):
    """Matching patients, at most 50."""

    patients: list[PatientShape]


class EntryShape(Shape):
    """An entry of a chart."""

    id: str
    patient_id: str
    file_id: str
    title: str
    name: str
    label: str
    comment: str
    note: str
    state: str
    media_type: str
    size: int
    category: str
    channel: str
    sender_kind: str
    sender_id: str
    received_at: int
    taken_at: int
    reviewed_at: int
    reviewed_by: str
    moved_from: str
    moved_to: str
    version: int


class Entries(Shape):
    """The entries of a chart, newest first."""

    entries: list[EntryShape]


class AuditLineShape(Shape):
    """One line of the audit log."""

    seq: int
    at: int
    action: str
    actor_kind: str
    actor_id: str
    patient_id: str
    subject_id: str
    details: dict[str, Any]


class AuditPage(Shape):
    """Lines, newest first; `next_before` is the `before` of the next page, 0 on the last one."""

    lines: list[AuditLineShape]
    next_before: int
