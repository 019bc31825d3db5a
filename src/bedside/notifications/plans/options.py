"""A clinic's times for message plans."""

from pydantic import Field

from bedside.kernel import clock
from bedside.notifications.plans.table import PlanKind, Times
from bedside.people.options import Options


class PlanOptions(Options):
    """How long each kind of plan waits before the next way is tried; in hours."""

    plan_out_hours: int = Field(default=1, ge=1, le=24)
    plan_normal_hours: int = Field(default=24, ge=1, le=168)
    plan_urgent_hours: int = Field(default=4, ge=1, le=72)
    plan_appointment_push_hours: int = Field(default=4, ge=1, le=72)
    plan_appointment_sms_hours: int = Field(default=12, ge=1, le=72)
    plan_appointment_email_hours: int = Field(default=24, ge=1, le=168)
    plan_undelivered_hours: int = Field(default=72, ge=1, le=168)
    plan_of_message: PlanKind = PlanKind.NORMAL
    plan_of_photo: PlanKind = PlanKind.NORMAL
    plan_of_form: PlanKind = PlanKind.NORMAL
    plan_of_summary: PlanKind = PlanKind.NORMAL
    plan_of_letter: PlanKind = PlanKind.NORMAL
    plan_of_invitation: PlanKind = PlanKind.APPOINTMENT
    plan_of_appointment: PlanKind = PlanKind.APPOINTMENT
    plan_of_app_invitation: PlanKind = PlanKind.NORMAL

    def kind_of(self, what: str) -> PlanKind:
        """Return the plan by which patients learn of messages, or of requests with this key; what
        the settings do not name can wait."""
        return PlanKind(getattr(self, f"plan_of_{what}", PlanKind.NORMAL))

    def times(self, kind: PlanKind) -> Times:
        """Return the times of a kind of plan."""
        out, undelivered = self.plan_out_hours, self.plan_undelivered_hours
        if kind is PlanKind.NORMAL:
            return _times(out, (self.plan_normal_hours,) * 3, undelivered, from_sending=False)
        if kind is PlanKind.URGENT:
            return _times(out, (self.plan_urgent_hours,) * 3, undelivered, from_sending=True)
        within = (
            self.plan_appointment_push_hours,
            self.plan_appointment_sms_hours,
            self.plan_appointment_email_hours,
        )
        return _times(out, within, undelivered, from_sending=True)


def _times(out: int, read: tuple[int, ...], undelivered: int, *, from_sending: bool) -> Times:
    return Times(
        out * clock.HOUR,
        tuple(hours * clock.HOUR for hours in read),
        undelivered * clock.HOUR,
        from_sending,
    )
