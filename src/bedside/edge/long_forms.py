"""Forms with a long text, such as a letter."""

from starlette.requests import Request

from bedside.edge.body_limits import MOST, at_most
from bedside.edge.forms import Form, form_of

_ESCAPED = 12
"""Bytes of a character in a form, at most: four of UTF-8, each as %XX."""


async def long_form_of(request: Request, characters: int) -> Form:
    """Return a posted form with a text of so many characters, in any script. Raises NotAForm,
    TooLarge."""
    most = MOST + characters * _ESCAPED
    at_most(request, most)
    return await form_of(request, most)
