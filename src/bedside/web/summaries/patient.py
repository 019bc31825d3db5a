"""The patient's page of a summary, for a device that was let in by its link."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.devices import pages_of
from bedside.edge.downloads import disposition
from bedside.edge.rendering import render
from bedside.edge.request_pages import QuestionTexts, for_devices, request_pages
from bedside.edge.routes import link_route
from bedside.kernel import clock, language
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.emergencies import IN_SUMMARY, emergency
from bedside.people.permissions import LinkAccess
from bedside.requests.summaries.kind import SUMMARIES
from bedside.requests.summaries.patient import SummaryPage
from bedside.requests.summaries.texts import day
from bedside.requests.texts import sender

for_device = for_devices(SUMMARIES)


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
    """GET /my/{request_id}/summary.txt: the same as a file, to save on the phone."""
    shown = await services_of(request).requests.reading.read(link)
    options = shown.clinic.options
    name = f"{clock.in_zone(options.time_zone, shown.details.visited_at):%Y-%m-%d}.txt"
    return Response(
        _as_file(shown),
        media_type="text/plain; charset=utf-8",
        headers={"content-disposition": disposition(_("Visit") + " " + name, inline=False)},
    )


def _as_file(shown: SummaryPage) -> str:
    """Return the words below a head. Windows wants to see the encoding, and both line breaks."""
    title = _("Summary of the visit, {day}").format(day=day(shown.clinic, shown.details.visited_at))
    head = f"{shown.clinic.name}\n{title}\n{shown.content.asked_by}"
    text = f"{head}\n\n{shown.details.text}\n\n{emergency(shown.clinic, IN_SUMMARY)}\n"
    return "\ufeff" + "\r\n".join(text.splitlines()) + "\r\n"


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
routes = [link_route("/my/{request_id}/summary.txt", saved, methods=["GET"])]
