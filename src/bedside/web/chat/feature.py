"""The feature “chat”."""

from bedside.edge.feature import Feature
from bedside.web.chat import everyone
from bedside.web.chat.sentences import SENTENCES

feature = Feature(
    routes=(*everyone.routes,),
    sentences=SENTENCES,
)
