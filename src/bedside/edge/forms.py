"""Small forms: read from the request's body with a limit, never through a temporary file."""

import json
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.requests import Request

from bedside.errors import BedsideError, TooLarge

_LIMIT = 256 * 1024
_FIELDS = 500


class NotAForm(BedsideError):
    """The body is not `application/x-www-form-urlencoded`."""

    status = 415
    code = "not_a_form"


class NotJson(BedsideError):
    """The body is not a JSON object."""

    status = 415
    code = "not_json"


class Form:
    """The fields of a form; a field that was not sent is empty."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self._fields if key == name), "")

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._fields)

    def all(self, name: str) -> list[str]:
        """Return every value sent under this name, such as of checkboxes."""
        return [value for key, value in self._fields if key == name]

    def pairs(self) -> list[tuple[str, str]]:
        """Return every field, as it was sent."""
        return list(self._fields)

    def line(self, name: str) -> str:
        """Return a single-line field, stripped."""
        return self[name].strip()

    def number(self, name: str) -> int | None:
        """Return a whole number of at most nine digits; None for anything else."""
        typed = self.line(name)
        is_number = typed.isascii() and typed.isdecimal() and len(typed) < 10
        return int(typed) if is_number else None


async def form_of(request: Request, most: int = _LIMIT) -> Form:
    """Return the posted form, of at most so many bytes. Raises NotAForm, TooLarge."""
    if _kind_of(request) != "application/x-www-form-urlencoded":
        raise NotAForm
    body = await _small_body(request, most)
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict"
        )
        _refuse_nul(body, b"%00")
    except (ValueError, UnicodeDecodeError) as error:
        raise NotAForm from error
    return Form(fields)


async def json_of(request: Request) -> dict[str, Any]:
    """Return the JSON object posted by a script. Raises NotJson, TooLarge."""
    if _kind_of(request) != "application/json":
        raise NotJson
    try:
        body = await _small_body(request)
        _refuse_nul(body, b"\\u0000")
        given: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotJson from error
    if not isinstance(given, dict):
        raise NotJson
    return cast(dict[str, Any], given)


def _refuse_nul(body: bytearray, escaped: bytes) -> None:
    """Refuse NUL, which nobody can type, and which PostgreSQL does not accept in a text."""
    if escaped in body or b"\0" in body:
        raise ValueError("NUL")


def _kind_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().casefold()


async def _small_body(request: Request, most: int = _LIMIT) -> bytearray:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLarge
    return body
