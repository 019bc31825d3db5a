"""The feature “rooms”."""

from bedside.edge.feature import Feature, Section
from bedside.kernel.language import N_
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May
from bedside.services import Services
from bedside.web.rooms import order, queue, staff, transfer
from bedside.web.rooms.sentences import SENTENCES, TODAY


async def _waiting(services: Services, who: StaffAccess) -> int:
    return await services.visits.whereabouts.waiting(who)


feature = Feature(
    routes=(*staff.routes, *queue.routes, *order.routes, *transfer.routes),
    section=Section("rooms", N_("Waiting room"), "armchair", "/rooms", May.SEE_CHARTS, _waiting),
    sentences=SENTENCES,
    today=TODAY,
)
