"""Rows of a clinician's note in a visit."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

_NOTE = "/visits/{visit_id}/note"

ROWS: dict[tuple[str, str], Row] = {
    # a note belongs to its author: others in the right role read an empty one
    ("GET", _NOTE): Row(Access.ROOM, shows=("xanthoma",)),
    ("POST", _NOTE): Row(Access.ROOM, 303, form(text="Rest.")),
}
