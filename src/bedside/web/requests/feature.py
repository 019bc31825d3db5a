"""The feature “requests”."""

from bedside.edge.feature import Feature, Section
from bedside.kernel.language import N_
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May
from bedside.services import Services
from bedside.web.requests import links_again, lost, staff
from bedside.web.requests.in_app import app_items
from bedside.web.requests.sentences import SENTENCES, TODAY


async def _waiting(services: Services, who: StaffAccess) -> int:
    return await services.requests.lists.waiting(who) + await services.requests.lost.waiting(who)


feature = Feature(
    routes=(*staff.routes, *links_again.routes, *lost.routes),
    section=Section("requests", N_("Requests"), "send", "/requests", May.SEND_REQUESTS, _waiting),
    sentences=SENTENCES,
    today=TODAY,
    app_items=app_items,
)
