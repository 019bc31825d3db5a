"""Canned replies while staff write (feature C4): the list that the field searches, with the fields
filled in for this patient. Nothing is sent by choosing one."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bedside.conversations.canned_fields import CANNED
from bedside.conversations.options import office_hours
from bedside.edge.context import services_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.visit_person import person_of
from bedside.kernel import clock, written
from bedside.kernel.language import speaking
from bedside.people.clinics import Clinic
from bedside.people.names import first_of
from bedside.people.permissions import StaffAccess
from bedside.services import Services


@dataclass(frozen=True, slots=True)
class _Whom:
    """To whom somebody writes. `name` is "" for a patient nobody has identified yet."""

    name: str
    topic_id: str = ""


async def of_conversation(request: Request) -> Response:
    """GET /chat/{conversation_id}/replies: the replies that fit a conversation."""
    staff = await prepare(request)
    services = services_of(request)
    conversations, conversation_id = (
        services.conversations.all,
        request.path_params["conversation_id"],
    )
    chart = await conversations.chart_of(staff, conversation_id)
    conversation = await conversations.get(chart, conversation_id)
    patient = await services.people.patients.get(chart)
    whom = _Whom(patient.name, conversation.topic_id)
    return await _listed(request, staff, whom)


async def of_patient(request: Request) -> Response:
    """GET /patients/{patient_id}/chat/replies: those for a conversation that begins."""
    staff = await prepare(request)
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    patient = await services.people.patients.get(chart)
    return await _listed(request, staff, _Whom(patient.name))


async def of_visit(request: Request) -> Response:
    """GET /visits/{visit_id}/chat/replies: those for the chat of a visit."""
    staff = await prepare(request)
    services, visit_id = services_of(request), request.path_params["visit_id"]
    room = await services.visits.whereabouts.room_of(staff, visit_id)
    person = await person_of(services, room, visit_id)
    return await _listed(request, staff, _Whom(person.name))


async def _listed(request: Request, staff: StaffAccess, whom: _Whom) -> Response:
    services = services_of(request)
    clinic = await services.people.clinics.get(staff.clinic_id)
    topics = {one.id: one.name for one in await services.conversations.topics.all(clinic.id)}
    found = await services.conversations.canned.about(clinic.id, whom.topic_id)
    with speaking(clinic.options.language):  # in which the replies are written
        values = await _values(services, clinic, staff, whom, topics.get(whom.topic_id, ""))
    return render(
        request,
        "chat/canned_list.html",
        replies=[
            (
                one.id,
                one.reply.name,
                topics.get(one.reply.topic_id, ""),
                CANNED.filled(one.reply.words, values),
            )
            for one in found
        ],
    )


async def _values(
    services: Services, clinic: Clinic, staff: StaffAccess, whom: _Whom, topic: str
) -> dict[str, str]:
    """Return what the fields are for this patient; "" for what is not known."""
    member = await services.people.staff.get(clinic.id, staff.staff_id)
    opens = _next_opening(clinic)
    zone = clinic.options.time_zone
    return {
        "first_name": first_of(whom.name),
        "full_name": whom.name,
        "my_name": member.name,
        "clinic": clinic.name,
        "clinic_phone": clinic.options.phone,
        "topic": topic,
        "next_opening": written.moment(clock.in_zone(zone, opens)) if opens else "",
        "today": written.day(clinic.options.today()),
    }


def _next_opening(clinic: Clinic) -> int:
    """Return when the clinic opens the next time, after now also while it is open; 0 if never."""
    now = clock.now()
    return next((start for start, _end in office_hours(clinic).spans(now) if start > now), 0)


routes = [
    staff_route("/chat/{conversation_id}/replies", of_conversation),
    staff_route("/patients/{patient_id}/chat/replies", of_patient),
    staff_route("/visits/{visit_id}/chat/replies", of_visit),
]
