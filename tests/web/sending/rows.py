"""Rows of what patients send by themselves."""

import base64

from tests.matrix.people import Access, Kind, Outcome, outcome
from tests.matrix.row import Call, Row, with_headers
from tests.matrix.uploads import PIECE, TERMINATE, TUS
from tests.matrix.world import Facts

_APP = "/app/{patient_id}"
_UPLOAD = f"{_APP}/uploads/{{upload_id}}"
_OWN = {"upload_id": "own_upload"}
_PROGRAM: dict[Kind, int] = {
    kind: 401 for kind in Kind if outcome(Access.APP, kind) is Outcome.SIGN_IN_TO_APP
}
"""An upload is made by a program, which is not redirected to the sign-in."""


def _announced(facts: Facts) -> Call:
    owner = base64.b64encode(facts["account_id"].encode()).decode()
    return {"headers": {**TUS, "upload-length": "3", "upload-metadata": f"owner {owner}"}}


ROWS: dict[tuple[str, str], Row] = {
    ("GET", f"{_APP}/send"): Row(Access.APP, shows=("riverside",)),
    ("POST", f"{_APP}/send"): Row(
        Access.APP, 422, lambda _facts: {"files": {"comment": (None, "Quetzal.")}}
    ),
    ("GET", f"{_APP}/send/list"): Row(Access.APP),
    ("POST", f"{_APP}/uploads"): Row(Access.APP, 201, _announced, also=_PROGRAM),
    ("OPTIONS", f"{_APP}/uploads"): Row(Access.APP, 204),
    ("HEAD", _UPLOAD): Row(Access.APP, call=with_headers(TUS), path=_OWN, also=_PROGRAM),
    ("PATCH", _UPLOAD): Row(
        Access.APP,
        204,
        lambda _facts: {"headers": PIECE, "content": b"plain text " * 10},
        path=_OWN,
        also=_PROGRAM,
    ),
    ("POST", _UPLOAD): Row(Access.APP, 204, with_headers(TERMINATE), path=_OWN, also=_PROGRAM),
    ("DELETE", _UPLOAD): Row(Access.APP, 204, with_headers(TUS), path=_OWN, also=_PROGRAM),
}
