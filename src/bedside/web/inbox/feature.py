"""The feature “inbox”."""

from bedside.edge.feature import Feature, Section
from bedside.kernel.language import N_
from bedside.people.roles import May
from bedside.web.inbox import staff
from bedside.web.inbox.sentences import SENTENCES

feature = Feature(
    routes=(*staff.routes,),
    section=Section("inbox", N_("Inbox"), "inbox", "/inbox", May.SEE_CHARTS),
    sentences=SENTENCES,
)
