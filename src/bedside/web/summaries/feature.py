"""The feature “summaries”."""

from bedside.edge.feature import Feature
from bedside.web.summaries import patient, staff
from bedside.web.summaries.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(*patient.routes, *staff.routes),
    link_pages=(patient.LINK_PAGES,),
    sentences=SENTENCES,
    today=TODAY,
)
