"""Rows of calls: starting and ending them, the call window, and the pages of guests."""

from collections.abc import Callable
from dataclasses import replace

from tests.matrix.people import Access, Kind
from tests.matrix.row import JSON, Call, Row, form, with_headers
from tests.matrix.world import Facts

_VISITS = "/visits/{visit_id}"
_CALL = "/calls/{call_id}"
_VISIT = "/visit/{visit}"
_GUEST = "/guest/{guest_id}"
_TO_WAITING = {"visit_id": "waiting_visit"}
_TO_KNOCKING = {"guest_id": "knocking_guest"}
_ELSEWHERE: dict[Kind, int] = {kind: 404 for kind in Kind if kind is not Kind.GUEST}
"""A page that explains to everybody else that there is nothing here."""
# whoever is in a call is asked to end it first, or to take the patient into it
_STARTS = Row(Access.ROOM, 409, form(mode="video"), also={Kind.WRONG_ROLE: 303})


def _json(**fields: str) -> Callable[[Facts], Call]:
    return lambda _facts: {"data": fields, "headers": JSON}


ROWS: dict[tuple[str, str], Row] = {
    ("GET", _CALL): Row(Access.CALL, shows=("lindqvist",)),
    ("GET", "/blur"): Row(Access.OPEN),
    ("GET", "/calls/own/devices"): Row(Access.STAFF),
    ("GET", f"{_CALL}/after"): Row(Access.CALL, shows=("lindqvist",)),
    ("GET", f"{_CALL}/after/now"): Row(Access.CALL, shows=("lindqvist",)),
    ("GET", f"{_CALL}/waiting"): Row(Access.CALL),
    ("GET", f"{_CALL}/handovers"): Row(Access.CALL),
    ("GET", f"{_CALL}/next"): Row(Access.CALL),
    ("GET", f"{_CALL}/no-answer/{{visit_id}}"): Row(Access.CALL),
    ("GET", "/g/{secret}"): Row(Access.INVITATION, 303),
    ("POST", "/g/{secret}"): Row(Access.INVITATION, 307, form(name="Gustav Guest")),
    ("GET", f"{_GUEST}/door"): Row(Access.DOOR, 303),
    ("POST", f"{_GUEST}/door"): Row(Access.DOOR, 303, form(name="Gustav Guest")),
    ("GET", _GUEST): Row(Access.GUEST, also=_ELSEWHERE),
    ("POST", f"{_GUEST}/knock"): Row(Access.GUEST, 303, also=_ELSEWHERE),
    ("POST", f"{_VISITS}/call"): replace(_STARTS, path=_TO_WAITING),
    ("POST", "/rooms/{room_id}/next"): _STARTS,
    ("POST", f"{_VISITS}/return"): Row(Access.ROOM, 303, form(leg="1")),
    ("POST", f"{_VISITS}/end"): Row(Access.ROOM, 303, form(leg="1")),
    ("POST", f"{_CALL}/add"): Row(
        Access.CALL, 303, lambda facts: {"data": {"visit": facts["waiting_visit"]}}
    ),
    ("GET", f"{_CALL}/adding/{{visit_id}}"): Row(Access.CALL, path=_TO_WAITING),
    ("POST", f"{_CALL}/newcomers/{{participant_id}}/take-back"): Row(Access.CALL, 303),
    ("POST", f"{_VISIT}/call/newcomers/{{participant_id}}/agree"): Row(Access.VISITOR, 303),
    ("POST", f"{_VISIT}/call/newcomers/{{participant_id}}/refuse"): Row(Access.VISITOR, 303),
    ("POST", f"{_CALL}/join"): Row(Access.CALL, call=form(muted="true")),
    ("GET", f"{_CALL}/people"): Row(Access.CALL, shows=("lindqvist", "gustav")),
    ("GET", f"{_CALL}/ice"): Row(Access.CALL),
    ("POST", f"{_CALL}/leave"): Row(Access.CALL, 303),
    ("POST", f"{_CALL}/end"): Row(Access.CALL, 303, form(then="return")),
    ("POST", f"{_CALL}/video"): Row(Access.CALL, 303),
    ("POST", f"{_CALL}/guests"): Row(Access.CALL, call=form(email=""), shows=("/g/",)),
    ("POST", f"{_CALL}/guests/{{guest_id}}/admit"): Row(Access.CALL, 303, path=_TO_KNOCKING),
    ("POST", f"{_CALL}/guests/{{guest_id}}/refuse"): Row(Access.CALL, 303, path=_TO_KNOCKING),
    ("POST", f"{_CALL}/guests/{{guest_id}}/revoke"): Row(Access.CALL, 303),
    ("POST", f"{_VISIT}/call/join"): Row(Access.VISITOR, call=_json(camera="true")),
    ("POST", f"{_VISIT}/call/leave"): Row(Access.VISITOR, call=_json()),
    ("POST", f"{_VISIT}/call/video"): Row(Access.VISITOR, call=_json()),
    ("GET", f"{_VISIT}/call/people"): Row(
        Access.VISITOR, call=with_headers(JSON), shows=("ada norberg",)
    ),
    ("GET", f"{_VISIT}/ice"): Row(Access.VISITOR, call=with_headers(JSON)),
    ("POST", f"{_GUEST}/call/join"): Row(Access.GUEST, call=_json(camera="true")),
    ("POST", f"{_GUEST}/call/leave"): Row(Access.GUEST, call=_json()),
    ("GET", f"{_GUEST}/call/people"): Row(
        Access.GUEST, call=with_headers(JSON), shows=("ada norberg",)
    ),
    ("GET", f"{_GUEST}/ice"): Row(Access.GUEST, call=with_headers(JSON)),
}
