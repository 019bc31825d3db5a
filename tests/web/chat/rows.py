"""Rows of the chat of a visit, and of conversations."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

_SAID = form(body="Hello.", draft_id="drf_01arz3ndektsv4rrffq69g5fav", leg="1")


def _rows(base: str, access: Access) -> dict[tuple[str, str], Row]:
    return {
        ("GET", f"{base}/chat"): Row(access, shows=("borborygmus",)),
        ("GET", f"{base}/chat/list"): Row(access, shows=("borborygmus",)),
        ("POST", f"{base}/chat"): Row(access, 303, _SAID),
        ("POST", f"{base}/chat/read"): Row(access, 204, form()),
    }


_NEW = form(body="Hello.", draft_id="drf_01arz3ndektsv4rrffq69g5fab", reply="open")
_APP = "/app/{patient_id}/chat"
_IN_APP = f"{_APP}/{{conversation_id}}"
_CONVERSATION = "/chat/{conversation_id}"

ROWS: dict[tuple[str, str], Row] = {
    **_rows("/visits/{visit_id}", Access.ROOM),
    **_rows("/visit/{visit}", Access.VISITOR),
    ("GET", "/chat"): Row(Access.STAFF),
    ("GET", "/chat/list"): Row(Access.STAFF),
    ("GET", _CONVERSATION): Row(Access.CHART, shows=("borborygmus", "lindqvist")),
    ("GET", f"{_CONVERSATION}/list"): Row(Access.CHART, shows=("borborygmus",)),
    ("GET", f"{_CONVERSATION}/now"): Row(Access.CHART),
    ("POST", _CONVERSATION): Row(Access.CHART, 303, _NEW),
    ("POST", f"{_CONVERSATION}/read"): Row(Access.CHART, 204, form(up_to="1", what="read")),
    ("POST", f"{_CONVERSATION}/change"): Row(Access.CHART, 303, form(do="close")),
    ("POST", f"{_CONVERSATION}/retract"): Row(
        Access.CHART, 303, lambda facts: {"data": {"message": facts["talk_message"]}}
    ),
    ("GET", _APP): Row(Access.APP, shows=("borborygmus",)),
    ("GET", f"{_APP}/new"): Row(Access.APP),
    # the visit of the matrix goes on: its chat is on its own page
    ("GET", f"{_APP}/visits/{{visit_id}}"): Row(Access.APP, 404),
    ("POST", f"{_APP}/search"): Row(Access.APP, 200, form(words="tell"), shows=("borborygmus",)),
    ("POST", "/chat/search"): Row(Access.STAFF, 200, form(words="tell")),
    ("POST", _APP): Row(
        Access.APP, 303, form(body="Hello.", draft_id="drf_01arz3ndektsv4rrffq69g5fad")
    ),
    ("GET", _IN_APP): Row(Access.APP, shows=("borborygmus",)),
    ("GET", f"{_IN_APP}/list"): Row(Access.APP, shows=("borborygmus",)),
    ("POST", _IN_APP): Row(
        Access.APP, 303, form(body="Hello.", draft_id="drf_01arz3ndektsv4rrffq69g5fae")
    ),
    ("POST", f"{_IN_APP}/read"): Row(Access.APP, 204, form(up_to="1", what="read")),
    ("GET", "/patients/{patient_id}/chat"): Row(Access.CHART, shows=("borborygmus", "lindqvist")),
    ("POST", "/patients/{patient_id}/chat"): Row(
        Access.CHART, 303, form(body="Hello.", draft_id="drf_01arz3ndektsv4rrffq69g5fac")
    ),
}
