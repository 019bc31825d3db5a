"""Flash messages: shown once on the page after a redirect, such as “Your password is changed.”

The browser carries the key of a declared sentence, never text, in a short-lived cookie.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.kernel.language import gettext

COOKIE = "bedside-said"
_SECONDS = 30
_sentences: dict[str, tuple[str, str]] = {}


def flash_message(key: str, sentence: str, tone: str = "good") -> str:
    """Declare a sentence (marked with N_) as a flash message and return its key.

    `tone` is one of: info, good, attention, bad.
    """
    if _sentences.setdefault(key, (sentence, tone)) != (sentence, tone):
        raise RuntimeError(f"“{key}” is declared twice")
    return key


def flash(response: Response, key: str) -> None:
    """Show a declared flash message on the next page."""
    if key not in _sentences:
        raise KeyError(key)
    response.set_cookie(COOKIE, key, max_age=_SECONDS, path="/", httponly=True, samesite="lax")


def redirect(address: str, key: str = "") -> RedirectResponse:
    """Redirect (303) to a local address after a POST, with a flash message there."""
    response = RedirectResponse(address, status_code=303)
    if key:
        flash(response, key)
    return response


def sentence_of(key: str) -> str:
    """Return the sentence of a flash message for an answer to a script; "" without a key."""
    return gettext(_sentences[key][0]) if key else ""


def flash_messages(request: Request) -> list[dict[str, Any]]:
    """Return this page's flash messages; the edge removes the cookie with the answer."""
    key = request.cookies.get(COOKIE, "")
    found = _sentences.get(key)
    if found is None:
        return []
    request.scope["bedside.flash"] = True
    sentence, tone = found
    return [{"key": key, "text": gettext(sentence), "tone": tone}]
