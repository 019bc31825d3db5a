"""The language of people who are not known yet, by their browser's preference."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bedside.kernel import language


class Spoken:
    """Middleware: use the first language of Accept-Language that has a catalogue."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            language.speak(wanted(Headers(scope=scope).get("accept-language", "")))
        await self.app(scope, receive, send)


def wanted(header: str) -> str:
    """Return the best language of an Accept-Language header (RFC 9110, 12.5.4); English without
    one."""
    choices: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.partition(";")
        code = tag.strip().casefold().split("-")[0]
        if code in language.offered():
            choices.append((-_weight(weight), place, code))
    return min(choices)[2] if choices else "en"


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
