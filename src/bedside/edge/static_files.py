"""Compression on the wire: built assets, and a page that is large for a weak network.

Assets are compressed when they are built. Pages in general are not compressed: in one that shows
what a stranger's request brings beside a secret, the length would tell of the secret (BREACH).
Rows of patients that many people fetch are compressed each on its own: see `rows.gzipped`.
"""

import gzip
import mimetypes
import os
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

_CODINGS = (("br", ".br"), ("gzip", ".gz"))
"""Content codings and the endings of their files, the smaller one first."""


class CompressedFiles(StaticFiles):
    """Serves each file in the smallest form that lies beside it and that the browser takes."""

    def file_response(
        self,
        full_path: Any,
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return the file, or a form of it, with the type of the file itself."""
        given = Headers(scope=scope)
        accepted = accepted_codings(given.get("accept-encoding", ""))
        for coding, ending in _CODINGS:
            packed = f"{full_path}{ending}"
            if coding in accepted and os.path.isfile(packed):
                answer: Response = FileResponse(
                    packed,
                    status_code=status_code,
                    headers={"content-encoding": coding},
                    media_type=mimetypes.guess_type(full_path)[0] or "application/octet-stream",
                    stat_result=os.stat(packed),
                )
                break
        else:
            answer = FileResponse(full_path, status_code=status_code, stat_result=stat_result)
        answer.headers["vary"] = "accept-encoding"
        if self.is_not_modified(answer.headers, given):
            return NotModifiedResponse(answer.headers)
        return answer


def compressed(request: Request, page: Response) -> Response:
    """Compress a page that contains nothing from its address, and no secret of the session."""
    page.headers["vary"] = "accept-encoding"
    if "gzip" in accepted_codings(request.headers.get("accept-encoding", "")):
        page.body = gzip.compress(page.body, 6, mtime=0)
        page.headers["content-encoding"] = "gzip"
        page.headers["content-length"] = str(len(page.body))
    return page


def accepted_codings(header: str) -> frozenset[str]:
    """Return the codings that Accept-Encoding names without refusing them (RFC 9110, 12.5.3)."""
    named: set[str] = set()
    for part in header.lower().split(","):
        coding, _semicolon, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            named.add(coding.strip())
    return frozenset(named)
