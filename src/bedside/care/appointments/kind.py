"""Appointments as a kind of request: the link by which a patient sees one and answers."""

from dataclasses import dataclass
from typing import Any

from bedside.audit import Action
from bedside.care.appointments import texts
from bedside.care.appointments.details import KEY, PREFIX, AppointmentDetails, News
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import LinkAccess
from bedside.people.record_parts import Part
from bedside.requests.kinds import RequestHandling, RequestKind, RequestTexts, RequestTools
from bedside.requests.records import Content, Request

NOT_BEFORE = clock.HOUR
"""Nobody is reminded of a message that came just now."""


@dataclass(frozen=True, slots=True)
class AppointmentParts:
    """The handling of requests of this kind; everything else is in `services.care`."""

    handling: RequestHandling


def _build(tools: RequestTools) -> AppointmentParts:
    return AppointmentParts(RequestHandling(snapshot=_snapshot))


async def _snapshot(link: LinkAccess) -> dict[str, Any]:
    """Return nothing: the patient's page fetches what is true now when something has happened."""
    return {}


def _about(request: Request) -> str:
    return texts.when(AppointmentDetails.of(request.content).start)


def _details(request: Request) -> list[tuple[str, str]]:
    details = AppointmentDetails.of(request.content)
    found = [(_("Time"), texts.when(details.start))]
    return [*found, (_("It was"), texts.when(details.was))] if details.was else found


def _due(content: Content) -> int:
    return AppointmentDetails.of(content).start.instant


def reminder_at(content: Content, now: int) -> int:
    """Return when the reminder of an appointment leaves; 0 for none: not after it is cancelled, and
    not in the hour after another message."""
    details = AppointmentDetails.of(content)
    if not details.remind_hours or details.news not in (News.BOOKED, News.MOVED):
        return 0
    at = details.start.instant - details.remind_hours * clock.HOUR
    return at if at >= now + NOT_BEFORE else 0


def _too_late(content: Content) -> bool:
    return AppointmentDetails.of(content).start.instant <= clock.now()


APPOINTMENTS = RequestKind(
    key=KEY,
    prefix=PREFIX,
    name=N_("Appointment"),
    about=_about,
    details=_details,
    build=_build,
    texts=RequestTexts(texts.invitation, texts.reminder),
    sent=Action.APPOINTMENT_TOLD,
    part=Part.APPOINTMENTS,
    due=_due,
    reminds=reminder_at,
    too_late=_too_late,
)
