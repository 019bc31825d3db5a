"""Rows of charts: the list, an entry, its content, and uploads by staff."""

from tests.matrix.people import Access, Kind
from tests.matrix.row import Row, form, with_headers
from tests.matrix.uploads import PIECE, TERMINATE, TUS, announced

_NOT_THE_SENDER = {Kind.WRONG_ROLE: 404}
"""An upload belongs to its sender: somebody in the right role who is not the sender finds
nothing."""

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/patients/{patient_id}"): Row(Access.CHART, shows=("lindqvist", "keratosis")),
    ("GET", "/patients/{patient_id}/list"): Row(Access.CHART, shows=("keratosis",)),
    ("GET", "/patients/{patient_id}/counts"): Row(Access.CHART),
    ("GET", "/patients/{patient_id}/upload"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", "/patients/{patient_id}/search"): Row(
        Access.CHART, call=form(words="hemangioma"), shows=("keratosis",)
    ),
    ("POST", "/patients/{patient_id}/several"): Row(
        Access.CHART,
        call=lambda facts: {"data": {"do": "download", "chosen": facts["entry_id"]}},
        shows=("keratosis",),
    ),
    ("GET", "/patients/{patient_id}/entries/{entry_id}"): Row(
        Access.CHART, shows=("keratosis", "xanthoma")
    ),
    ("POST", "/patients/{patient_id}/entries/{entry_id}/change"): Row(
        Access.CHART,
        303,
        form(label="changed", note="changed", category="other", version="2"),
    ),
    ("POST", "/patients/{patient_id}/entries/{entry_id}/review"): Row(
        Access.CHART, 303, form(reviewed="yes")
    ),
    ("GET", "/patients/{patient_id}/entries/{entry_id}/move"): Row(Access.CHART),
    ("POST", "/patients/{patient_id}/entries/{entry_id}/move"): Row(
        Access.CHART,
        303,
        lambda facts: {
            "data": {"do": "move", "patient": facts["other_patient"], "reason": "Wrong chart"}
        },
    ),
    ("GET", "/patients/{patient_id}/entries/{entry_id}/content"): Row(
        Access.CHART, path={"entry_id": "text_entry"}, shows=("hemangioma",)
    ),
    ("POST", "/patients/{patient_id}/uploads"): Row(
        Access.API_CHART, 201, lambda _facts: announced("new.txt")
    ),
    ("OPTIONS", "/patients/{patient_id}/uploads"): Row(Access.CHART, 204),
    ("HEAD", "/patients/{patient_id}/uploads/{upload_id}"): Row(
        Access.API_CHART, call=with_headers(TUS), also=_NOT_THE_SENDER
    ),
    ("PATCH", "/patients/{patient_id}/uploads/{upload_id}"): Row(
        Access.API_CHART,
        204,
        lambda _facts: {"headers": PIECE, "content": b"plain text " * 10},
        also=_NOT_THE_SENDER,
    ),
    ("POST", "/patients/{patient_id}/uploads/{upload_id}"): Row(
        Access.API_CHART,
        204,
        with_headers(TERMINATE),
        also=_NOT_THE_SENDER,
    ),
    ("DELETE", "/patients/{patient_id}/uploads/{upload_id}"): Row(
        Access.API_CHART, 204, with_headers(TUS), also=_NOT_THE_SENDER
    ),
    ("GET", "/patients/{patient_id}/uploads/{upload_id}/state"): Row(
        Access.CHART, also=_NOT_THE_SENDER
    ),
    ("POST", "/patients/{patient_id}/files"): Row(
        Access.CHART,
        303,
        lambda _facts: {"files": {"file": ("new.txt", b"A new file.\n", "text/plain")}},
    ),
}
