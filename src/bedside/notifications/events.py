"""Events of notifications: ids and states only."""

from typing import ClassVar

from bedside.kernel.events import Event, declared


@declared
class NotificationChanged(Event):
    """A message was written, sent, delivered or could not be delivered."""

    type: ClassVar[str] = "desk.notification_changed"

    clinic_id: str
    patient_id: str
    notification_id: str
    channel: str
    state: str

    def topic(self) -> str:
        """The stream of the clinic's desk, delivered to those who may see the patient."""
        return f"desk:{self.clinic_id}"
