"""The feature “proxies”."""

from bedside.edge.feature import AppSection, Feature
from bedside.kernel.language import N_
from bedside.web.proxies import door, patient, staff
from bedside.web.proxies.sentences import SENTENCES

feature = Feature(
    routes=(*patient.routes, *staff.routes),
    link_pages=(door.LINK_PAGES,),
    sentences=SENTENCES,
    app_section=AppSection("people", N_("People"), "users", "/people"),
)
