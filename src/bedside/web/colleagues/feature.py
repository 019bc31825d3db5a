"""The feature “colleagues”."""

from bedside.edge.feature import Feature
from bedside.web.colleagues import staff
from bedside.web.colleagues.sentences import SENTENCES

feature = Feature(routes=(*staff.routes,), sentences=SENTENCES)
