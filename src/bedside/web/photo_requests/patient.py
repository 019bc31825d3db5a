"""The patient's pages of a photo request, for a device that was let in by its link.

Guidance, choosing, comments, agreement, confirmation: everything works without script, and the
same addresses answer web/photo_requests with JSON.
"""

import asyncio
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from bedside.edge import tus
from bedside.edge.bodies import form_parts
from bedside.edge.context import services_of
from bedside.edge.devices import pages_of
from bedside.edge.downloads import SealedResponse
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, flash_messages, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.request_pages import QuestionTexts, for_devices, request_pages
from bedside.edge.routes import link_route
from bedside.edge.static_files import compressed
from bedside.errors import Conflict, TooLarge, WrongInput
from bedside.files.announcing import Announced, FileRefused, Upload, safe_id
from bedside.files.receiving import SenderGone
from bedside.kernel import language, written
from bedside.kernel.language import N_
from bedside.people.emergencies import emergency
from bedside.people.names import first_of
from bedside.people.permissions import LinkAccess
from bedside.requests.photos.answers import PhotoPage
from bedside.requests.photos.details import PhotoDetails
from bedside.requests.photos.kind import PHOTOS
from bedside.requests.photos.texts import AGREEMENT, PHOTO_TEMPLATES
from bedside.requests.states import State
from bedside.web.photo_requests.words import counted_texts_for_script, texts_for_script, used

TOO_MANY = flash_message(
    "too_many_photos",
    N_("There is no room for more photos. The others are kept. Delete one to add another."),
    "attention",
)
TOO_LARGE = flash_message(
    "photos_too_large",
    N_(
        "All photos together are larger than what can be sent. The others are kept. Delete one, "
        "or choose a smaller photo."
    ),
    "attention",
)
NO_PHOTO = flash_message("no_photo_chosen", N_("Choose at least one photo first."), "attention")
CUT_OFF = flash_message(
    "photos_cut_off",
    N_("The connection broke while a photo was sent. Please choose that photo once more."),
    "attention",
)

SENT_BEFORE = flash_message(
    "photo_sent_before",
    N_("This photo was sent before, from another page or device. It was not deleted."),
    "attention",
)
COMMENT_TOO_LATE = flash_message(
    "comment_too_late",
    N_("This photo was sent before, from another page or device. The comment was not added."),
    "attention",
)

_OF_THE_FIELD = (TOO_MANY, TOO_LARGE, NO_PHOTO, CUT_OFF)
"""Problems with the choice of photos, shown as an error of the field, without script."""
_COMMENT = "comment-"
_MOST_NAMES = 100
_WAIT_FOR_SCAN = 16
"""Half seconds that “Agree & send photos” waits for the scans, before it shows their progress."""

for_device = for_devices(PHOTOS)


# --- pages -------------------------------------------------------------------------------------


@for_device
async def start(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}: guidance; or where the patient stopped."""
    visit = await services_of(request).requests.answers.page(link)
    here = pages_of(link.subject_id)
    if visit.unsent:
        return RedirectResponse(f"{here}/photos", status_code=303)
    if visit.request.state is State.DONE or visit.request.sending:
        return RedirectResponse(f"{here}/sent", status_code=303)
    if visit.photos or visit.turned_away:
        return RedirectResponse(f"{here}/photos", status_code=303)
    return await _page(request, link, "guidance", visit)


@for_device
async def photos(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/photos: choose, comment, delete, agree."""
    visit = await services_of(request).requests.answers.page(link)
    said = flash_messages(request)
    problem = next((one["text"] for one in said if one["key"] in _OF_THE_FIELD), "")
    toasts = [one for one in said if one["key"] not in _OF_THE_FIELD]
    page = await _page(
        request, link, "photos", visit, toasts=toasts, problem=problem, to_correct=bool(problem)
    )
    return compressed(request, page)


@for_device
async def sent(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/sent: the confirmation, with what has arrived."""
    visit = await services_of(request).requests.answers.page(link)
    if visit.request.sending:
        return await _page(request, link, "sending", visit)
    if visit.request.state is State.DONE:
        photos = await services_of(request).requests.answers.sent(link)
        return await _page(request, link, "done", visit, photos=photos)
    return RedirectResponse(f"{pages_of(link.subject_id)}/photos", status_code=303)


@for_device
async def state(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/state: the page as data, for its script."""
    return JSONResponse(await services_of(request).requests.answers.snapshot(link))


async def _page(
    request: Request, link: LinkAccess, name: str, visit: PhotoPage, **more: Any
) -> Response:
    patient = await services_of(request).people.patients.of_link(link)
    here = pages_of(visit.request.id)
    details = PhotoDetails.of(visit.request.content)
    return render(
        request,
        f"photo_requests/{name}.html",
        lang=language.spoken(),
        clinic_name=visit.clinic.name,
        phone=visit.clinic.options.phone,
        emergency_text=emergency(visit.clinic),
        zone=visit.clinic.options.time_zone,
        visit=visit,
        ask=visit.request,
        details=details,
        kind=PHOTO_TEMPLATES[details.template],
        agreement=AGREEMENT,
        used=used(
            visit.total,
            visit.request.file_limit,
            written.megabytes(visit.bytes_used),
            written.size(visit.request.bytes_limit),
        ),
        here=here,
        first_name=first_of(patient.name),
        for_script={
            "request": visit.request.id,
            "person": _word_for(link.clinic_id, patient.id),
            "until": visit.request.expires_at,
            "round": visit.request.round,
            "limit": visit.request.file_limit,
            "bytes": visit.request.bytes_limit,
            "filed": visit.request.filed,
            "sending": visit.request.sending,
            "away": visit.total - len(visit.unsent),
            "awayBytes": visit.bytes_used - sum(photo.size for photo in visit.unsent),
            "expected": visit.request.expected,
            "coming": sorted(visit.coming),
            "sent": sorted(visit.sent),
            "texts": texts_for_script(visit.request.file_limit, visit.request.bytes_limit),
            "counted": counted_texts_for_script(visit.request.file_limit),
        },
        **more,
    )


def _word_for(clinic_id: str, patient_id: str) -> str:
    """Return a word by which a phone tells its owner's requests from somebody else's."""
    return sha256(f"{clinic_id}/{patient_id}".encode()).hexdigest()[:16]


# --- actions of the patient ---------------------------------------------------------------------


@for_device
async def add(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/photos: photos from a form without script, one after the other."""
    services = services_of(request)
    said = NO_PHOTO
    try:
        async for part in form_parts(request):
            if part.name != "photo" or not part.file_name:
                continue
            said = "" if said == NO_PHOTO else said
            try:
                await services.requests.answers.take(link, part.file_name, part.chunks())
            except FileRefused:
                continue  # it is listed on the page, with its reason
            except TooLarge as error:
                said = TOO_MANY if error.code == "too_many_files" else TOO_LARGE
    except SenderGone:
        said = CUT_OFF
    return redirect(f"{pages_of(link.subject_id)}/photos", said)


@for_device
async def comment(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/photos/{file_id}/comment."""
    form = await form_of(request)
    comments = _typed(form)
    photo = request.path_params["file_id"]
    if "comment" in form:
        comments[photo] = form["comment"]
    said = ""
    try:
        await services_of(request).requests.answers.comment(link, comments, photo)
    except Conflict:
        if wants_json(request):
            raise
        said = COMMENT_TOO_LATE
    return _done(request, link, said)


@for_device
async def delete(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/photos/{file_id}/delete; also for what is left of a refused upload."""
    answers = services_of(request).requests.answers
    said = ""
    try:
        if request.headers.get("content-length", "0") != "0":
            await answers.comment(link, _typed(await form_of(request)))
        await answers.discard(link, request.path_params["file_id"])
    except Conflict:
        if wants_json(request):
            raise
        said = SENT_BEFORE
    return _done(request, link, said)


def _typed(form: Form) -> dict[str, str]:
    """Return every comment on the page, saved or not, by its photo: the page is one form."""
    fields = form.pairs()
    return {key.removeprefix(_COMMENT): text for key, text in fields if key.startswith(_COMMENT)}


def _done(request: Request, link: LinkAccess, said: str = "") -> Response:
    if wants_json(request):
        return Response(status_code=204)
    return redirect(f"{pages_of(link.subject_id)}/photos", said)


@for_device
async def agree(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/agree: “Agree & send photos”, those that the page showed.
    Idempotent."""
    answers = services_of(request).requests.answers
    form = await form_of(request)
    try:
        complete = await answers.agree(link, _photos_in(form), _typed(form))
    except WrongInput:
        if wants_json(request):
            raise
        return redirect(f"{pages_of(link.subject_id)}/photos", NO_PHOTO)
    if wants_json(request):
        return JSONResponse(await answers.snapshot(link))
    for _tick in range(_WAIT_FOR_SCAN):
        if complete:
            break
        await asyncio.sleep(0.5)
        complete = await answers.settle(link)
    return RedirectResponse(f"{pages_of(link.subject_id)}/sent", status_code=303)


@for_device
async def finish(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/finish: “Finish without them”, or without one that cannot come."""
    answers = services_of(request).requests.answers
    form = await form_of(request)
    await answers.finish(link, _photos_in(form))
    if wants_json(request):
        return JSONResponse(await answers.snapshot(link))
    return RedirectResponse(f"{pages_of(link.subject_id)}/sent", status_code=303)


def _photos_in(form: Form) -> list[str]:
    """Return the photos that a page names. Raises WrongInput for an invalid name."""
    named = form.all("photo")
    if len(named) > _MOST_NAMES or not all(map(safe_id, named)):
        raise WrongInput(field="photos")
    return named


@for_device
async def picture(request: Request, link: LinkAccess) -> Response:
    """GET /my/{request_id}/photos/{file_id}/{form}: a small copy of one's own photo."""
    opened = await services_of(request).requests.answers.picture(
        link, request.path_params["file_id"], request.path_params["form"]
    )
    return SealedResponse(request, opened)


# --- tus ---------------------------------------------------------------------------------------


@for_device
async def begin_upload(request: Request, link: LinkAccess) -> Response:
    """POST /my/{request_id}/uploads (tus): announce a photo."""
    answers = services_of(request).requests.answers
    begun: list[Upload] = []

    async def begin(announced: Announced) -> Upload:
        begun.append(await answers.begin(link, announced))
        return begun[0]

    address = f"{pages_of(link.subject_id)}/uploads"
    try:
        response = await tus.create(request, link, begin, address)
    except FileRefused:
        await answers.settle(link)  # it is no longer expected
        raise
    response.headers["Bedside-File"] = begun[0].file_id
    return response


@for_device
async def upload_options(request: Request, link: LinkAccess) -> Response:
    """OPTIONS /my/{request_id}/uploads (tus)."""
    visit = await services_of(request).requests.answers.page(link)
    return tus.options(visit.request.bytes_limit)


@for_device
async def one_upload(request: Request, link: LinkAccess) -> Response:
    """HEAD, PATCH, DELETE /my/{request_id}/uploads/{upload_id} (tus)."""
    try:
        return await tus.resource(request, link, request.path_params["upload_id"])
    except FileRefused:
        await services_of(request).requests.answers.settle(link)  # it is no longer expected
        raise


def _routes() -> list[BaseRoute]:
    here = "/my/{request_id}"
    photo = here + "/photos/{file_id}"
    table: list[tuple[str, Any, list[str]]] = [
        (here + "/photos", photos, ["GET"]),
        (here + "/photos", add, ["POST"]),
        (photo + "/comment", comment, ["POST"]),
        (photo + "/delete", delete, ["POST"]),
        (photo + "/{form}", picture, ["GET"]),
        (here + "/agree", agree, ["POST"]),
        (here + "/finish", finish, ["POST"]),
        (here + "/sent", sent, ["GET"]),
        (here + "/state", state, ["GET"]),
        (here + "/uploads", begin_upload, ["POST"]),
        (here + "/uploads", upload_options, ["OPTIONS"]),
        (here + "/uploads/{upload_id}", one_upload, ["HEAD", "PATCH", "DELETE", "POST"]),
    ]
    return [link_route(path, handler, methods=methods) for path, handler, methods in table]


routes = _routes()

LINK_PAGES = request_pages(
    PHOTOS,
    QuestionTexts(
        asks=N_(
            "<strong>%(who)s</strong> has asked you for photos. To keep your record private, "
            "please enter the date of birth of the person this is for."
        ),
        promise=N_("Your photos go straight into your record at the clinic, encrypted."),
    ),
    home=start,
)
