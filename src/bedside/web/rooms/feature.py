"""The feature “rooms”."""

from bedside.edge.feature import Feature, Section
from bedside.kernel.language import N_
from bedside.people.roles import May
from bedside.web.rooms import queue, staff, transfer
from bedside.web.rooms.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(*staff.routes, *queue.routes, *transfer.routes),
    section=Section("rooms", N_("Waiting room"), "armchair", "/rooms", May.SEE_CHARTS),
    sentences=SENTENCES,
    today=TODAY,
)
