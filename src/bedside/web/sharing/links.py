"""Links to files in the app: made, shown with code and openings, and ended."""

import secrets
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.accounts import page_in_app, patient_side_of
from bedside.edge.app_shell import AppPage, app_page
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.qr_codes import qr_code_response
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.errors import NotFound, TooMany, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.sharing.serving import MOST_WRONG
from bedside.sharing.shares import LONGEST_LABEL, LONGEST_PASSCODE, Wanted

MADE = flash_message("share_made", N_("The link is ready. Show the code, or send the link."))
ENDED = flash_message("share_ended", N_("Ended. Nobody opens this link any more."))
_DAYS = (1, 7, 30, 90)
_USUAL_DAYS = 7
_CHOICES = 60
"""Files offered for a link: the newest ones."""


async def listed(request: Request) -> Response:
    """GET /app/{patient_id}/sharing: the links that there are and were."""
    at = await app_page(request, "files")
    shares = await services_of(request).sharing.links.listed(at.side)
    return render(
        request,
        "sharing/links.html",
        open_shares=[share for share in shares if share.is_open],
        over_shares=[share for share in shares if not share.is_open],
        here=page_in_app(at.side.patient_id),
    )


async def new(request: Request) -> Response:
    """GET /app/{patient_id}/sharing/new?entry=: choose files, passcode and end."""
    at = await app_page(request, "files")
    chosen = request.query_params.getlist("entry")
    passcode = f"{secrets.randbelow(1_000_000):06}"
    draft = services_of(request).sharing.links.new_draft()
    return await _form(request, at, Wanted(draft, "", chosen, passcode, _USUAL_DAYS))


async def create(request: Request) -> Response:
    """POST /app/{patient_id}/sharing/new. Idempotent."""
    at = await app_page(request, "files")
    links = services_of(request).sharing.links
    wanted = _wanted(await form_of(request))
    try:
        share_id = await links.create(at.side, wanted)
    except (WrongInput, TooMany) as error:
        return await _form(request, at, wanted, error)
    return redirect(page_in_app(at.side.patient_id, f"/sharing/{share_id}"), MADE)


def _wanted(form: Form) -> Wanted:
    return Wanted(
        id=form.line("draft"),
        label=form["label"],
        entry_ids=form.all("entry"),
        passcode=form["passcode"],
        days=form.number("days") or 0,
    )


async def _form(
    request: Request, at: AppPage, wanted: Wanted, error: WrongInput | TooMany | None = None
) -> Response:
    services = services_of(request)
    side = services.charts.patient_side
    entries = await side.entries(at.side, limit=_CHOICES)
    older = set(wanted.entry_ids) - {entry.id for entry in entries}
    entries += await side.some(at.side, tuple(older))
    field = error.field if isinstance(error, WrongInput) else ""
    return render(
        request,
        "sharing/new_link.html",
        status=error.status if error else 200,
        entries=entries,
        wanted=replace(wanted, id=wanted.id or services.sharing.links.new_draft()),
        days=_DAYS,
        longest_label=LONGEST_LABEL,
        longest_passcode=LONGEST_PASSCODE,
        errors={field: _(error.sentence)} if error else {},
        here=page_in_app(at.side.patient_id),
    )


async def one(request: Request) -> Response:
    """GET /app/{patient_id}/sharing/{share_id}: its code, its link, and who opened it."""
    at = await app_page(request, "files")
    details = await services_of(request).sharing.links.one(at.side, request.path_params["share_id"])
    return render(
        request,
        "sharing/link.html",
        details=details,
        share=details.share,
        tries=MOST_WRONG - details.wrong_passcodes,
        here=page_in_app(at.side.patient_id),
    )


async def code(request: Request) -> Response:
    """GET /app/{patient_id}/sharing/{share_id}/code.svg: the link as a QR code."""
    side = await patient_side_of(request)
    details = await services_of(request).sharing.links.one(side, request.path_params["share_id"])
    if not details.viewer_link:
        raise NotFound
    return qr_code_response(details.viewer_link, scale=4)


async def end(request: Request) -> Response:
    """POST /app/{patient_id}/sharing/{share_id}/end. Idempotent."""
    at = await app_page(request, "files")
    await form_of(request)
    share_id = request.path_params["share_id"]
    await services_of(request).sharing.links.end(at.side, share_id)
    return redirect(page_in_app(at.side.patient_id, f"/sharing/{share_id}"), ENDED)


_SHARING = "/app/{patient_id}/sharing"

routes = [
    app_route(_SHARING, listed, methods=["GET"]),
    app_route(f"{_SHARING}/new", new, methods=["GET"]),
    app_route(f"{_SHARING}/new", create, methods=["POST"]),
    app_route(f"{_SHARING}/{{share_id}}", one, methods=["GET"]),
    app_route(f"{_SHARING}/{{share_id}}/code.svg", code, methods=["GET"]),
    app_route(f"{_SHARING}/{{share_id}}/end", end, methods=["POST"]),
]
