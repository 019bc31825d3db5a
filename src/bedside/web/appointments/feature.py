"""The feature “appointments”."""

from bedside.edge.feature import AppSection, Feature, Section
from bedside.kernel.language import N_
from bedside.people.permissions import StaffAccess
from bedside.people.record_parts import Part
from bedside.people.roles import May
from bedside.services import Services
from bedside.web.appointments import calendar, in_app, patient, staff
from bedside.web.appointments.sentences import SENTENCES, TODAY


async def _waiting(services: Services, who: StaffAccess) -> int:
    return await services.care.lists.waiting(who)


feature = Feature(
    routes=(*calendar.routes, *staff.routes, *patient.routes, *in_app.routes),
    section=Section(
        "appointments",
        N_("Appointments"),
        "calendar",
        calendar.CALENDAR,
        May.SEND_REQUESTS,
        _waiting,
    ),
    link_pages=(patient.LINK_PAGES,),
    sentences=SENTENCES,
    today=TODAY,
    app_section=AppSection(
        "appointments", N_("Appointments"), "calendar", "/appointments", Part.APPOINTMENTS
    ),
    app_items=in_app.app_items,
)
