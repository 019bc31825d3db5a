"""The feature “whiteboard”."""

from bedside.edge.feature import Feature
from bedside.web.whiteboard import everyone
from bedside.web.whiteboard.sentences import SENTENCES

feature = Feature(
    routes=(*everyone.routes,),
    sentences=SENTENCES,
)
