"""The feature “charts”."""

from bedside.edge.feature import Feature
from bedside.web.charts import content, entry, moving, staff, uploads
from bedside.web.charts.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(
        *staff.routes,
        *entry.routes,
        *moving.routes,
        *uploads.routes,
        *content.routes,
    ),
    sentences=SENTENCES,
    today=TODAY,
)
