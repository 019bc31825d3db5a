"""What happens to requests, told to open pages: ids, counts and states only."""

from typing import ClassVar

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
        """One stream for each request."""
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
        """The stream of the clinic's desk; told to those who may see the patient."""
        return f"desk:{self.clinic_id}"
