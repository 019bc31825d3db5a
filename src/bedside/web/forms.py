"""Small forms: read from the request's body with a limit, never through a temporary file."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from bedside.errors import BedsideError, TooLarge

_LIMIT = 256 * 1024
_FIELDS = 500


class NotAForm(BedsideError):
    """The body is not `application/x-www-form-urlencoded`."""

    status = 415
    code = "not_a_form"


class Form:
    """The fields of a form; a field that was not sent is empty."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self._fields if key == name), "")

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._fields)

    def all(self, name: str) -> list[str]:
        """Every value sent under this name, such as of checkboxes."""
        return [value for key, value in self._fields if key == name]

    def line(self, name: str) -> str:
        """A field of one line: without the space around it."""
        return self[name].strip()


async def form_of(request: Request) -> Form:
    """The form that was posted. Raises NotAForm, TooLarge."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "application/x-www-form-urlencoded":
        raise NotAForm
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LIMIT:
            raise TooLarge
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict"
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise NotAForm from error
    return Form(fields)
