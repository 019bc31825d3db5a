"""GET /api/v1/rooms/{room_id}/queue: the patients waiting in a room, for a screen on the wall or a
program.

A plain Starlette route, like the inbox, because it is polled. A row is written as JSON once, and
cached by its content.
"""

import json
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.signed_in import staff_of
from bedside.visits.waiting_room import Waiting

_KEPT_ROWS = 2_000


async def queue(request: Request) -> Response:
    """Everybody in a room that the caller is in charge of, in order: waiting or in a call."""
    services = services_of(request)
    staff = await staff_of(request)
    room = await services.people.permissions.room(staff, request.path_params["room_id"])
    found = await services.visits.waiting_room.queue(room)
    body = b'{"visits":[' + b",".join([_row(visit) for visit in found]) + b"]}"
    return Response(body, media_type="application/json")


@lru_cache(_KEPT_ROWS)
def _row(visit: Waiting) -> bytes:
    said = {
        "id": visit.visit_id,
        "patient_id": visit.patient_id,
        "patient": visit.name,
        "reason": visit.reason,
        "state": visit.state,
        "place": visit.place,
        "presence": visit.presence,
        "checked_in_at": visit.checked_in_at,
        "queued_at": visit.queued_at,
        "admitted_at": visit.admitted_at,
        "admitted_by": visit.admitted_by_name,
        "transferred_by": visit.transferred_by,
        "seen_first": visit.first,
        "urgent": visit.urgent,
        "returned_at": visit.returned_at,
        "device_test": visit.device_test.model_dump() if visit.device_test else None,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
