"""The feature “chat”: of visits, and conversations outside them."""

from bedside.edge.feature import AppSection, Feature, Section
from bedside.kernel.language import N_
from bedside.people.permissions import StaffAccess
from bedside.people.record_parts import Part
from bedside.people.roles import May
from bedside.services import Services
from bedside.web.chat import canned, everyone, files, later, past_visits, patient, staff
from bedside.web.chat.sentences import SENTENCES


async def _waiting(services: Services, who: StaffAccess) -> int:
    undecided = await services.conversations.later.undecided(who)
    return await services.conversations.lists.waiting(who) + undecided


feature = Feature(
    routes=(
        *files.routes,
        *everyone.routes,
        *later.routes,
        *canned.routes,
        *staff.routes,
        *patient.routes,
        *past_visits.routes,
    ),
    section=Section("chat", N_("Chat"), "message-circle", "/chat", May.SEE_CHARTS, _waiting),
    sentences=SENTENCES,
    app_section=AppSection("chat", N_("Messages"), "message-circle", "/chat", Part.CHAT),
    app_items=patient.app_items,
)
