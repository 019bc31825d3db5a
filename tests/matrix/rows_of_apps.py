"""Rows of what opens in a visit: files in transfer, chat, photo capture, notes, whiteboards."""

import base64
import json

from tests.matrix.people import OUTSIDE, Access, Kind
from tests.matrix.row import JSON, TUS, Call, Row, form, with_headers
from tests.matrix.world import Facts
from tests.requests.sending import jpeg

_STAFF = "/visits/{visit_id}"
_PATIENT = "/visit/{visit}"
_TUS_STRANGERS: dict[Kind, int] = dict.fromkeys((*OUTSIDE, Kind.PENDING), 401)
"""An upload is made by a program, which is not redirected to the sign-in."""
_NOT_THE_SENDER = {**_TUS_STRANGERS, Kind.WRONG_ROLE: 403}
_PIECE = {**TUS, "upload-offset": "0", "content-type": "application/offset+octet-stream"}
_CHOSEN = form(name="new.jpg", media_type="image/jpeg", size="1000")
_SAID = form(body="Hello.", draft_id="drf_01arz3ndektsv4rrffq69g5fav", leg="1")
_DRAWN = form(
    marks=json.dumps([{"kind": "words", "line": "a", "ink": "red", "at": [1, 2], "words": "Rest."}])
)
_CALL_BOARD = "/calls/{call_id}/whiteboard"
_TERMINATE = {**TUS, "x-http-method-override": "DELETE"}


def _announced(_facts: Facts) -> Call:
    name = base64.b64encode(b"new.jpg").decode()
    return {"headers": {**TUS, "upload-length": "1000", "upload-metadata": f"filename {name}"}}


def _piece(_facts: Facts) -> Call:
    return {"headers": _PIECE, "content": jpeg()[:100]}


def _picture(_facts: Facts) -> Call:
    return {"content": jpeg(), "headers": {**JSON, "content-type": "image/png"}}


def _sending(
    base: str, access: Access, transfer: str, also: dict[Kind, int]
) -> dict[tuple[str, str], Row]:
    """Return the rows for bytes of a transfer: `transfer` names an upload of its sender that is
    not finished."""
    one = base + "/transfers/{transfer}/uploads"
    path = {"transfer": transfer, "upload_id": f"{transfer}_upload"}
    held = one + "/{upload_id}"
    return {
        ("POST", one): Row(access, 201, _announced, also, path),
        ("HEAD", held): Row(access, 200, with_headers(TUS), also, path),
        ("PATCH", held): Row(access, 204, _piece, also, path),
        ("POST", held): Row(access, 204, with_headers(_TERMINATE), also, path),
        ("DELETE", held): Row(access, 204, with_headers(TUS), also, path),
    }


def _files() -> dict[tuple[str, str], Row]:
    one = "/transfers/{transfer}"
    got, offered = {"transfer": "got"}, {"transfer": "offered"}
    asked, given = {"transfer": "asked"}, {"transfer": "given"}
    return {
        ("GET", f"{_STAFF}/transfers"): Row(Access.ROOM, shows=("quetzal",)),
        ("POST", f"{_STAFF}/transfers"): Row(Access.ROOM, 303, _CHOSEN),
        ("GET", f"{_STAFF}/transfers/list"): Row(Access.ROOM, shows=("quetzal",)),
        ("POST", f"{_STAFF}/transfers/ask"): Row(Access.ROOM, 303, form(kind="file")),
        ("POST", _STAFF + one + "/cancel"): Row(Access.ROOM, 303, form(), path=offered),
        ("GET", _STAFF + one + "/file"): Row(Access.ROOM, path=got, shows=("quetzal",)),
        **_sending(_STAFF, Access.ROOM, "offered", _NOT_THE_SENDER),
        ("GET", f"{_PATIENT}/transfers"): Row(Access.VISITOR, shows=("quetzal",)),
        ("POST", f"{_PATIENT}/transfers"): Row(Access.VISITOR, 303, _CHOSEN),
        ("GET", f"{_PATIENT}/transfers/list"): Row(Access.VISITOR, shows=("quetzal",)),
        ("POST", _PATIENT + one + "/accept"): Row(Access.VISITOR, 303, form(), path=offered),
        ("POST", _PATIENT + one + "/decline"): Row(Access.VISITOR, 303, form(), path=offered),
        ("POST", _PATIENT + one + "/answer"): Row(Access.VISITOR, 303, _CHOSEN, path=asked),
        ("POST", _PATIENT + one + "/cancel"): Row(Access.VISITOR, 303, form(), path=asked),
        ("GET", _PATIENT + one + "/file"): Row(Access.VISITOR, path=given, shows=("quetzal",)),
        **_sending(_PATIENT, Access.VISITOR, "sending", {}),
        ("GET", f"{_STAFF}/captures"): Row(Access.ROOM),
        ("GET", f"{_STAFF}/captures/list"): Row(Access.ROOM),
    }


def _talking() -> dict[tuple[str, str], Row]:
    rows: dict[tuple[str, str], Row] = {}
    for base, access in ((_STAFF, Access.ROOM), (_PATIENT, Access.VISITOR)):
        rows |= {
            ("GET", f"{base}/chat"): Row(access, shows=("borborygmus",)),
            ("GET", f"{base}/chat/list"): Row(access, shows=("borborygmus",)),
            ("POST", f"{base}/chat"): Row(access, 303, _SAID),
            ("POST", f"{base}/chat/read"): Row(access, 204, form()),
        }
    return {
        **rows,
        # a note belongs to its author: others in the right role read an empty one
        ("GET", f"{_STAFF}/note"): Row(Access.ROOM, shows=("xanthoma",)),
        ("POST", f"{_STAFF}/note"): Row(Access.ROOM, 303, form(text="Rest.")),
    }


def _drawing() -> dict[tuple[str, str], Row]:
    rows: dict[tuple[str, str], Row] = {}
    for base, access in (
        (_CALL_BOARD, Access.CALL),
        ("/visit/{visit}/call/whiteboard", Access.VISITOR),
        ("/guest/{guest_id}/call/whiteboard", Access.GUEST),
    ):
        rows |= {
            ("GET", base): Row(access),
            ("GET", f"{base}/marks"): Row(access, shows=("two a day",)),
            ("POST", f"{base}/marks"): Row(access, call=_DRAWN),
        }
    return {
        **rows,
        ("POST", f"{_CALL_BOARD}/open"): Row(Access.CALL, call=form()),
        ("POST", f"{_CALL_BOARD}/close"): Row(Access.CALL, call=form()),
        ("POST", _CALL_BOARD + "/save/{visit_id}"): Row(Access.CALL, 201, _picture, _TUS_STRANGERS),
    }


APPS: dict[tuple[str, str], Row] = {**_files(), **_talking(), **_drawing()}
