"""The patient's page of a letter, for a device that was let in by its link, or that is signed in
to the app."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.devices import pages_of
from bedside.edge.downloads import SealedResponse, disposition
from bedside.edge.protection import Rate, require_rate
from bedside.edge.rendering import render
from bedside.edge.request_pages import QuestionTexts, for_devices, request_pages
from bedside.edge.routes import link_route
from bedside.files.names import titled
from bedside.kernel import clock, language
from bedside.kernel.language import N_
from bedside.letters.kind import LETTERS
from bedside.people.emergencies import IN_SUMMARY, emergency
from bedside.people.permissions import LinkAccess

for_device = for_devices(LETTERS)
_PRINTING = Rate("printing", per_second=0.1, burst=10)
_TOO_OFTEN = N_("This was saved many times just now. Please wait a moment, then press again.")


@for_device
async def home(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}: the letter, to read, print and save, with its files."""
    shown = await services_of(request).letters.reading.read(link)
    return render(
        request,
        "letters/letter.html",
        lang=language.spoken(),
        clinic_name=shown.clinic.name,
        phone=shown.clinic.options.phone,
        zone=shown.clinic.options.time_zone,
        sheet=shown.sheet,
        files=shown.files,
        expires_at=shown.expires_at if shown.expires_at > clock.now() else 0,
        in_app=link.by_account is not None,
        here=pages_of(link.subject_id),
    )


@for_device
async def saved(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/letter.pdf?large=yes: the same to save on the phone, or in large
    print."""
    require_rate(request, _PRINTING, link.subject_id, _TOO_OFTEN)
    large = request.query_params.get("large") == "yes"
    sheet, pdf = await services_of(request).letters.reading.pdf(link, large=large)
    return Response(
        pdf,
        media_type="application/pdf",
        headers={"content-disposition": disposition(titled(sheet.title, ".pdf"), inline=False)},
    )


@for_device
async def enclosure(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/enclosures/{entry_id}: a file that goes along with the letter."""
    reading = services_of(request).letters.reading
    return SealedResponse(request, await reading.file(link, request.path_params["entry_id"]))


LINK_PAGES = request_pages(
    LETTERS,
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
routes = [
    link_route("/my/{request_id}/letter.pdf", saved, methods=["GET"]),
    link_route("/my/{request_id}/enclosures/{entry_id}", enclosure, methods=["GET"]),
]
