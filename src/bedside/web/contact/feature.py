"""The feature “contact”."""

from bedside.edge.feature import Feature
from bedside.web.contact import genuine, push, rules, tasks
from bedside.web.contact.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(*rules.routes, *tasks.routes, *genuine.routes, *push.routes),
    sentences=SENTENCES,
    today=TODAY,
)
