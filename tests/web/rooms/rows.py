"""Rows of waiting rooms: the queue, messages to everyone, and transfer of patients."""

from tests.matrix.people import Access, Kind
from tests.matrix.row import Call, Row, form
from tests.matrix.world import Facts

_ROOM = "/rooms/{room_id}"
_VISIT = "/visits/{visit_id}"
_SHOWN = ("lindqvist", "philtrum")
_NO_ROOM: dict[Kind, int] = {Kind.UNASSIGNED: 200, Kind.ADMINISTRATOR_UNASSIGNED: 200}
"""Staff in charge of no room get an explanation where others are redirected to their room."""


def _elsewhere(facts: Facts) -> Call:
    return {"data": {"room": facts["other_room"], "note": "", "leg": "1"}}


ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/rooms"): Row(Access.STAFF, 303, also=_NO_ROOM),
    ("GET", "/rooms/all"): Row(Access.STAFF, shows=_SHOWN),
    ("GET", "/rooms/all/list"): Row(Access.STAFF, shows=_SHOWN),
    ("GET", "/rooms/alerts"): Row(Access.STAFF),
    ("GET", _ROOM): Row(Access.ROOM, shows=_SHOWN),
    ("GET", f"{_ROOM}/bar"): Row(Access.ROOM),
    ("GET", f"{_ROOM}/queue"): Row(Access.ROOM, shows=_SHOWN),
    ("GET", f"{_ROOM}/messages"): Row(Access.ROOM),
    ("GET", f"{_ROOM}/left"): Row(Access.ROOM),
    ("GET", f"{_ROOM}/unidentified"): Row(Access.ROOM),
    ("GET", f"{_ROOM}/qr.svg"): Row(Access.ROOM),
    ("POST", f"{_ROOM}/looked"): Row(Access.ROOM, 204, form()),
    ("POST", f"{_ROOM}/open"): Row(Access.ROOM, 303, form(open="no")),
    ("POST", f"{_ROOM}/messages"): Row(Access.ROOM, 303, form(text="Running late.")),
    ("POST", _ROOM + "/messages/{message_id}/withdraw"): Row(Access.ROOM, 303, form()),
    ("GET", f"{_VISIT}/first"): Row(Access.ROOM, shows=("lindqvist",)),
    # the patient is in a call
    ("POST", f"{_VISIT}/first"): Row(Access.ROOM, 409, form(reason="In pain")),
    ("POST", f"{_VISIT}/order"): Row(Access.ROOM, 409, form(back="yes")),
    ("POST", f"{_VISIT}/urgent"): Row(Access.ROOM, 303, form(urgent="yes")),
    ("GET", f"{_VISIT}/remove"): Row(Access.ROOM, shows=("lindqvist",)),
    ("POST", f"{_VISIT}/remove"): Row(Access.ROOM, 303, form()),
    # nobody there has checked in twice
    ("POST", f"{_VISIT}/one-place"): Row(Access.ROOM, 409, form()),
    ("GET", f"{_VISIT}/transfer"): Row(Access.ROOM, shows=("lindqvist",)),
    ("POST", f"{_VISIT}/transfer"): Row(Access.ROOM, 303, _elsewhere),
    ("GET", f"{_VISIT}/transfer/rooms"): Row(Access.ROOM),
    ("GET", "/transfers/sent"): Row(Access.STAFF),
    ("GET", "/transfers/notices"): Row(Access.STAFF),
    # nobody has admitted the patient, so there is nothing to say
    ("GET", "/transfers/{transfer_id}/notice"): Row(Access.OWN, 404),
    ("POST", "/transfers/{transfer_id}/take-back"): Row(Access.OWN, 303, form()),
}
