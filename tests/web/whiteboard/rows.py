"""Rows of the whiteboard of a call."""

import json

from tests.matrix.people import Access
from tests.matrix.row import JSON, Call, Row, form
from tests.matrix.uploads import NOT_REDIRECTED
from tests.matrix.world import Facts
from tests.requests.sending import jpeg

_OF_HOSTS = "/calls/{call_id}/whiteboard"
_DRAWN = form(
    marks=json.dumps([{"kind": "words", "line": "a", "ink": "red", "at": [1, 2], "words": "Rest."}])
)


def _picture(_facts: Facts) -> Call:
    return {"content": jpeg(), "headers": {**JSON, "content-type": "image/png"}}


def _ground(facts: Facts) -> Call:
    return {"data": {"entry": facts["entry_id"]}}


def _rows(base: str, access: Access) -> dict[tuple[str, str], Row]:
    return {
        ("GET", base): Row(access),
        ("GET", f"{base}/marks"): Row(access, shows=("two a day",)),
        ("POST", f"{base}/marks"): Row(access, call=_DRAWN),
        ("GET", base + "/ground/{number}"): Row(access),
    }


ROWS: dict[tuple[str, str], Row] = {
    **_rows(_OF_HOSTS, Access.CALL),
    **_rows("/visit/{visit}/call/whiteboard", Access.VISITOR),
    **_rows("/guest/{guest_id}/call/whiteboard", Access.GUEST),
    ("POST", f"{_OF_HOSTS}/open"): Row(Access.CALL, call=form()),
    ("GET", _OF_HOSTS + "/pictures/{visit_id}"): Row(Access.CALL),
    ("POST", _OF_HOSTS + "/ground/{visit_id}"): Row(Access.CALL, call=_ground),
    ("POST", f"{_OF_HOSTS}/close"): Row(Access.CALL, call=form()),
    ("POST", _OF_HOSTS + "/save/{visit_id}"): Row(Access.CALL, 201, _picture, NOT_REDIRECTED),
}
