"""The feature “languages”."""

from bedside.edge.feature import Feature
from bedside.web.languages import everyone

feature = Feature(routes=everyone.routes)
