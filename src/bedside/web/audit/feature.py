"""The feature “audit”."""

from bedside.edge.feature import Feature, Section
from bedside.kernel.language import N_
from bedside.people.roles import May
from bedside.web.audit import staff
from bedside.web.audit.sentences import SENTENCES

feature = Feature(
    routes=(*staff.routes,),
    section=Section("audit", N_("Audit log"), "scroll-text", "/audit", May.SEE_AUDIT),
    sentences=SENTENCES,
)
