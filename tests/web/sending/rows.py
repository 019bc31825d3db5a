"""Rows of what patients send by themselves."""

import base64

from tests.matrix.people import Access
from tests.matrix.row import Call, Row
from tests.matrix.world import Facts

_APP = "/app/{patient_id}"
_UPLOAD = f"{_APP}/uploads/{{upload_id}}"
_TUS = {"Tus-Resumable": "1.0.0", "Accept": "application/json"}


def _announced(facts: Facts) -> Call:
    owner = base64.b64encode(facts["account_id"].encode()).decode()
    return {"headers": {**_TUS, "Upload-Length": "3", "Upload-Metadata": f"owner {owner}"}}


def _tus(_facts: Facts) -> Call:
    return {"headers": _TUS}


ROWS: dict[tuple[str, str], Row] = {
    ("GET", f"{_APP}/send"): Row(Access.APP, shows=("riverside",)),
    ("POST", f"{_APP}/send"): Row(
        Access.APP, 422, lambda _facts: {"files": {"comment": (None, "Quetzal.")}}
    ),
    ("GET", f"{_APP}/send/list"): Row(Access.APP),
    ("POST", f"{_APP}/uploads"): Row(Access.APP, 201, _announced),
    ("OPTIONS", f"{_APP}/uploads"): Row(Access.APP, 204),
}
