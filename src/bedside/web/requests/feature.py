"""The feature “requests”."""

from bedside.edge.feature import Feature, Section
from bedside.kernel.language import N_
from bedside.people.roles import May
from bedside.web.requests import staff
from bedside.web.requests.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(*staff.routes,),
    section=Section("requests", N_("Requests"), "send", "/requests", May.SEND_REQUESTS),
    sentences=SENTENCES,
    today=TODAY,
)
