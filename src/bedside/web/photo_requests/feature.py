"""The feature “photo requests”."""

from bedside.edge.feature import Feature
from bedside.web.photo_requests import patient
from bedside.web.photo_requests.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(*patient.routes,),
    link_pages=(patient.LINK_PAGES,),
    sentences=SENTENCES,
    today=TODAY,
)
