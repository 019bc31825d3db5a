"""Rows of the chat of a visit, and of conversations."""

from typing import Any

from tests.matrix.people import Access, Kind, Outcome, outcome
from tests.matrix.row import Row, form, with_headers
from tests.matrix.uploads import PIECE, TERMINATE, TUS, announced

_SAID = form(body="Hello.", draft_id="drf_01arz3ndektsv4rrffq69g5fav", leg="1")


def _rows(base: str, access: Access) -> dict[tuple[str, str], Row]:
    return {
        ("GET", f"{base}/chat"): Row(access, shows=("borborygmus",)),
        ("GET", f"{base}/chat/list"): Row(access, shows=("borborygmus",)),
        ("POST", f"{base}/chat"): Row(access, 303, _SAID),
        ("POST", f"{base}/chat/read"): Row(access, 204, form()),
    }


_REDIRECTED = (Outcome.SIGN_IN, Outcome.SIGN_IN_TO_APP, Outcome.UNFINISHED)
"""An upload is made by a program, which is not redirected."""
_NOT_THE_WRITER = {Kind.WRONG_ROLE: 404}
"""A draft belongs to the person who writes it."""


def _drafts(base: str, access: Access, draft: str) -> dict[tuple[str, str], Row]:
    """Return the rows of the files of a draft; `draft` is the name of its facts."""
    one = f"{base}/chat/drafts/{{draft_id}}"
    upload = f"{one}/uploads/{{upload_id}}"
    path = {"draft_id": draft, "upload_id": f"{draft}_upload", "file_id": f"{draft}_file"}
    also = _NOT_THE_WRITER if access is Access.CHART else {}
    not_redirected = {kind: 401 for kind in Kind if outcome(access, kind) in _REDIRECTED}
    piece = {"headers": PIECE, "content": b"plain text " * 10}

    def row(status: int, call: Any = None) -> Row:
        return Row(access, status, call or (lambda _facts: {}), path=path, also=also)

    def tus(status: int, call: Any) -> Row:
        return Row(access, status, call, path=path, also=also | not_redirected)

    return {
        ("GET", one): row(200),
        ("GET", f"{one}/files/{{file_id}}"): row(200),
        ("POST", f"{one}/remove"): row(204, form(file="nothing")),
        ("POST", f"{one}/uploads"): tus(201, lambda _facts: announced("new.txt")),
        ("OPTIONS", f"{one}/uploads"): Row(access, 204, path=path),
        ("HEAD", upload): tus(200, with_headers(TUS)),
        ("PATCH", upload): tus(204, lambda _facts: piece),
        ("POST", upload): tus(204, with_headers(TERMINATE)),
        ("DELETE", upload): tus(204, with_headers(TUS)),
    }


_NEW = form(body="Hello.", draft_id="drf_01arz3ndektsv4rrffq69g5fab", reply="open")
_APP = "/app/{patient_id}/chat"
_IN_APP = f"{_APP}/{{conversation_id}}"
_CONVERSATION = "/chat/{conversation_id}"

ROWS: dict[tuple[str, str], Row] = {
    **_rows("/visits/{visit_id}", Access.ROOM),
    **_rows("/visit/{visit}", Access.VISITOR),
    **_drafts("/patients/{patient_id}", Access.CHART, "draft"),
    **_drafts("/app/{patient_id}", Access.APP, "app_draft"),
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
    ("GET", "/chat/later"): Row(Access.STAFF),
    ("GET", "/chat/later/list"): Row(Access.STAFF),
    ("POST", "/chat/later/{later_id}"): Row(Access.CHART, 303, form(do="drop")),
    ("GET", f"{_CONVERSATION}/later"): Row(Access.CHART, shows=("borborygmus",)),
    ("GET", f"{_CONVERSATION}/replies"): Row(Access.CHART, shows=("maya",)),
    ("GET", "/patients/{patient_id}/chat/replies"): Row(Access.CHART, shows=("maya",)),
    ("GET", "/visits/{visit_id}/chat/replies"): Row(Access.ROOM),
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
