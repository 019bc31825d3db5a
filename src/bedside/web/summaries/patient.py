"""The patient's page of a summary, for a device that was let in by its link."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.devices import pages_of
from bedside.edge.downloads import disposition
from bedside.edge.protection import Rate, require_rate
from bedside.edge.rendering import render
from bedside.edge.request_pages import QuestionTexts, for_devices, request_pages
from bedside.edge.routes import link_route
from bedside.files.names import titled
from bedside.kernel import language
from bedside.kernel.language import N_
from bedside.people.emergencies import IN_SUMMARY, emergency
from bedside.people.permissions import LinkAccess
from bedside.requests.summaries.kind import SUMMARIES
from bedside.requests.texts import sender

for_device = for_devices(SUMMARIES)
_PRINTING = Rate("printing", per_second=0.1, burst=10)
_TOO_OFTEN = N_("This was saved many times just now. Please wait a moment, then press again.")


@for_device
async def home(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}: the words, to read, print and save."""
    shown = await services_of(request).requests.reading.read(link)
    clinic = shown.clinic
    return render(
        request,
        "summaries/summary.html",
        lang=language.spoken(),
        clinic_name=clinic.name,
        phone=clinic.options.phone,
        emergency_text=emergency(clinic, IN_SUMMARY),
        zone=clinic.options.time_zone,
        by=shown.content.asked_by,
        sender=sender(clinic, shown.content.asked_by, shown.content.asked_role),
        visited_at=shown.details.visited_at,
        text=shown.details.text,
        expires_at=shown.expires_at,
        here=pages_of(link.subject_id),
    )


@for_device
async def saved(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/summary.pdf?large=yes: the same to save on the phone, or in large
    print."""
    require_rate(request, _PRINTING, link.subject_id, _TOO_OFTEN)
    reading = services_of(request).requests.reading
    large = request.query_params.get("large") == "yes"
    sheet, pdf = await reading.pdf(link, large=large)
    return Response(
        pdf,
        media_type="application/pdf",
        headers={"content-disposition": disposition(titled(sheet.title, ".pdf"), inline=False)},
    )


LINK_PAGES = request_pages(
    SUMMARIES,
    QuestionTexts(
        asks=N_(
            "<strong>%(who)s</strong> has written to you. To keep it private, please enter the "
            "date of birth of the person this is for."
        ),
        promise=N_("Nobody reads it without this link and the date of birth."),
        emergency=partial(emergency, where=IN_SUMMARY),
    ),
    home=home,
)
routes = [link_route("/my/{request_id}/summary.pdf", saved, methods=["GET"])]
