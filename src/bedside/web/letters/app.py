"""The letters in the patient's app, which stay there when their links have ended."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.accounts import page_in_app
from bedside.edge.app_shell import app_page
from bedside.edge.context import services_of
from bedside.edge.devices import pages_of
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.letters.details import LetterDetails
from bedside.letters.kind import LETTERS
from bedside.people.record_parts import Part


async def listed(request: Request) -> Response:
    """GET /app/{patient_id}/letters: newest first."""
    at = await app_page(request, "files")
    at.side.require(Part.FILES)
    found = await services_of(request).requests.in_app.kept(at.side, LETTERS)
    return render(
        request,
        "letters/app_letters.html",
        letters=[
            (LetterDetails.of(one.request.content).title, one.request, pages_of(one.request.id))
            for one in found
        ],
        here=page_in_app(at.side.patient_id),
    )


routes = [app_route("/app/{patient_id}/letters", listed, methods=["GET"])]
