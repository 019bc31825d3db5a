"""The feature “calls”."""

from bedside.edge.feature import Feature
from bedside.web.calls import after, around, blur, everyone, guest, newcomers, staff
from bedside.web.calls.sentences import SENTENCES

feature = Feature(
    routes=(
        *everyone.routes,
        *staff.routes,
        *around.routes,
        *after.routes,
        *guest.routes,
        *newcomers.routes,
        *blur.routes,
    ),
    sentences=SENTENCES,
)
