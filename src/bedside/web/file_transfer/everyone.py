"""Live file transfer over HTTP, for both sides: what is in transfer, answers, bytes, downloads."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from time import monotonic
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bedside.edge import tus
from bedside.edge.context import services_of
from bedside.edge.downloads import SealedResponse, range_start
from bedside.edge.errors import wants_json
from bedside.edge.forms import Form, form_of
from bedside.edge.fragments import wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route, visitor_route
from bedside.edge.visit_devices import visitor_of
from bedside.edge.visit_person import person_of
from bedside.edge.visit_sides import Side, framed, side_of
from bedside.errors import NotFound, WrongInput
from bedside.files import media_types
from bedside.files.announcing import Announced, FileRefused, Upload
from bedside.files.media_types import Kind as FileKind
from bedside.files.ports import Chunk
from bedside.files.retrieval import Opened
from bedside.kernel.language import gettext as _
from bedside.people.permissions import RoomAccess, TransferAccess, VisitorAccess
from bedside.services import Services
from bedside.transfers.chosen import WANTED_MAX, Chosen
from bedside.transfers.options import TransferOptions
from bedside.transfers.rows import LiveTransfer
from bedside.transfers.states import Direction, Kind, Phase
from bedside.transfers.visitor_allowance import VisitorAllowance
from bedside.web.file_transfer.photo_names import photo_name
from bedside.web.file_transfer.words import RUNNING, WANTED, titled, wording_of

_LOOKED_AT = frozenset({FileKind.IMAGE, FileKind.PDF, FileKind.VIDEO})
_TELL_EVERY = 0.4
"""Seconds between two progress events of a file."""


def _base(side: Side) -> str:
    """Return where this side's file transfers are."""
    return f"{side.here}/transfers"


# --- in transfer ---------------------------------------------------------------------------------


async def panel(request: Request) -> Response:
    """GET …/transfers: what is in transfer, and the ways to send more; a page without script."""
    await framed(request)
    side = await side_of(request)
    fragment = "dock" if side.is_staff else "panel"
    name = fragment if wants_fragment(request) else "page"
    return await _render(request, side, name)


async def listing(request: Request) -> Response:
    """GET …/transfers/list: only what is in transfer, for live updates."""
    await framed(request)
    return await _render(request, await side_of(request), "list")


async def _render(request: Request, side: Side, name: str) -> Response:
    shown = await transfers_shown(request, side)
    if name == "page":  # nothing can be sent without script
        shown["left"] = None
    if isinstance(side.access, RoomAccess) and name != "list":
        shown["person"] = await person_of(services_of(request), side.access, side.visit_id)
    return render(request, f"file_transfer/{side.name}_{name}.html", **shown)


async def transfers_shown(request: Request, side: Side, kind: Kind | None = None) -> dict[str, Any]:
    """Return what the list of file transfers and its surroundings need; with `kind` only such."""
    services = services_of(request)
    found = await services.transfers.lists.of_visit(side.access, side.visit_id)
    found = [transfer for transfer in found if kind in (None, transfer.kind)]
    names = await services.people.staff.named(
        side.access.clinic_id, {t.staff_id for t in found} - {""}
    )
    allowance = await services.transfers.exchange.allowance(side.access.clinic_id)
    clinic = await services.people.clinics.get(side.access.clinic_id)
    keep = clinic.of(TransferOptions).keep_unfinished_files
    rows = [_row(transfer, side, names, keep=keep) for transfer in found]
    pictured = await services.files.retrieval.having_thumbnail(
        row["transfer"].file_id for row in rows if row["may_open"]
    )
    for row in rows:
        row["has_thumbnail"] = row["transfer"].file_id in pictured
    return {
        "rows": rows,
        "visit_id": side.visit_id,
        "base": _base(side),
        "limit": allowance.largest,
        "at_once": clinic.of(TransferOptions).transfers_at_once,
        "left": await _left(services, side),
        "all_done": any(t.phase in (Phase.DONE, Phase.FILED) for t in found)
        and all(row["over"] for row in rows),
        "clinic_name": clinic.name,
        "may_accept_all": sum(r["receives"] and r["transfer"].phase is Phase.ASKED for r in rows)
        > 1,
        "presets": [_(one) for one in WANTED],
        "wanted_max": WANTED_MAX,
        "words": {
            "offline": _("There is no connection right now. Try again in a moment."),
            "noCamera": _("The camera could not be used. Choose a photo instead."),
            "resting": _("The connection is gone. It goes on by itself."),
        },
    }


async def _left(services: Services, side: Side) -> VisitorAllowance | None:
    if isinstance(side.access, RoomAccess):
        return None
    return await services.transfers.lists.allowance(side.access)


def _row(
    transfer: LiveTransfer, side: Side, names: dict[str, str], *, keep: bool
) -> dict[str, Any]:
    words = wording_of(transfer, to_staff=side.is_staff, keep=keep)
    given = Direction.FROM_PATIENT if side.is_staff else Direction.TO_PATIENT
    return {
        "transfer": transfer,
        "is_staff": side.is_staff,
        "title": titled(transfer, names.get(transfer.staff_id) or _("The clinic")),
        "words": words,
        "colleague": names.get(transfer.staff_id, "")
        if side.is_staff and transfer.staff_id != side.access.actor.id
        else "",
        "receives": transfer.direction == given,
        "captures": transfer.kind == Kind.CAPTURE,
        "over": transfer.phase not in RUNNING,
        "may_open": transfer.direction == given
        and transfer.phase in (Phase.READY, Phase.DONE, Phase.FILED)
        and bool(transfer.file_id),
        "may_look": media_types.kind(transfer.media_type) in _LOOKED_AT,
        "percent": 100 * transfer.position // transfer.size if transfer.size else 0,
    }


# --- actions -------------------------------------------------------------------------------------


def _chosen(form: Form) -> Chosen:
    size = form.line("size")
    if not (size.isascii() and size.isdecimal() and len(size) < 15):
        raise WrongInput(_("Please choose a file first."), field="file")
    return Chosen(form.line("name"), form.line("media_type"), int(size))


async def _by_patient(request: Request, visitor: VisitorAccess, chosen: Chosen) -> Chosen:
    """Return a patient's file with a name that says what it is, if a camera gave it none."""
    clinic = await services_of(request).people.clinics.get(visitor.clinic_id)
    return replace(chosen, name=photo_name(chosen.name, clinic.options.time_zone))


async def offer(request: Request) -> Response:
    """POST …/transfers: a file was chosen; the answer names the transfer for its upload."""
    side = await side_of(request)
    form = await form_of(request)
    transfers = services_of(request).transfers.exchange
    chosen, wanted = _chosen(form), form.line("transfer_id")
    if isinstance(side.access, RoomAccess):
        transfer = await transfers.offer(side.access, side.visit_id, chosen, wanted)
    else:
        own = await _by_patient(request, side.access, chosen)
        transfer = await transfers.send_own(side.access, own, wanted)
    return _done(request, side, transfer)


async def ask(request: Request) -> Response:
    """POST /visits/{visit_id}/transfers/ask: “Request file from patient”."""
    side = await side_of(request)
    form = await form_of(request)
    kind = Kind.CAPTURE if form.line("kind") == Kind.CAPTURE else Kind.FILE
    if not isinstance(side.access, RoomAccess):
        raise NotFound
    transfer = await services_of(request).transfers.exchange.ask(
        side.access, side.visit_id, kind, form.line("wanted")
    )
    return _done(request, side, transfer)


async def accept(request: Request) -> Response:
    """POST /visit/{visit}/transfers/{transfer}/accept."""
    side, visitor = await _patient(request)
    transfer_id = request.path_params["transfer"]
    transfer = await services_of(request).transfers.exchange.accept(visitor, transfer_id)
    return _done(request, side, transfer)


async def accept_all(request: Request) -> Response:
    """POST /visit/{visit}/transfers/accept: all that wait for an answer."""
    side, visitor = await _patient(request)
    await services_of(request).transfers.exchange.accept_all(visitor)
    if wants_json(request):
        return Response(status_code=204)
    return RedirectResponse(_base(side), status_code=303)


async def decline(request: Request) -> Response:
    """POST /visit/{visit}/transfers/{transfer}/decline."""
    side, visitor = await _patient(request)
    transfer_id = request.path_params["transfer"]
    transfer = await services_of(request).transfers.exchange.decline(visitor, transfer_id)
    return _done(request, side, transfer)


async def answer(request: Request) -> Response:
    """POST /visit/{visit}/transfers/{transfer}/answer: choose the requested file."""
    side, visitor = await _patient(request)
    chosen = await _by_patient(request, visitor, _chosen(await form_of(request)))
    transfer = await services_of(request).transfers.exchange.answer(
        visitor, request.path_params["transfer"], chosen
    )
    return _done(request, side, transfer)


async def cancel(request: Request) -> Response:
    """POST …/transfers/{transfer}/cancel, by either side."""
    side = await side_of(request)
    transfer = await services_of(request).transfers.exchange.cancel(
        side.access, request.path_params["transfer"]
    )
    return _done(request, side, transfer)


async def _patient(request: Request) -> tuple[Side, VisitorAccess]:
    visitor = await visitor_of(request)
    return Side(visitor, visitor.visit_id), visitor


def _done(request: Request, side: Side, transfer: LiveTransfer) -> Response:
    if wants_json(request):
        return JSONResponse({"transfer_id": transfer.id, "phase": transfer.phase})
    return RedirectResponse(_base(side), status_code=303)


# --- bytes ---------------------------------------------------------------------------------------


async def begin_upload(request: Request) -> Response:
    """POST …/transfers/{transfer}/uploads (tus): begin sending."""
    side, holder, transfer = await _sender(request)
    services = services_of(request)

    async def begin(announced: Announced) -> Upload:
        named = replace(announced, name=transfer.name or announced.name)
        return await services.transfers.exchange.begin_upload(holder, transfer, named)

    address = f"{_base(side)}/{transfer.id}/uploads"
    return await _noticing(
        services,
        holder,
        tus.create(request, holder, begin, address, _watched(services, holder)),
    )


async def one_upload(request: Request) -> Response:
    """HEAD, PATCH, DELETE …/transfers/{transfer}/uploads/{upload_id} (tus)."""
    _side_of, holder, _transfer = await _sender(request)
    services = services_of(request)
    upload_id = request.path_params["upload_id"]
    watch = _watched(services, holder)
    return await _noticing(services, holder, tus.resource(request, holder, upload_id, watch))


async def _sender(request: Request) -> tuple[Side, TransferAccess, LiveTransfer]:
    side = await side_of(request)
    holder, transfer = await services_of(request).transfers.exchange.sender(
        side.access, request.path_params["transfer"]
    )
    return side, holder, transfer


async def _noticing(
    services: Services, holder: TransferAccess, answered: Awaitable[Response]
) -> Response:
    """Publish to both sides that a file is refused while it arrives."""
    try:
        return await answered
    except FileRefused as refused:
        await services.transfers.exchange.refused(holder, refused.key)
        raise


def _watched(
    services: Services, holder: TransferAccess
) -> Callable[[AsyncIterator[Chunk], int], AsyncIterator[Chunk]]:
    """Publish the progress to both sides, while the bytes pass."""

    async def watch(source: AsyncIterator[Chunk], offset: int) -> AsyncIterator[Chunk]:
        position, told_at = offset, monotonic()
        async for chunk in source:
            yield chunk
            position += len(chunk)
            if monotonic() - told_at >= _TELL_EVERY:
                told_at = monotonic()
                await services.transfers.exchange.moved(holder, position)

    return watch


class _Download(SealedResponse):
    """A download that reports when its last byte was sent."""

    def __init__(
        self, request: Request, opened: Opened, finished: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(request, opened)
        self._to_the_end = (
            request.method == "GET"
            and self.status_code in (200, 206)
            and self.start + self.length == opened.size
        )
        self._finished = finished

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and report once all of it was sent: a client that was cut off comes back for
        the rest."""
        await super().__call__(scope, receive, send)
        if self._to_the_end and not self.cut_off:
            await self._finished()


async def content(request: Request) -> Response:
    """GET …/transfers/{transfer}/file: the receiving side downloads it."""
    services = services_of(request)
    side = await side_of(request)
    receiver, transfer = await services.transfers.exchange.receiver(
        side.access, request.path_params["transfer"]
    )
    opened = await services.files.retrieval.handed_over(
        receiver, transfer.file_id, start=range_start(request)
    )
    return _Download(request, opened, lambda: services.transfers.exchange.downloaded(receiver))


def _routes() -> list[Route]:
    staff, patient = "/visits/{visit_id}/transfers", "/visit/{visit}/transfers"
    table = [staff_route(staff + "/ask", ask, methods=["POST"])]
    for route, base in ((staff_route, staff), (visitor_route, patient)):
        one = base + "/{transfer}"
        upload = one + "/uploads/{upload_id}"
        table += [
            route(base, panel, methods=["GET"]),
            route(base, offer, methods=["POST"]),
            route(base + "/list", listing, methods=["GET"]),
            route(one + "/cancel", cancel, methods=["POST"]),
            route(one + "/file", content, methods=["GET", "HEAD"]),
            route(one + "/uploads", begin_upload, methods=["POST"]),
            route(upload, one_upload, methods=["HEAD", "PATCH", "DELETE", "POST"]),
        ]
    table.append(visitor_route(f"{patient}/accept", accept_all, methods=["POST"]))
    for name, handler in (("accept", accept), ("decline", decline), ("answer", answer)):
        table.append(visitor_route(f"{patient}/{{transfer}}/{name}", handler, methods=["POST"]))
    return table


routes = _routes()
