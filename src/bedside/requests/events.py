"""Events of requests: ids, counts and states only."""

from typing import ClassVar

from bedside.files.holders import FileChange
from bedside.kernel.events import Event, declared


@declared
class RequestChanged(Event):
    """For the patient's own page."""

    type: ClassVar[str] = "request.changed"

    request_id: str
    state: str
    expected: int
    filed: int

    def topic(self) -> str:
        """The stream of one request."""
        return f"request:{self.request_id}"


@declared
class ChartRequestChanged(Event):
    """For those who look at the patient's chart."""

    type: ClassVar[str] = "chart.request_changed"

    patient_id: str
    request_id: str
    state: str

    def topic(self) -> str:
        """The stream of the chart."""
        return f"chart:{self.patient_id}"


@declared
class DeskRequestChanged(Event):
    """For the list of requests and its badge."""

    type: ClassVar[str] = "desk.request_changed"

    clinic_id: str
    patient_id: str
    request_id: str
    state: str

    def topic(self) -> str:
        """The stream of the clinic's desk, delivered to those who may see the patient."""
        return f"desk:{self.clinic_id}"


@declared
class HeldFileChanged(Event):
    """A file held by a request was received, scanned, refused, given a preview or discarded."""

    type: ClassVar[str] = "request.file_changed"

    request_id: str
    file_id: str
    state: str
    refusal: str
    preview: bool

    def topic(self) -> str:
        """The stream of the request."""
        return f"request:{self.request_id}"


@declared
class DeskLinkMissed(Event):
    """Somebody asks at the door of a room for a link again, or staff have answered."""

    type: ClassVar[str] = "desk.link_missed"

    clinic_id: str
    room_id: str

    def topic(self) -> str:
        """The stream of the clinic's desk, delivered to those in charge of the room."""
        return f"desk:{self.clinic_id}"


def held_file_changed(change: FileChange) -> HeldFileChanged:
    """Return the event for a change reported by the intake."""
    return HeldFileChanged(
        request_id=change.holder_id,
        file_id=change.file_id,
        state=change.state,
        refusal=change.refusal,
        preview=change.preview,
    )
