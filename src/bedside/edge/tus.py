"""Uploads over HTTP: tus 1.0 (core, creation, creation-with-upload, expiration, termination,
checksum; https://tus.io/protocols/resumable-upload)."""

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.bodies import raw_body
from bedside.edge.context import services_of
from bedside.edge.errors import TUS_ANSWER, WrongMethod
from bedside.errors import BedsideError, StorageFull
from bedside.files.announcing import LOOKS, Announced, Upload, safe_id
from bedside.files.ports import Chunk
from bedside.files.uploads import Uploads
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.people.permissions import UploadAccess

VERSION = "1.0.0"
_EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum"
_CHECKSUMS = ("sha1", "sha256", "md5")
_HEADERS = {**TUS_ANSWER, "Cache-Control": "no-store"}
BODY = "application/offset+octet-stream"

SENDING_GOES_ON = N_(
    "The clinic's storage is full. What arrived so far is kept, and sending goes on by itself when "
    "there is room again."
)

Begin = Callable[[Announced], Awaitable[Upload]]
Watch = Callable[[AsyncIterator[Chunk], int], AsyncIterator[Chunk]]
"""Passes on the bytes of a body, from an offset on, and observes how many there were."""


class WrongVersion(BedsideError):
    """The client speaks another version of tus."""

    status = 412
    code = "wrong_tus_version"
    sentence = N_("This upload speaks a version of tus that the server does not know.")


class WrongHeader(BedsideError):
    """A tus header is missing or makes no sense."""

    code = "wrong_header"
    sentence = N_("The upload was started in a way that the server does not understand.")


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
    access: UploadAccess,
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


async def status(request: Request, access: UploadAccess, upload_id: str) -> Response:
    """HEAD: how many bytes are acknowledged."""
    _check_version(request)
    uploads: Uploads = services_of(request).files.uploads
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
    access: UploadAccess,
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


async def terminate(request: Request, access: UploadAccess, upload_id: str) -> Response:
    """DELETE: the sender cancels it."""
    _check_version(request)
    await services_of(request).files.uploads.cancel(access, upload_id)
    return Response(status_code=204, headers=_HEADERS)


async def resource(
    request: Request,
    access: UploadAccess,
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
    access: UploadAccess,
    upload_id: str,
    offset: int,
    watch: Watch | None,
) -> Upload:
    body = raw_body(request)
    try:
        return await services_of(request).files.uploads.append(
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
    said = metadata(header)
    taken_at = said.get("taken_at", "")
    return Announced(
        name=said.get("filename", ""),
        length=_number(request, "upload-length"),
        comment=said.get("comment", ""),
        taken_at=int(taken_at) if taken_at.isdecimal() and len(taken_at) < 15 else 0,
        metadata=header,
        given_id=safe_id(said.get("photo", "")),
        looks=said.get("looks", "") if said.get("looks") in LOOKS else "",
    )


def metadata(header: str) -> dict[str, str]:
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
