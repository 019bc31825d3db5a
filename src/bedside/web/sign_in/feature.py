"""The feature “sign-in”."""

from bedside.edge.feature import Feature
from bedside.web.sign_in import password, second_factors, set_up
from bedside.web.sign_in.sentences import SENTENCES

feature = Feature(
    routes=(*password.routes, *second_factors.routes, *set_up.routes),
    sentences=SENTENCES,
)
