"""The feature “letters”."""

from bedside.edge.feature import Feature
from bedside.web.letters import app, checking, files, patient, staff
from bedside.web.letters.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(
        *staff.routes,
        *checking.routes,
        *files.routes,
        *patient.routes,
        *app.routes,
    ),
    link_pages=(patient.LINK_PAGES,),
    sentences=SENTENCES,
    today=TODAY,
)
