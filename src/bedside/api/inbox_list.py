"""GET /api/v1/inbox: the list that programs and screens poll.

A plain Starlette route, because FastAPI's share of a request costs more than the two statements
behind this one. The content of a row is unsealed and written as JSON once, then cached: the sealed
bytes are the key, so that a changed row is written again.
"""

import json
from dataclasses import asdict
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.charts.inbox import InboxLine
from bedside.edge.context import services_of
from bedside.edge.signed_in import staff_of

ROWS = 50
_KEPT_ROWS = 4_000


async def inbox(request: Request) -> Response:
    """Unreviewed entries of all patients the caller may see, newest first, at most 50."""
    services = services_of(request)
    staff = await staff_of(request)
    if services.audit.looks.is_new(staff.session_id, Action.INBOX_OPENED):
        await services.audit.looks.note(
            staff.clinic_id, staff.actor, staff.session_id, Action.INBOX_OPENED
        )
    lines = await services.charts.inbox.lines(staff, ROWS)
    body = b'{"entries":[' + b",".join([_row(line) for line in lines]) + b"]}"
    return Response(body, media_type="application/json")


@lru_cache(_KEPT_ROWS)
def _row(line: InboxLine) -> bytes:
    return json.dumps(asdict(line), ensure_ascii=False, separators=(",", ":")).encode()
