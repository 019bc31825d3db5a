"""Rows of the telephone: texts to patients, and visits that go on by telephone."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

_VISIT = "/visits/{visit_id}"
_INVITE = "/rooms/{room_id}/invite"
_DRAFT = "a-draft-of-a-dialog"

ROWS: dict[tuple[str, str], Row] = {
    ("GET", f"{_VISIT}/text"): Row(Access.ROOM, shows=("lindqvist",)),
    ("POST", f"{_VISIT}/text"): Row(Access.ROOM, 303, form(text="we_call", draft=_DRAFT)),
    # the microphone works, so there is nothing to say
    ("GET", f"{_VISIT}/telephone"): Row(Access.ROOM, 204),
    ("POST", f"{_VISIT}/telephone"): Row(Access.ROOM, 303, form(leg="1")),
    ("GET", _INVITE): Row(Access.ROOM, shows=("/r/",)),
    ("POST", _INVITE): Row(Access.ROOM, 303, form(phone="+46 70 174 06 05", draft=_DRAFT)),
}
