"""A visit by the id in an address, with the permission of whoever asks."""

from starlette.requests import Request

from bedside.edge.context import services_of
from bedside.edge.visit_views import VisitView, rows_of
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.services import Services
from bedside.visits.waiting_room import VisitDetails


async def room_of_visit(request: Request, staff: StaffAccess) -> RoomAccess:
    """Return the room of the visit in the address. Raises NotFound."""
    whereabouts = services_of(request).visits.whereabouts
    return await whereabouts.room_of(staff, request.path_params["visit_id"])


async def visit_of(request: Request, staff: StaffAccess) -> tuple[RoomAccess, VisitDetails]:
    """Return the visit in the address. Raises NotFound, and Conflict with where it went."""
    room = await room_of_visit(request, staff)
    visit = await services_of(request).visits.waiting_room.visit(
        room, request.path_params["visit_id"]
    )
    return room, visit


async def card_of(services: Services, room: RoomAccess, visit: VisitDetails) -> VisitView:
    """Return the visit as its card shows it."""
    [row] = await rows_of(services, room, [visit.waiting])
    return row
