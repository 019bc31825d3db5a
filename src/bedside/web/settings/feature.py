"""The feature “settings”."""

from bedside.edge.feature import Feature, Section
from bedside.kernel.language import N_
from bedside.people.roles import May
from bedside.web.settings import (
    appointments,
    canned,
    chat,
    first_steps,
    health,
    letters,
    messages,
    proxies,
    rooms,
    staff,
    visits,
)
from bedside.web.settings.sentences import SENTENCES

feature = Feature(
    routes=(
        *staff.routes,
        *health.routes,
        *first_steps.routes,
        *visits.routes,
        *letters.routes,
        *appointments.routes,
        *messages.routes,
        *rooms.routes,
        *canned.routes,
        *chat.routes,
        *proxies.routes,
    ),
    section=Section("settings", N_("Settings"), "settings", "/settings", May.ADMINISTER),
    sentences=SENTENCES,
)
