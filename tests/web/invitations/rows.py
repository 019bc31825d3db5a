"""Rows of inviting a patient to a waiting room."""

from tests.matrix.people import Access
from tests.matrix.row import Call, Row, form
from tests.matrix.world import Facts

_INVITE = "/patients/{patient_id}/invite"


def _invitation(facts: Facts) -> Call:
    return {"data": {"room": facts["room"], "channels": "sms"}}


def _found(facts: Facts) -> Call:
    return {"data": {"to": facts["patient_id"] + ":"}}


_IN_APP = "/app/{patient_id}/invitations/{invitation_id}"
_ROOM = "/rooms/{room_id}/invite"
ROWS: dict[tuple[str, str], Row] = {
    ("GET", _INVITE): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _INVITE): Row(Access.CHART, call=_invitation, shows=("lindqvist",)),
    ("POST", f"{_INVITE}/send"): Row(Access.CHART, 303, _invitation),
    ("POST", f"{_ROOM}/find"): Row(Access.ROOM, call=form(phone="maya"), shows=("lindqvist",)),
    ("GET", _IN_APP): Row(Access.APP),
    ("POST", _IN_APP): Row(Access.APP, 303, form(x="")),
    ("POST", f"{_ROOM}/patient"): Row(Access.ROOM, 303, _found),
}
