"""Requests on the first page of the patient's app."""

from collections.abc import Sequence

from bedside.care.appointments.details import KEY as APPOINTMENT
from bedside.edge.devices import pages_of
from bedside.edge.feature import AppItem
from bedside.kernel.language import gettext as _
from bedside.letters.records import KEY as LETTER
from bedside.people.permissions import PatientAccess
from bedside.requests.app_invitations.sending import KEY as APP
from bedside.requests.in_app import Asked
from bedside.requests.invitations.details import KEY as INVITATION
from bedside.requests.photos.details import KEY as PHOTO
from bedside.requests.summaries.details import KEY as SUMMARY
from bedside.services import Services

_ICONS = {PHOTO: "camera", SUMMARY: "file-text", LETTER: "mail"}
_ELSEWHERE = (APP, APPOINTMENT, INVITATION)
"""Kinds without a page of their own to lead to, or that another feature lists."""


async def app_items(services: Services, side: PatientAccess) -> Sequence[AppItem]:
    """Return the requests that the patient can open."""
    found = await services.requests.in_app.of(side)
    return [_item(one) for one in found if one.kind.key not in _ELSEWHERE]


def _item(asked: Asked) -> AppItem:
    request = asked.request
    about = asked.kind.about(request)
    who = _("from %(who)s") % {"who": request.content.asked_by}
    return AppItem(
        id=request.id,
        title=_(asked.kind.name),
        detail=f"{about} · {who}" if about else who,
        icon=_ICONS.get(asked.kind.key, "clipboard-list"),
        href=pages_of(request.id),
        at=request.created_at,
        asks=asked.waits,
        new=asked.new,
    )
