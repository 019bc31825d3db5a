"""Rows of files in transfer during a visit, and of photos taken in a call."""

from tests.matrix.people import Access, Kind
from tests.matrix.row import Call, Row, form, with_headers
from tests.matrix.uploads import NOT_REDIRECTED, PIECE, TERMINATE, TUS, announced
from tests.matrix.world import Facts
from tests.requests.sending import jpeg

_STAFF = "/visits/{visit_id}"
_PATIENT = "/visit/{visit}"
_NOT_THE_SENDER = {**NOT_REDIRECTED, Kind.WRONG_ROLE: 403}
_CHOSEN = form(name="new.jpg", media_type="image/jpeg", size="1000")


def _announced(_facts: Facts) -> Call:
    return announced("new.jpg")


def _piece(_facts: Facts) -> Call:
    return {"headers": PIECE, "content": jpeg()[:100]}


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
        ("POST", held): Row(access, 204, with_headers(TERMINATE), also, path),
        ("DELETE", held): Row(access, 204, with_headers(TUS), also, path),
    }


def _rows() -> dict[tuple[str, str], Row]:
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
        ("GET", _STAFF + one + "/look"): Row(Access.ROOM, path=got, shows=("quetzal",)),
        ("GET", _STAFF + one + "/look/picture"): Row(Access.ROOM, path=got),
        **_sending(_STAFF, Access.ROOM, "offered", _NOT_THE_SENDER),
        ("GET", f"{_PATIENT}/transfers"): Row(Access.VISITOR, shows=("quetzal",)),
        ("POST", f"{_PATIENT}/transfers"): Row(Access.VISITOR, 303, _CHOSEN),
        ("GET", f"{_PATIENT}/transfers/list"): Row(Access.VISITOR, shows=("quetzal",)),
        ("GET", _PATIENT + one + "/look"): Row(Access.VISITOR, path=given, shows=("quetzal",)),
        ("GET", _PATIENT + one + "/look/picture"): Row(Access.VISITOR, path=given),
        ("POST", f"{_PATIENT}/transfers/accept"): Row(Access.VISITOR, 303, form()),
        ("POST", _PATIENT + one + "/accept"): Row(Access.VISITOR, 303, form(), path=offered),
        ("POST", _PATIENT + one + "/decline"): Row(Access.VISITOR, 303, form(), path=offered),
        ("POST", _PATIENT + one + "/answer"): Row(Access.VISITOR, 303, _CHOSEN, path=asked),
        ("POST", _PATIENT + one + "/cancel"): Row(Access.VISITOR, 303, form(), path=asked),
        ("GET", _PATIENT + one + "/file"): Row(Access.VISITOR, path=given, shows=("quetzal",)),
        **_sending(_PATIENT, Access.VISITOR, "sending", {}),
        ("GET", f"{_STAFF}/captures"): Row(Access.ROOM),
        ("GET", f"{_STAFF}/captures/list"): Row(Access.ROOM),
    }


ROWS: dict[tuple[str, str], Row] = _rows()
