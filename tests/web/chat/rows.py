"""Rows of the chat of a visit."""

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


ROWS: dict[tuple[str, str], Row] = {
    **_rows("/visits/{visit_id}", Access.ROOM),
    **_rows("/visit/{visit}", Access.VISITOR),
}
