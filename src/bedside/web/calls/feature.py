"""The feature “calls”."""

from bedside.edge.feature import Feature
from bedside.web.calls import everyone, guest, staff
from bedside.web.calls.sentences import SENTENCES

feature = Feature(
    routes=(*everyone.routes, *staff.routes, *guest.routes),
    sentences=SENTENCES,
)
