"""Fragments: pieces of a page that scripts fetch and put in place."""

from starlette.requests import Request

from bedside.edge.context import services_of
from bedside.edge.signed_in import staff_of
from bedside.kernel import language
from bedside.people.permissions import StaffAccess


def wants_fragment(request: Request) -> bool:
    """Whether a script requests the fragment instead of the page (htmx, and web/live)."""
    return "hx-request" in request.headers


async def prepare(request: Request) -> StaffAccess:
    """Prepare a fragment: the person, the clinic's language and time zone.

    Raises NotSignedIn as `signed_in.staff_of`.
    """
    staff = await staff_of(request)
    clinic = await services_of(request).people.clinics.get(staff.clinic_id)
    language.speak(clinic.options.language)
    request.state.page = {"zone": clinic.options.time_zone, "lang": language.spoken()}
    return staff
