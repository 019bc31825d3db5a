"""The feature “outbox”."""

from bedside.edge.feature import Feature, Section
from bedside.kernel.language import N_
from bedside.people.roles import May
from bedside.web.outbox import hooks, staff
from bedside.web.outbox.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(*staff.routes, *hooks.routes),
    section=Section("outbox", N_("Outbox"), "archive", "/outbox", May.SEND_REQUESTS),
    sentences=SENTENCES,
    today=TODAY,
)
