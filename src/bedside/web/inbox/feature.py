"""The feature “inbox”."""

from bedside.edge.feature import Feature, Section
from bedside.edge.patients_ask import patients_ask
from bedside.kernel.language import N_
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May
from bedside.services import Services
from bedside.web.inbox import staff
from bedside.web.inbox.sentences import SENTENCES


async def _waiting(services: Services, who: StaffAccess) -> int:
    return await services.charts.contents.unreviewed_count(who) + await patients_ask(services, who)


feature = Feature(
    routes=(*staff.routes,),
    section=Section("inbox", N_("Inbox"), "inbox", "/inbox", May.SEE_CHARTS, _waiting),
    sentences=SENTENCES,
)
