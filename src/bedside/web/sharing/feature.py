"""The feature “sharing”."""

from bedside.edge.feature import AppSection, Feature
from bedside.kernel.language import N_
from bedside.people.record_parts import Part
from bedside.web.sharing import accesses, files, links, receivers, staff
from bedside.web.sharing.news import news
from bedside.web.sharing.sentences import SENTENCES, TODAY

feature = Feature(
    routes=(
        *receivers.routes,
        *staff.routes,
        *files.routes,
        *links.routes,
        *accesses.routes,
    ),
    sentences=SENTENCES,
    today=TODAY,
    app_section=AppSection("files", N_("Files"), "file-text", "/files", Part.FILES),
    app_items=news,
)
