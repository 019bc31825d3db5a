"""The feature “proxies”."""

from bedside.edge.feature import AppSection, Feature
from bedside.kernel.language import N_
from bedside.web.proxies import door, hiding, patient, staff, withholding
from bedside.web.proxies.sentences import SENTENCES

feature = Feature(
    routes=(*patient.routes, *hiding.routes, *staff.routes, *withholding.routes),
    link_pages=(door.LINK_PAGES,),
    sentences=SENTENCES,
    app_items=patient.app_items,
    app_section=AppSection("people", N_("People"), "users", "/people"),
)
