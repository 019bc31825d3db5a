"""The feature “invitations”."""

from bedside.edge.feature import Feature
from bedside.web.invitations import from_room, in_app, staff
from bedside.web.invitations.patient import LINK_PAGES
from bedside.web.invitations.sentences import SENTENCES

feature = Feature(
    routes=(*staff.routes, *from_room.routes, *in_app.routes),
    link_pages=(LINK_PAGES,),
    sentences=SENTENCES,
    app_items=in_app.app_items,
)
