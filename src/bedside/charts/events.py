"""Events of charts."""

from typing import ClassVar

from bedside.kernel.events import Event, declared


class _EntryEvent(Event):
    patient_id: str
    entry_id: str
    file_id: str
    state: str
    media_type: str
    category: str
    reviewed: bool

    def topic(self) -> str:
        return f"chart:{self.patient_id}"


@declared
class EntryAdded(_EntryEvent):
    """A file came into the chart."""

    type: ClassVar[str] = "chart.entry_added"


@declared
class EntryChanged(_EntryEvent):
    """Something about an entry changed: its scan, its category, whether it is reviewed."""

    type: ClassVar[str] = "chart.entry_changed"


@declared
class EntryRemoved(Event):
    """An entry was moved to another chart."""

    type: ClassVar[str] = "chart.entry_removed"
    patient_id: str
    entry_id: str

    def topic(self) -> str:
        return f"chart:{self.patient_id}"


@declared
class InboxChanged(Event):
    """The contents of the inbox of a clinic changed (`entry_id`: the entry, or the question of a
    patient); lists and badges ask again."""

    type: ClassVar[str] = "desk.inbox_changed"
    clinic_id: str
    patient_id: str
    entry_id: str
    reason: str

    def topic(self) -> str:
        return f"desk:{self.clinic_id}"
