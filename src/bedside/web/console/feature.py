"""The feature “console”."""

from bedside.edge.feature import Feature
from bedside.web.console import find, home, styleguide

feature = Feature(
    routes=(*home.routes, *find.routes, *styleguide.routes),
)
