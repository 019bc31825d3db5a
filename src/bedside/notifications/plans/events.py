"""Events of message plans: ids and states only."""

from typing import ClassVar

from bedside.kernel.events import Event, declared


@declared
class PlanChanged(Event):
    """A plan began, went on to its next step, was read, or ended without being read."""

    type: ClassVar[str] = "desk.plan_changed"

    clinic_id: str
    patient_id: str
    plan_id: str
    item_id: str
    state: str

    def topic(self) -> str:
        """The stream of the clinic's desk, delivered to those who may see the patient."""
        return f"desk:{self.clinic_id}"
