"""The feature “live”."""

from bedside.edge.feature import Feature
from bedside.web.live import sockets

feature = Feature(
    routes=(*sockets.routes,),
)
