"""Rows of the waiting room as HTML: after each event everyone in charge fetches the list again.

People in charge of a room share its queue for as long as it is being read and rendered: who has
admitted nobody there sees the same as the others with the same rights.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bedside.edge import formats, rows
from bedside.edge.context import services_of
from bedside.edge.rendering import render
from bedside.edge.room_addresses import public_address, shown_address
from bedside.edge.static_files import accepted_codings
from bedside.edge.together import Together
from bedside.edge.visit_views import Queue, VisitView, queue_of, views_of
from bedside.kernel import language
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.people.roles import May, allows
from bedside.services import Services

_WAITING, _SEEN = "<!--waiting-->", "<!--seen-->"
"""Where the rows belong in the list that is rendered around them."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The rows of a room, as one person sees them."""

    waiting: list[rows.Row]
    seen: list[rows.Row]
    longest: int
    """Since when the one waits who waits longest."""

    def sum(self) -> dict[str, int]:
        """Return what the template says of those who wait."""
        return {"count": len(self.waiting), "longest": self.longest}


@dataclass(frozen=True, slots=True)
class _Moment:
    """A queue that was read once for everybody who waited for it."""

    queue: Queue
    fragments: Together = field(default_factory=Together)
    made: dict[Hashable, bytes] = field(default_factory=dict[Hashable, bytes])


async def lists_of(queue: Queue, staff: StaffAccess, zone: str) -> Lists:
    """Render the patients of a room, each with its menu; times are those of the clinic's zone."""
    shown = views_of(queue, staff)
    waiting = [visit for visit in shown if not visit.is_seen]
    return Lists(
        waiting=await _each(waiting, zone),
        seen=await _each([visit for visit in shown if visit.is_seen], zone),
        longest=min((visit.queued_at for visit in waiting), default=0),
    )


async def fragment(request: Request, room: RoomAccess) -> Response:
    """Return the lists of a room alone."""
    services = services_of(request)
    together: Together = request.app.state.together
    await services.visits.waiting_room.note_look(room)
    moment = await together.share(
        ("queue", room.clinic_id, room.room_id), lambda: _moment(services, room)
    )
    packed = "gzip" in accepted_codings(request.headers.get("accept-encoding", ""))
    key = _seen_as(moment.queue, room.staff, request.state.page["zone"], packed=packed)
    if key not in moment.made:
        moment.made[key] = await moment.fragments.share(
            key, lambda: _body(request, room, moment, key, packed=packed)
        )
    headers = {"vary": "accept-encoding"} | ({"content-encoding": "gzip"} if packed else {})
    return HTMLResponse(moment.made[key], headers=headers)


async def _moment(services: Services, room: RoomAccess) -> _Moment:
    visits = await services.visits.waiting_room.everybody(room)
    return _Moment(await queue_of(services, room, visits))


def _seen_as(queue: Queue, staff: StaffAccess, zone: str, *, packed: bool) -> Hashable:
    """Return everything on which a fragment depends, apart from its queue."""
    own = staff.staff_id if queue.differs_for(staff.staff_id) else ""
    return (own, allows(staff.role, May.SEND_REQUESTS), language.spoken(), zone, packed)


async def _body(
    request: Request, room: RoomAccess, moment: _Moment, key: Hashable, *, packed: bool
) -> bytes:
    if key in moment.made:
        return moment.made[key]
    lists = await lists_of(moment.queue, room.staff, request.state.page["zone"])
    found, services = moment.queue.room, services_of(request)
    around = render(
        request,
        "rooms/queue.html",
        room=found,
        address={
            "full": public_address(services, found.slug),
            "shown": shown_address(services, found.slug),
        },
        waiting=_placed(lists.waiting, _WAITING),
        seen=_placed(lists.seen, _SEEN),
        **lists.sum(),
    )
    parts = _filled(bytes(around.body).decode(), {_WAITING: lists.waiting, _SEEN: lists.seen})
    if packed:
        return await rows.gzipped(parts)
    return "".join(one if isinstance(one, str) else one.html for one in parts).encode()


def _placed(found: list[rows.Row], mark: str) -> Markup:
    return Markup(mark if found else "")  # noqa: S704 - one of the marks


def _filled(text: str, lists: Mapping[str, list[rows.Row]]) -> list[str | rows.Row]:
    """Put the rows in their places. Rows have no marks in them: only what is around is searched."""
    parts: list[str | rows.Row] = []
    for mark, found in lists.items():
        if found:
            before, _mark, text = text.partition(mark)
            parts += [before, *found]
    return [*parts, text]


async def _each(visits: Iterable[VisitView], zone: str) -> list[rows.Row]:
    return await rows.each(
        "rooms/row.html",
        (
            {
                "visit": visit,
                "zone": zone,
                "since": _waited(visit),
                "returned": formats.ago(visit.returned_at) if visit.returned_at else "",
            }
            for visit in visits
        ),
    )


def _waited(visit: VisitView) -> str:
    if visit.on_telephone:
        return formats.waited(visit.telephone_at)
    return formats.waited(visit.admitted_at if visit.in_call else visit.queued_at)
