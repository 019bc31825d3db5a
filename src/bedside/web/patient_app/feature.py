"""The feature “patient’s app”."""

from bedside.edge.feature import AppSection, Feature
from bedside.kernel.language import N_
from bedside.web.patient_app import door, home, installing, leaflet, signing_in, staff
from bedside.web.patient_app.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(
        *installing.routes,
        *signing_in.routes,
        *home.routes,
        *leaflet.routes,
        *staff.routes,
    ),
    link_pages=(door.LINK_PAGES,),
    sentences=SENTENCES,
    today=TODAY,
    app_section=AppSection("home", N_("Home"), "house", ""),
)
