"""Files of a message before it is sent, for both sides: by tus, and from a form without script
(feature C1)."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bedside.charts.categories import LABELS
from bedside.conversations.drafts import PREFIX, DraftFile
from bedside.conversations.sides import Access
from bedside.edge import tus
from bedside.edge.accounts import page_in_app, patient_side_of
from bedside.edge.bodies import form_parts
from bedside.edge.context import services_of
from bedside.edge.counted import counted
from bedside.edge.downloads import SealedResponse
from bedside.edge.forms import Form, form_of
from bedside.edge.paper_words import paper_words
from bedside.edge.routes import Audience, app_route, audience_of, staff_route
from bedside.edge.signed_in import APP, staff_of
from bedside.errors import BedsideError, Conflict, NotFound, TooLarge, TooMany, WrongInput
from bedside.files.announcing import Announced, FileRefused, Upload
from bedside.files.receiving import SenderGone
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.people.permissions import ChartAccess
from bedside.people.record_parts import Part
from bedside.services import Services

TO_CORRECT = (WrongInput, Conflict, TooMany, TooLarge, FileRefused)
"""Errors that the writer of a message can do something about, with the page as it was."""
_MOST_NAMED = 200
"""Files that one message names: more than any clinic lets one have."""


async def _side(request: Request) -> Access:
    if audience_of(request) is Audience.ACCOUNT:
        return await patient_side_of(request)
    permissions = services_of(request).people.permissions
    return await permissions.chart(await staff_of(request), request.path_params["patient_id"])


def drafts_of(access: Access) -> str:
    """Return the address below which the drafts of this person are, for this patient."""
    if isinstance(access, ChartAccess):
        return f"/patients/{access.patient_id}/chat/drafts"
    return page_in_app(access.patient_id, "/chat/drafts")


async def uploads(request: Request) -> Response:
    """POST, OPTIONS …/chat/drafts/{draft_id}/uploads (tus): begin sending a file."""
    access, drafts = await _side(request), services_of(request).conversations.drafts
    draft_id = request.path_params["draft_id"]
    if request.method == "OPTIONS":
        return tus.options((await drafts.allowance(access.clinic_id)).largest)
    holder = await drafts.find(access, draft_id)

    async def begin(announced: Announced) -> Upload:
        return await drafts.begin(access, draft_id, announced)

    return await tus.create(request, holder, begin, f"{drafts_of(access)}/{draft_id}/uploads")


async def upload(request: Request) -> Response:
    """HEAD, PATCH, DELETE …/uploads/{upload_id} (tus)."""
    drafts = services_of(request).conversations.drafts
    holder = await drafts.find(await _side(request), request.path_params["draft_id"])
    return await tus.resource(request, holder, request.path_params["upload_id"])


async def listed(request: Request) -> Response:
    """GET …/chat/drafts/{draft_id}: what has arrived, and what was refused."""
    drafts = services_of(request).conversations.drafts
    files = await drafts.files(await _side(request), request.path_params["draft_id"])
    return JSONResponse({"files": [asdict(one) for one in files]})


async def preview(request: Request) -> Response:
    """GET …/chat/drafts/{draft_id}/files/{file_id}: the smallest picture of a file, for its sender
    before it is sent."""
    drafts = services_of(request).conversations.drafts
    path = request.path_params
    return SealedResponse(
        request, await drafts.preview(await _side(request), path["draft_id"], path["file_id"])
    )


async def remove(request: Request) -> Response:
    """POST …/chat/drafts/{draft_id}/remove: take a file out, and destroy it. Field: file."""
    access, form = await _side(request), await form_of(request)
    drafts = services_of(request).conversations.drafts
    await drafts.remove(access, request.path_params["draft_id"], form.line("file"))
    return Response(status_code=204)


async def written(request: Request, access: Access) -> tuple[Form, BedsideError | None]:
    """Return the form of a message, with the files that a page without script sends in it as
    `files`, and the first error among them. What was typed is there all the same."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await form_of(request), None
    drafts = services_of(request).conversations.drafts
    fields: list[tuple[str, str]] = []
    error: BedsideError | None = None
    async for part in form_parts(request):
        if part.file_name is None:
            fields.append((part.name, await part.text()))
        elif part.file_name:
            try:
                draft_id = Form(fields).line("draft_id")
                file_id = await drafts.take(access, draft_id, part.file_name, part.chunks())
                fields.append(("file_id", file_id))
            except SenderGone:
                raise
            except BedsideError as refused:
                error = error or refused
    return Form(fields), error


def named(form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the files of the draft and the entries of the chart that a form names."""
    files = (*form.line("files").split(","), *form.all("file_id"))
    entries = form.line("entries").split(",")
    return (
        tuple(one for one in files if one)[:_MOST_NAMED],
        tuple(one for one in entries if is_id(one, "ent"))[:_MOST_NAMED],
    )


async def again(
    services: Services, access: Access, form: Form | None
) -> tuple[str, list[DraftFile]]:
    """Return the draft that a page writes on: a new one, or that of a form that has to be
    corrected, with what it has taken so far."""
    draft_id = form.line("draft_id") if form else ""
    if not is_id(draft_id, PREFIX):
        return new_id(PREFIX), []
    try:
        return draft_id, await services.conversations.drafts.files(access, draft_id)
    except (Conflict, NotFound):
        return new_id(PREFIX), []


async def attaching(services: Services, access: Access, draft: list[DraftFile]) -> dict[str, Any]:
    """Return the values of chat/attaching.html; `draft` are files that a page without script has
    sent."""
    allowance = await services.conversations.drafts.allowance(access.clinic_id)
    most = allowance.files or _MOST_NAMED
    is_staff = isinstance(access, ChartAccess)
    picker = f"/patients/{access.patient_id}/picker"
    if not isinstance(access, ChartAccess):
        has_files = Part.FILES in access.parts
        picker = page_in_app(access.patient_id, "/picker") if has_files else ""
    return {
        "drafts": drafts_of(access),
        "owner": access.owner_id,
        "limit": allowance.largest,
        "most": most,
        "picker": picker,
        "for_staff": is_staff,
        "draft_files": draft,
        "words": _words(most),
        "paper": {} if is_staff else paper_words(),
        "categories": [(key, _(label)) for key, label in LABELS.items()],
        "counted": counted("Attach %(count)s file", "Attach %(count)s files"),
    }


def _words(most: int) -> dict[str, Any]:
    return {
        "waiting": _("Waits for its turn"),
        "sending": _("{percent} uploaded"),
        "lost": _("There is no connection. It goes on by itself when it is back."),
        "failed": _("It goes on by itself in a moment."),
        "signed_out": _("You were signed out. It goes on when you have signed in again."),
        "checking": _("Uploaded, is being checked"),
        "ready": _("Ready to send"),
        "chart": _("From the files"),
        "too_large": _("{name} is larger than {size}, which is the most that can be sent."),
        "empty": _("{name} is empty."),
        "too_many": ngettext(
            "{name} was not added: one message takes %(num)s file.",
            "{name} was not added: one message takes %(num)s files.",
            most,
        )
        % {"num": most},
        "unreadable": _("{name} cannot be read. Folders cannot be sent."),
    }


def _routes() -> list[Route]:
    table: list[Route] = []
    sides = ((staff_route, "/patients/{patient_id}"), (app_route, APP + "/{patient_id}"))
    for route, patient in sides:
        one = patient + "/chat/drafts/{draft_id}"
        upload_at = one + "/uploads/{upload_id}"
        table += [
            route(one, listed, methods=["GET"]),
            route(f"{one}/remove", remove, methods=["POST"]),
            route(one + "/files/{file_id}", preview, methods=["GET"]),
            route(f"{one}/uploads", uploads, methods=["POST", "OPTIONS"]),
            route(upload_at, upload, methods=["HEAD", "PATCH", "DELETE", "POST"]),
        ]
    return table


routes = _routes()
