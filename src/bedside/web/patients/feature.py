"""The feature “patients”."""

from bedside.edge.feature import Feature, Section
from bedside.kernel.language import N_
from bedside.people.roles import May
from bedside.web.patients import card, staff, visit_card
from bedside.web.patients.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(*staff.routes, *card.routes, *visit_card.routes),
    section=Section("patients", N_("Patients"), "users", "/patients", May.SEE_CHARTS),
    sentences=SENTENCES,
    today=TODAY,
)
