"""Rows of letters: the archive, writing, files, checking and sending, and the patient's pages."""

from tests.matrix.people import Access
from tests.matrix.row import Call, Row, form
from tests.matrix.world import Facts

_LETTERS = "/patients/{patient_id}/letters"
_LETTER = _LETTERS + "/{letter_id}"
_BODY = '{"type": "doc", "content": []}'


def _begin(facts: Facts) -> Call:
    changed = facts["letter_id"].translate(str.maketrans("0123456789", "1234567890"))
    return {"data": {"id": changed, "template": "blank"}}


ROWS: dict[tuple[str, str], Row] = {
    ("GET", _LETTERS): Row(Access.CHART, shows=("lindqvist", "quetzal")),
    ("GET", f"{_LETTERS}/sent"): Row(Access.CHART),
    ("GET", f"{_LETTERS}/new"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _LETTERS): Row(Access.CHART, 303, _begin),
    ("GET", _LETTER): Row(Access.CHART, shows=("lindqvist", "quetzal")),
    ("POST", _LETTER): Row(Access.CHART, 409, form(title="Else", body=_BODY, version="0")),
    ("GET", f"{_LETTER}/letter.pdf"): Row(Access.CHART),
    ("GET", f"{_LETTER}/check"): Row(Access.CHART, shows=("lindqvist", "quetzal")),
    ("POST", f"{_LETTER}/send"): Row(Access.CHART, 422, form(version="0")),
    ("POST", f"{_LETTER}/files"): Row(Access.CHART, 303, form(entry="ent_x")),
    ("POST", f"{_LETTER}/files/upload"): Row(
        Access.CHART, 303, lambda _facts: {"files": {"other": ("x.pdf", b"%PDF-")}}
    ),
    ("POST", f"{_LETTER}/files/{{entry_id}}/remove"): Row(Access.CHART, 303, form()),
    ("POST", f"{_LETTER}/discard"): Row(Access.CHART, 303, form()),
    # The people of the matrix hold links to photo requests, which have no such pages.
    ("GET", "/my/{request_id}/letter.pdf"): Row(Access.DEVICE, 404),
    ("GET", "/my/{request_id}/enclosures/{entry_id}"): Row(Access.DEVICE, 404),
    ("GET", "/app/{patient_id}/letters"): Row(Access.APP),
}
