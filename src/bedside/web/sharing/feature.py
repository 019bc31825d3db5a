"""The feature “sharing”."""

from bedside.edge.feature import Feature
from bedside.web.sharing import receivers, staff
from bedside.web.sharing.sentences import SENTENCES, TODAY

feature = Feature(routes=(*receivers.routes, *staff.routes), sentences=SENTENCES, today=TODAY)
