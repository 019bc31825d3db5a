"""The feature “joining”."""

from bedside.edge.feature import Feature
from bedside.web.joining import staff
from bedside.web.joining.sentences import SENTENCES, TODAY

feature = Feature(routes=staff.routes, sentences=SENTENCES, today=TODAY)
