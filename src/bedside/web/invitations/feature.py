"""The feature “invitations”."""

from bedside.edge.feature import Feature
from bedside.web.invitations import from_room, staff
from bedside.web.invitations.patient import LINK_PAGES
from bedside.web.invitations.sentences import SENTENCES

feature = Feature(
    routes=(*staff.routes, *from_room.routes),
    link_pages=(LINK_PAGES,),
    sentences=SENTENCES,
)
