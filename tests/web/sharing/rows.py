"""Rows of sharing: what receivers of links request, and what staff answer."""

from tests.matrix.people import Access
from tests.matrix.row import Row

_CROSS = {"access-control-request-method": "POST", "origin": "https://viewer.example.org"}
_NO_TICKET = {"ticket": "clinic_id"}

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/shared"): Row(Access.OPEN),
    # Nobody of the matrix holds a link of a patient's: tests/sharing/test_health_links.py does.
    ("POST", "/shl/{secret}"): Row(
        Access.OPEN, 404, lambda _facts: {"json": {"recipient": "Dr Ekström"}}
    ),
    ("OPTIONS", "/shl/{secret}"): Row(Access.OPEN, 204, lambda _facts: {"headers": _CROSS}),
    ("GET", "/shl/file/{ticket}"): Row(Access.OPEN, 404, path=_NO_TICKET),
    ("OPTIONS", "/shl/file/{ticket}"): Row(
        Access.OPEN, 204, lambda _facts: {"headers": _CROSS}, path=_NO_TICKET
    ),
}
