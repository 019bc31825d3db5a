"""The feature “visits”."""

from bedside.edge.feature import Feature
from bedside.web.visits import door, identify, patient, records
from bedside.web.visits.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(*door.routes, *patient.routes, *identify.routes, *records.routes),
    sentences=SENTENCES,
    today=TODAY,
)
