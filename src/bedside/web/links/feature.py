"""The feature “links”."""

from bedside.edge.feature import Feature
from bedside.web.links import patient
from bedside.web.links.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(*patient.routes,),
    sentences=SENTENCES,
    today=TODAY,
)
