"""The feature “notes”."""

from bedside.edge.feature import Feature
from bedside.web.notes import staff
from bedside.web.notes.sentences import SENTENCES

feature = Feature(
    routes=(*staff.routes,),
    sentences=SENTENCES,
)
