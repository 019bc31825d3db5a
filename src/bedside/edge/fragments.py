"""Fragments: pieces of a page that scripts fetch and put in place."""

from starlette.requests import Request

from bedside.edge.languages import speak_to_staff
from bedside.edge.signed_in import staff_of
from bedside.kernel import language
from bedside.people.permissions import StaffAccess


def wants_fragment(request: Request) -> bool:
    """Whether a script requests the fragment instead of the page (htmx, and web/live)."""
    return "hx-request" in request.headers


async def prepare(request: Request) -> StaffAccess:
    """Prepare a fragment: the person, their language, and the clinic's time zone.

    Raises NotSignedIn as `signed_in.staff_of`.
    """
    staff = await staff_of(request)
    clinic = await speak_to_staff(request, staff)
    request.state.page = {"zone": clinic.options.time_zone, "lang": language.spoken()}
    return staff
