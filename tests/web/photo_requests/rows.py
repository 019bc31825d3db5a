"""Rows of a photo request on the patient's device."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form, with_headers
from tests.matrix.uploads import PIECE, TERMINATE, TUS, announced

_MY = "/my/{request_id}"
_HELD = {"upload_id": "held_upload"}

ROWS: dict[tuple[str, str], Row] = {
    ("GET", f"{_MY}/photos"): Row(Access.DEVICE, shows=("borborygmus",)),
    ("POST", f"{_MY}/photos"): Row(
        Access.DEVICE,
        303,
        lambda _facts: {"files": {"photo": ("new.txt", b"Not a photo.\n", "text/plain")}},
    ),
    ("POST", f"{_MY}/photos/{{file_id}}/comment"): Row(
        Access.DEVICE, 303, form(comment="It itches.")
    ),
    ("POST", f"{_MY}/photos/{{file_id}}/delete"): Row(Access.DEVICE, 303),
    ("GET", f"{_MY}/photos/{{file_id}}/{{form}}"): Row(Access.DEVICE),
    ("POST", f"{_MY}/agree"): Row(Access.DEVICE, 303, form(total="1")),
    ("POST", f"{_MY}/finish"): Row(Access.DEVICE, 303, form(photo="one")),
    ("GET", f"{_MY}/sent"): Row(Access.DEVICE, 303),
    ("GET", f"{_MY}/state"): Row(Access.DEVICE, shows=("borborygmus",)),
    ("POST", f"{_MY}/uploads"): Row(Access.DEVICE, 201, lambda _facts: announced("new.jpg")),
    ("OPTIONS", f"{_MY}/uploads"): Row(Access.DEVICE, 204),
    ("HEAD", f"{_MY}/uploads/{{upload_id}}"): Row(
        Access.DEVICE, call=with_headers(TUS), path=_HELD
    ),
    ("PATCH", f"{_MY}/uploads/{{upload_id}}"): Row(
        Access.DEVICE,
        204,
        lambda _facts: {"headers": PIECE, "content": b"\xff\xd8\xff\xe0" + bytes(96)},
        path=_HELD,
    ),
    ("POST", f"{_MY}/uploads/{{upload_id}}"): Row(
        Access.DEVICE,
        204,
        with_headers(TERMINATE),
        path=_HELD,
    ),
    ("DELETE", f"{_MY}/uploads/{{upload_id}}"): Row(
        Access.DEVICE, 204, with_headers(TUS), path=_HELD
    ),
}
