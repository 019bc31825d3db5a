"""Rows of the call window, and of the pages of guests."""

from tests.matrix.people import Access, Kind
from tests.matrix.row import Row, form

_CALL = "/calls/{call_id}"
_ELSEWHERE: dict[Kind, int] = {kind: 404 for kind in Kind if kind is not Kind.GUEST}
"""A page that tells everybody else in words that there is nothing here."""

CALLS: dict[tuple[str, str], Row] = {
    ("GET", _CALL): Row(Access.CALL, shows=("lindqvist",)),
    ("GET", f"{_CALL}/after"): Row(Access.CALL, shows=("lindqvist",)),
    ("GET", f"{_CALL}/waiting"): Row(Access.CALL),
    ("GET", "/g/{secret}"): Row(Access.INVITATION, 303),
    ("POST", "/g/{secret}"): Row(Access.INVITATION, 307, form(name="Gustav Guest")),
    ("GET", "/guest/{guest_id}/door"): Row(Access.DOOR, 303),
    ("POST", "/guest/{guest_id}/door"): Row(Access.DOOR, 303, form(name="Gustav Guest")),
    ("GET", "/guest/{guest_id}"): Row(Access.GUEST, also=_ELSEWHERE),
    ("POST", "/guest/{guest_id}/knock"): Row(Access.GUEST, 303, also=_ELSEWHERE),
}
