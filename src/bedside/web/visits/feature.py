"""The feature “visits”."""

from bedside.edge.feature import Feature
from bedside.web.visits import door, identify, patient, place_links, reassign, records
from bedside.web.visits.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(
        *door.routes,
        *patient.routes,
        *place_links.routes,
        *identify.routes,
        *records.routes,
        *reassign.routes,
    ),
    sentences=SENTENCES,
    today=TODAY,
)
