"""The feature “forms”."""

from bedside.edge.feature import Feature
from bedside.web.forms import patient, staff
from bedside.web.forms.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(*patient.routes, *staff.routes),
    link_pages=(patient.LINK_PAGES,),
    sentences=SENTENCES,
    today=TODAY,
)
