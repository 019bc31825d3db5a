"""Calls of resumable uploads (tus), which rows of several features share."""

import base64

from tests.matrix.people import OUTSIDE, Kind
from tests.matrix.row import Call

TUS = {"tus-resumable": "1.0.0"}
PIECE = {**TUS, "upload-offset": "0", "content-type": "application/offset+octet-stream"}
TERMINATE = {**TUS, "x-http-method-override": "DELETE"}
NOT_REDIRECTED: dict[Kind, int] = dict.fromkeys((*OUTSIDE, Kind.PENDING), 401)
"""An upload is made by a program, which is not redirected to the sign-in."""


def announced(filename: str, length: int = 1_000) -> Call:
    """Return the call that announces a file of this length."""
    name = base64.b64encode(filename.encode()).decode()
    return {"headers": {**TUS, "upload-length": str(length), "upload-metadata": f"filename {name}"}}
