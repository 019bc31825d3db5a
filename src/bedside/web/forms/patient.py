"""The patient's pages of a form, for a device that was let in by its link.

Filling in, checking, sending, and the second way with a file or paper: everything works without
script.
"""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from bedside.edge.bodies import form_parts
from bedside.edge.context import services_of
from bedside.edge.devices import pages_of
from bedside.edge.downloads import SealedResponse
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, flash_messages, redirect, sentence_of
from bedside.edge.forms import Form, form_of
from bedside.edge.paper_words import paper_words
from bedside.edge.rendering import render
from bedside.edge.request_pages import QuestionTexts, for_devices, request_pages
from bedside.edge.routes import link_route
from bedside.errors import Conflict, NotFound, TooLarge, WrongInput
from bedside.files.announcing import FileRefused
from bedside.files.receiving import SenderGone
from bedside.kernel import language
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.emergencies import emergency
from bedside.people.names import first_of
from bedside.people.permissions import LinkAccess
from bedside.requests.forms.answers import AnotherVersion, FormPage
from bedside.requests.forms.kind import FORMS
from bedside.requests.forms.texts import as_words
from bedside.web.forms.shown import pages_shown, part_with, parts_of

KEPT = flash_message("form_kept", N_("Kept. You can go on later with the same link."))
ELSEWHERE = flash_message(
    "form_elsewhere",
    N_(
        "This form was also open in another window. What both have is below. Look through it once "
        "more, then go on."
    ),
    "attention",
)
SENT_BEFORE = flash_message("form_sent_before", N_("The form is sent. Nothing was changed."))
TOO_MANY = flash_message(
    "form_too_many_files",
    N_("There is no room for more files. The others are kept. Delete one to add another."),
    "attention",
)
NO_FILE = flash_message("form_no_file", N_("Please choose a file first."), "attention")
CUT_OFF = flash_message(
    "form_cut_off",
    N_("The connection broke while a file was sent. Please choose that file once more."),
    "attention",
)
_OF_THE_FIELD = (TOO_MANY, NO_FILE, CUT_OFF)
_WAIT = 16
"""Half seconds that the last page waits for the filled copy, before it shows that it is on its
way."""

for_device = for_devices(FORMS)


@for_device
async def start(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}: what is asked, by when, and the ways; or what became of it."""
    page = await services_of(request).requests.filling.page(link)
    if page.is_sent:
        return RedirectResponse(f"{pages_of(link.subject_id)}/returned", status_code=303)
    return await _page(request, link, "start", page)


@for_device
async def fill(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/form: the fields, with what is kept of them."""
    page = await services_of(request).requests.filling.page(link)
    here = pages_of(link.subject_id)
    if page.is_sent:
        return RedirectResponse(f"{here}/returned", status_code=303)
    if not page.form.fields:
        return RedirectResponse(f"{here}/paper", status_code=303)
    problems: dict[str, str] = {}
    wanted = _number(request.query_params.get("part", ""))
    if "problems" in request.query_params and page.version:
        filling = services_of(request).requests.filling
        problems = filling.check(page.form, page.values).problems
        wanted = part_with(parts_of(page.form), problems)
    return await _fields(request, link, page, wanted, problems)


async def _fields(
    request: Request, link: LinkAccess, page: FormPage, wanted: int, problems: dict[str, str]
) -> Response:
    """Answer with a part of the form, by default the first."""
    parts = parts_of(page.form)
    number = max(1, min(wanted, len(parts)))
    part = parts[number - 1]
    errors = [(one.key, problems[one.key]) for one in part if one.key in problems]
    return await _page(
        request,
        link,
        "fill",
        page,
        status=422 if errors else 200,
        part=number,
        parts=len(parts),
        groups=pages_shown(page.form, part, page.values, problems),
        errors=errors,
        toasts=flash_messages(request),
        draft_key=await services_of(request).requests.filling.draft_key(link),
    )


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else 1


@for_device
async def keep(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/form: keep a part of what is filled in; “Next” goes on to the following
    part, and at the end to the summary, or comes back with what is missing."""
    form = await form_of(request)
    here = pages_of(link.subject_id)
    filling = services_of(request).requests.filling
    parts = parts_of((await filling.page(link)).form)
    number = max(1, min(_number(form.line("part")), len(parts)))
    keys = frozenset(one.key for one in parts[number - 1]) if parts else frozenset[str]()
    this = f"{here}/form?part={number}"
    try:
        result = await filling.keep(link, _given(form), form.number("version") or 0, keys)
    except AnotherVersion:
        if wants_json(request):
            raise
        return redirect(this, ELSEWHERE)
    except Conflict:
        if wants_json(request):
            raise
        return redirect(f"{here}/returned", SENT_BEFORE)
    if wants_json(request):
        return JSONResponse({"version": (await filling.page(link)).version})
    if form["do"] == "keep":
        return redirect(this, KEPT)
    if form["do"] != "back" and keys & result.problems.keys():
        return await _fields(request, link, await filling.page(link), number, result.problems)
    following = number - 1 if form["do"] == "back" else number + 1
    is_last = following > len(parts)
    return redirect(f"{here}/check" if is_last else f"{here}/form?part={following}")


def _given(form: Form) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for name, value in form.pairs():
        given.setdefault(name, []).append(value)
    return given


@for_device
async def check(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/check: everything once more, before it is sent."""
    filling = services_of(request).requests.filling
    page = await filling.page(link)
    here = pages_of(link.subject_id)
    if page.is_sent:
        return RedirectResponse(f"{here}/returned", status_code=303)
    if not page.version:
        return RedirectResponse(f"{here}/form", status_code=303)
    result = filling.check(page.form, page.answers)
    if result.problems:
        return RedirectResponse(f"{here}/form?problems", status_code=303)
    return await _page(
        request,
        link,
        "check",
        page,
        words=as_words(page.form, page.answers),
        rewritten=result.rewritten,
    )


@for_device
async def send(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/check: send what the page showed. Idempotent."""
    form = await form_of(request)
    here = pages_of(link.subject_id)
    try:
        await services_of(request).requests.filling.send(link, form.number("version") or 0)
    except AnotherVersion:
        return redirect(f"{here}/form", ELSEWHERE)
    except WrongInput:
        return RedirectResponse(f"{here}/form?problems", status_code=303)
    return RedirectResponse(f"{here}/returned", status_code=303)


@for_device
async def returned(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/returned: that it is here, or on its way."""
    filling = services_of(request).requests.filling
    page = await filling.page(link)
    for _tick in range(_WAIT):
        if not page.request.sending:
            break
        await asyncio.sleep(0.5)
        page = await filling.page(link)
    if not page.is_sent:
        return RedirectResponse(pages_of(link.subject_id), status_code=303)
    return await _page(request, link, "returned", page, toasts=flash_messages(request))


# --- the empty form -------------------------------------------------------------------------------


@for_device
async def empty(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/empty.pdf: the form as a file, to print or to fill in elsewhere."""
    opened = await services_of(request).requests.filling.opened(link)
    return SealedResponse(request, opened)


@for_device
async def picture(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/pages/{number}: a picture of a page of the empty form."""
    given = request.path_params["number"]
    if not (given.isascii() and given.isdecimal() and len(given) < 4 and int(given) > 0):
        raise NotFound
    form = "preview" if int(given) == 1 else f"page-{int(given)}"
    opened = await services_of(request).requests.filling.opened(link, form)
    return SealedResponse(request, opened)


# --- the second way -------------------------------------------------------------------------------


@for_device
async def paper(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/paper: download, print, and send back a file or photos."""
    page = await services_of(request).requests.filling.page(link)
    if page.is_sent:
        return RedirectResponse(f"{pages_of(link.subject_id)}/returned", status_code=303)
    said = flash_messages(request)
    problem = next((one["text"] for one in said if one["key"] in _OF_THE_FIELD), "")
    toasts = [one for one in said if one["key"] not in _OF_THE_FIELD]
    return await _page(
        request,
        link,
        "paper",
        page,
        problem=problem,
        toasts=toasts,
        paper=paper_words(),
        draft_key=await services_of(request).requests.filling.draft_key(link),
    )


@for_device
async def add(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/paper: files, one after the other. A script gives the name of its
    document before it, in `given`: the same one is taken once."""
    filling = services_of(request).requests.filling
    here, said, given = pages_of(link.subject_id), NO_FILE, ""
    try:
        async for part in form_parts(request):
            if part.name == "given" and not part.file_name:
                given = await part.text()
            if part.name != "file" or not part.file_name:
                continue
            said = "" if said == NO_FILE else said
            try:
                await filling.take(link, part.file_name, part.chunks(), given)
            except FileRefused:
                continue  # it is listed on the page, with its reason
            except TooLarge:
                said = TOO_MANY
    except SenderGone:
        said = CUT_OFF
    except Conflict:
        if wants_json(request):
            raise
        return redirect(f"{here}/returned", SENT_BEFORE)
    if wants_json(request):
        return JSONResponse({"problem": sentence_of(said)})
    return redirect(f"{here}/paper", said)


@for_device
async def delete(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/paper/{file_id}/delete."""
    here = pages_of(link.subject_id)
    try:
        file_id = request.path_params["file_id"]
        await services_of(request).requests.filling.discard(link, file_id)
    except Conflict:
        return redirect(f"{here}/returned", SENT_BEFORE)
    return RedirectResponse(f"{here}/paper", status_code=303)


@for_device
async def send_files(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/paper/send: send the files that are here. Idempotent."""
    here = pages_of(link.subject_id)
    try:
        await services_of(request).requests.filling.send_files(link)
    except WrongInput:
        return redirect(f"{here}/paper", NO_FILE)
    return RedirectResponse(f"{here}/returned", status_code=303)


async def _page(
    request: Request, link: LinkAccess, name: str, page: FormPage, status: int = 200, **more: Any
) -> Response:
    patient = await services_of(request).people.patients.of_link(link)
    return render(
        request,
        f"forms/{name}.html",
        status=status,
        lang=language.spoken(),
        clinic_name=page.clinic.name,
        phone=page.clinic.options.phone,
        emergency_text=emergency(page.clinic),
        zone=page.clinic.options.time_zone,
        page=page,
        ask=page.request,
        details=page.details,
        here=pages_of(link.subject_id),
        first_name=first_of(patient.name),
        script_texts={
            "kept": _("Kept"),
            "keeping": _("Saving …"),
            "offline": _(
                "No connection. It is kept as soon as there is one: leave this page open."
            ),
            "offline_here": _(
                "No connection. It is kept on this device, and sent as soon as there is one."
            ),
            "restored": _("What you typed without a connection is back, and is being sent."),
            "elsewhere": _("This form is open in another window, too. Go on in one of them."),
        },
        **more,
    )


def _routes() -> list[BaseRoute]:
    here = "/my/{request_id}"
    table: list[tuple[str, Any, list[str]]] = [
        (here + "/form", fill, ["GET"]),
        (here + "/form", keep, ["POST"]),
        (here + "/check", check, ["GET"]),
        (here + "/check", send, ["POST"]),
        (here + "/returned", returned, ["GET"]),
        (here + "/empty.pdf", empty, ["GET"]),
        (here + "/pages/{number}", picture, ["GET"]),
        (here + "/paper", paper, ["GET"]),
        (here + "/paper", add, ["POST"]),
        (here + "/paper/send", send_files, ["POST"]),
        (here + "/paper/{file_id}/delete", delete, ["POST"]),
    ]
    return [link_route(path, handler, methods=methods) for path, handler, methods in table]


routes = _routes()

LINK_PAGES = request_pages(
    FORMS,
    QuestionTexts(
        asks=N_(
            "<strong>%(who)s</strong> has sent you a form. To keep it private, please enter the "
            "date of birth of the person this is for."
        ),
        promise=N_("What you fill in goes straight into your record at the clinic, encrypted."),
    ),
    home=start,
)
