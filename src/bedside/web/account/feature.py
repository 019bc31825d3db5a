"""The feature “account”."""

from bedside.edge.feature import Feature
from bedside.web.account import alerts, staff
from bedside.web.account.sentences import SENTENCES

feature = Feature(
    routes=(*staff.routes, *alerts.routes),
    sentences=SENTENCES,
)
