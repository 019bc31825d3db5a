"""The two sides of a visit, for what both of them open: files, the chat, the whiteboard."""

from dataclasses import dataclass

from starlette.requests import Request

from bedside.edge.context import services_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.routes import Audience, audience_of
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.edge.visit_devices import page_of, visitor_of
from bedside.kernel import language
from bedside.people.permissions import RoomAccess, VisitorAccess


@dataclass(frozen=True, slots=True)
class Side:
    """The caller's side: staff in charge of the room, or the patient of the visit."""

    access: RoomAccess | VisitorAccess
    visit_id: str

    @property
    def is_staff(self) -> bool:
        """Whether it is staff."""
        return isinstance(self.access, RoomAccess)

    @property
    def name(self) -> str:
        """The side's name in templates."""
        return "staff" if self.is_staff else "patient"

    @property
    def here(self) -> str:
        """The prefix of this side's addresses of the visit."""
        return f"/visits/{self.visit_id}" if self.is_staff else page_of(self.visit_id)


async def side_of(request: Request) -> Side:
    """Return the side by the address. Raises NotSignedIn, NotFound."""
    if audience_of(request) is Audience.VISITOR:
        visitor = await visitor_of(request)
        return Side(visitor, visitor.visit_id)
    staff = await staff_of(request)
    visit_id = request.path_params["visit_id"]
    return Side(await services_of(request).visits.whereabouts.room_of(staff, visit_id), visit_id)


async def framed(request: Request) -> None:
    """Prepare the frame of a side's page: for staff the console, or what a fragment needs; for
    patients the language. Raises NotSignedIn."""
    if audience_of(request) is Audience.VISITOR:
        request.state.page = {"lang": language.spoken()}
    elif wants_fragment(request):
        await prepare(request)
    else:
        await shell(request, "rooms")
