"""Uploads over HTTP: tus 1.0 (core, creation, creation-with-upload, expiration, termination,
checksum; https://tus.io/protocols/resumable-upload) and, without script, a multipart form."""

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bedside.charts.categories import Category
from bedside.edge.bodies import form_parts, raw_body
from bedside.edge.context import services_of
from bedside.edge.errors import TUS_ANSWER, WrongMethod
from bedside.edge.flash import say, sayable
from bedside.edge.signed_in import staff_of
from bedside.errors import BedsideError, StorageFull, TooLarge, WrongInput
from bedside.files.announcing import Allowance, Announced, Upload, safe_id
from bedside.files.ports import Chunk
from bedside.files.receiving import SenderGone
from bedside.files.uploads import Uploads
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import ChartAccess, HolderAccess

VERSION = "1.0.0"
_EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum"
_CHECKSUMS = ("sha1", "sha256", "md5")
_HEADERS = {**TUS_ANSWER, "Cache-Control": "no-store"}
BODY = "application/offset+octet-stream"

SENDING_GOES_ON = N_(
    "The clinic's storage is full. What arrived so far is kept, and sending goes on by itself when "
    "there is room again."
)
UPLOADED = sayable("uploaded", N_("Uploaded. Each file can be opened as soon as it is scanned."))

Begin = Callable[[Announced], Awaitable[Upload]]
Watch = Callable[[AsyncIterator[Chunk], int], AsyncIterator[Chunk]]
"""Passes on the bytes of a body, from an offset on, and observes how many there were."""


class WrongVersion(BedsideError):
    """The client speaks another version of tus."""

    status = 412
    code = "wrong_tus_version"
    sentence = "This upload speaks a version of tus that the server does not know."


class WrongHeader(BedsideError):
    """A tus header is missing or makes no sense."""

    code = "wrong_header"
    sentence = "The upload was started in a way that the server does not understand."


class WrongBody(WrongHeader):
    """The body of a PATCH has another content type than tus requires."""

    status = 415
    code = "wrong_body"


# --- tus, for any kind of access -----------------------------------------------------------------


def options(largest: int) -> Response:
    """Answer with the server's capabilities."""
    headers = {
        **_HEADERS,
        "Tus-Version": VERSION,
        "Tus-Extension": _EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(_CHECKSUMS),
        "Tus-Max-Size": str(largest),
    }
    return Response(status_code=204, headers=headers)


async def create(
    request: Request,
    access: ChartAccess | HolderAccess,
    begin: Begin,
    address: str,
    watch: Watch | None = None,
) -> Response:
    """POST: create an upload at `address`/{id}, with its first bytes if the client sends them."""
    _check_version(request)
    upload = await begin(_announced(request))
    headers = {**_HEADERS, "Location": f"{address}/{upload.id}", **_expires(upload)}
    if request.headers.get("content-type") == BODY:
        upload = await _append(request, access, upload.id, 0, watch)
        headers["Upload-Offset"] = str(upload.position)
    return Response(status_code=201, headers=headers)


async def status(request: Request, access: ChartAccess | HolderAccess, upload_id: str) -> Response:
    """HEAD: how many bytes are acknowledged."""
    _check_version(request)
    uploads: Uploads = services_of(request).uploads
    upload = await uploads.find(access, upload_id)
    headers = {
        **_HEADERS,
        **_expires(upload),
        "Upload-Offset": str(upload.position),
        "Upload-Length": str(upload.length),
    }
    if metadata := await uploads.metadata(access, upload_id):
        headers["Upload-Metadata"] = metadata
    return Response(status_code=200, headers=headers)


async def patch(
    request: Request,
    access: ChartAccess | HolderAccess,
    upload_id: str,
    watch: Watch | None = None,
) -> Response:
    """PATCH: bytes from an offset on; answered once they are durable."""
    _check_version(request)
    if request.headers.get("content-type") != BODY:
        raise WrongBody
    offset = _number(request, "upload-offset")
    upload = await _append(request, access, upload_id, offset, watch)
    headers = {**_HEADERS, **_expires(upload), "Upload-Offset": str(upload.position)}
    return Response(status_code=204, headers=headers)


async def terminate(
    request: Request, access: ChartAccess | HolderAccess, upload_id: str
) -> Response:
    """DELETE: the sender cancels it."""
    _check_version(request)
    await services_of(request).uploads.cancel(access, upload_id)
    return Response(status_code=204, headers=_HEADERS)


async def resource(
    request: Request,
    access: ChartAccess | HolderAccess,
    upload_id: str,
    watch: Watch | None = None,
) -> Response:
    """HEAD, PATCH or DELETE of one upload."""
    method = method_of(request)
    if method == "PATCH":
        return await patch(request, access, upload_id, watch)
    if method not in _ACTIONS:
        raise WrongMethod
    return await _ACTIONS[method](request, access, upload_id)


_ACTIONS = {"HEAD": status, "DELETE": terminate}


def method_of(request: Request) -> str:
    """Return the client's intended method; some can only POST, and put the real one in a header."""
    if request.method == "POST":
        return request.headers.get("x-http-method-override", "POST").upper()
    return request.method


async def _append(
    request: Request,
    access: ChartAccess | HolderAccess,
    upload_id: str,
    offset: int,
    watch: Watch | None,
) -> Upload:
    body = raw_body(request)
    try:
        return await services_of(request).uploads.append(
            access, upload_id, offset, watch(body, offset) if watch else body, _checksum(request)
        )
    except StorageFull as error:  # of everything people send, only uploads resume by themselves
        raise StorageFull(SENDING_GOES_ON) from error


def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise WrongVersion


def _expires(upload: Upload) -> dict[str, str]:
    when = formatdate(upload.expires_at / clock.SECOND, usegmt=True)
    return {} if upload.finished else {"Upload-Expires": when}


def _number(request: Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise WrongHeader
    return int(value)


def _announced(request: Request) -> Announced:
    header = request.headers.get("upload-metadata", "")
    said = _metadata(header)
    taken_at = said.get("taken_at", "")
    return Announced(
        name=said.get("filename", ""),
        length=_number(request, "upload-length"),
        comment=said.get("comment", ""),
        taken_at=int(taken_at) if taken_at.isdecimal() and len(taken_at) < 15 else 0,
        metadata=header,
        given_id=safe_id(said.get("photo", "")),
    )


def _metadata(header: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for pair in header.split(","):
        key, _, encoded = pair.strip().partition(" ")
        try:
            said[key] = base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError) as error:
            raise WrongHeader from error
    return said


def _checksum(request: Request) -> tuple[str, bytes] | None:
    header = request.headers.get("upload-checksum")
    if header is None:
        return None
    algorithm, _, encoded = header.partition(" ")
    if algorithm not in _CHECKSUMS:
        raise WrongHeader
    try:
        digest = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise WrongHeader from error
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise WrongHeader
    return algorithm, digest


# --- staff upload into a chart ------------------------------------------------------------------


async def _chart(request: Request) -> tuple[ChartAccess, Allowance]:
    services = services_of(request)
    chart = await services.permissions.chart(
        await staff_of(request), request.path_params["patient_id"]
    )
    clinic = await services.clinics.get(chart.clinic_id)
    return chart, Allowance(largest=clinic.options.upload_bytes_limit)


async def _chart_uploads(request: Request) -> Response:
    chart, allowance = await _chart(request)
    if request.method == "OPTIONS":
        return options(allowance.largest)
    category = _metadata(request.headers.get("upload-metadata", "")).get("category", "")

    async def begin(announced: Announced) -> Upload:
        return await services_of(request).uploads.begin_for_chart(
            chart, announced, allowance, _known(category)
        )

    return await create(request, chart, begin, f"/patients/{chart.patient_id}/uploads")


async def _chart_upload(request: Request) -> Response:
    chart, _ = await _chart(request)
    return await resource(request, chart, request.path_params["upload_id"])


def _known(category: str) -> str:
    return category if category in set(Category) else Category.OTHER


async def _chart_form(request: Request) -> Response:
    """Take files from a form without script, each as it streams by."""
    chart, allowance = await _chart(request)
    uploads = services_of(request).uploads
    category, taken = "", 0
    back = RedirectResponse(f"/patients/{chart.patient_id}", status_code=303)
    try:
        async for part in form_parts(request):
            if part.name == "category":
                category = await part.text()
            elif part.name == "file" and part.file_name:
                await uploads.take_for_chart(
                    chart, part.file_name, part.chunks(), allowance, _known(category)
                )
                taken += 1
    except SenderGone:
        return back
    except TooLarge as error:
        raise WrongInput(error.sentence, field="file") from error
    if not taken:
        raise WrongInput(_("Please choose a file first."), field="file")
    say(back, UPLOADED)
    return back


routes = [
    Route("/patients/{patient_id}/uploads", _chart_uploads, methods=["POST", "OPTIONS"]),
    Route(
        "/patients/{patient_id}/uploads/{upload_id}",
        _chart_upload,
        methods=["HEAD", "PATCH", "DELETE", "POST"],
    ),
    Route("/patients/{patient_id}/files", _chart_form, methods=["POST"]),
]
