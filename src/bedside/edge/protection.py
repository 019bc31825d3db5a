"""The edge's protection: headers, origin checks, rate limits.

Pure ASGI middlewares, because they run on every request: a BaseHTTPMiddleware would cost more than
a session look-up. Policies follow OWASP ASVS 5.0, chapter 3 (docs/security/asvs.md).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bedside.edge.at_once import CALLER
from bedside.edge.errors import refuse
from bedside.edge.flash import COOKIE as FLASH
from bedside.edge.shell import FRAMEABLE
from bedside.edge.signed_in import cookie_name, is_secure
from bedside.errors import NotAllowed, TooMany
from bedside.kernel.language import N_
from bedside.kernel.network import host_of_origin
from bedside.settings import Settings

_CONTENT_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self'",
        "frame-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
_USED = (
    "fullscreen",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
)
_NEVER = ("geolocation", "payment", "usb", "serial", "midi")
_SEEN_AND_HEARD = ("camera", "microphone", "display-capture")
_WHERE_CALLS_ARE = ("/visit/", "/guest/", "/calls/")
"""Below these a page may ask for camera and microphone: the calls themselves, and the device test.
No other page can, whatever is injected into it."""


def _features(used: Iterable[str], never: Iterable[str]) -> str:
    return ", ".join([*(f"{one}=(self)" for one in used), *(f"{one}=()" for one in never)])


_HEADERS = {
    "content-security-policy": _CONTENT_POLICY,
    "permissions-policy": _features(_USED, (*_SEEN_AND_HEARD, *_NEVER)),
    # No referrer path leaves a page, not even to this server: a link's secret would get into a
    # proxy's log with each file of the page. “strict-origin” and not “no-referrer”: with the
    # latter, browsers send “Origin: null” with the product's own forms, which older ones (without
    # Sec-Fetch-Site) need for the check below.
    "referrer-policy": "strict-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_FRAMEABLE_HEADERS = {
    b"content-security-policy": _CONTENT_POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    ).encode(),
    b"x-frame-options": b"SAMEORIGIN",
}
_CALL_HEADERS = {b"permissions-policy": _features((*_USED, *_SEEN_AND_HEARD), _NEVER).encode()}
_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
_FOREVER = b"public, max-age=31536000, immutable"
_TWO_YEARS = "max-age=63072000"
"""For this host alone: a clinic may have others below it that are not Bedside's to decide on."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FOR_ANY_ORIGIN = ("/shl/",)
"""Below these a page of any site may send: apps that open SMART Health Links are web pages, too.
No cookie is read there, so such a page can do no more than a program without a browser."""


class ForeignOrigin(NotAllowed):
    """A page of another site made a request that changes something."""

    code = "foreign_origin"
    sentence = N_(
        "This was sent by another website, so nothing was changed. Open the page from your own "
        "bookmark or link and try again."
    )


def is_own_origin(origin: str, host: str, own: str) -> bool:
    """Whether the product's own page sent this: its origin is `own`, the address that patients
    reach, or that of the requested host, such as a second name inside the clinic. A page over
    http:// does not belong to a site over https://."""
    named = host_of_origin(origin)
    without_tls = own.startswith("https://") and named == host_of_origin(own)
    return origin == own or (bool(named) and named == host and not without_tls)


class SecurityHeaders:
    """Adds the headers of every answer; an answer's own header of that name wins."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        headers = dict(_HEADERS)
        if is_secure(settings):
            headers["strict-transport-security"] = _TWO_YEARS
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._forget_said = (b"set-cookie", f"{FLASH}=; Max-Age=0; Path=/; HttpOnly".encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_static = scope["path"].startswith("/static/")
        in_calls = scope["path"].startswith(_WHERE_CALLS_ARE)

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message["headers"]
                names = {name.lower() for name, _ in given}
                if is_static and message["status"] in (200, 304) and b"cache-control" not in names:
                    given = [*given, (b"cache-control", _FOREVER)]
                    names.add(b"cache-control")
                added = [header for header in self._headers if header[0] not in names]
                if FRAMEABLE in scope:
                    added = [(name, _FRAMEABLE_HEADERS.get(name, value)) for name, value in added]
                if in_calls:
                    added = [(name, _CALL_HEADERS.get(name, value)) for name, value in added]
                if "bedside.flash" in scope:
                    added.append(self._forget_said)
                message["headers"] = [*given, *added]
            await send(message)

        await self.app(scope, receive, adding)


class WellFormed:
    """Refuses what no browser sends: two Host headers or an invalid one, NUL in an address.

    Addresses are built from that header further in, so a “/” in it would move the path.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_well_formed(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            refusal = PlainTextResponse("This request is not well-formed.", status_code=400)
            await refusal(scope, receive, send)

    @staticmethod
    def _is_well_formed(scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b"") or len(hosts) > 1:
            return False
        return all(_HOST.fullmatch(host.decode("latin-1")) for host in hosts)


class SameOrigin:
    """Accepts requests that change something, and sockets, from the product's own pages only.

    Browsers say where a request comes from: by Sec-Fetch-Site, or the older ones by Origin. A
    client that sends neither is no browser of recent years; it may not use a session cookie.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._origin = settings.base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            allowed = "origin" not in headers or self._is_own(headers)
        elif scope["type"] == "http" and scope["method"] not in _SAFE:
            allowed = scope["path"].startswith(FOR_ANY_ORIGIN) or self._allows(Headers(scope=scope))
        else:
            allowed = True
        if allowed:
            await self.app(scope, receive, send)
        else:
            await refuse(scope, receive, send, ForeignOrigin())

    def _allows(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        if "origin" in headers:
            return self._is_own(headers)
        return "cookie" not in headers

    def _is_own(self, headers: Headers) -> bool:
        return is_own_origin(headers["origin"], headers.get("host", ""), self._origin)


# --- rate limits -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: a `burst`, then `per_second` sustained."""

    name: str
    per_second: float
    burst: float


class Buckets:
    """Token buckets by key, at most `size` of them; the least recently used are dropped."""

    def __init__(self, size: int = 20_000) -> None:
        self._size = size
        self._left: dict[tuple[str, int], tuple[float, float]] = {}

    def take(self, rate: Rate, key: str, tokens: float = 1) -> float:
        """Take tokens. Returns 0.0 if there were enough, otherwise the seconds until there are."""
        now = monotonic()
        place = (rate.name, hash(key))
        left, at = self._left.pop(place, (rate.burst, now))
        left = min(rate.burst, left + (now - at) * rate.per_second)
        wait = 0.0 if left >= tokens else (tokens - left) / rate.per_second
        self._left[place] = (left - tokens if left >= tokens else left, now)
        if len(self._left) > self._size:
            del self._left[next(iter(self._left))]
        return wait

    def __len__(self) -> int:
        return len(self._left)


LINKS = Rate("links", per_second=1, burst=60)
GUESSABLE = (
    ("/sign-in", Rate("sign-in", per_second=0.5, burst=30)),
    ("/set-up", Rate("set-up", per_second=0.2, burst=10)),
    ("/l/", LINKS),
    ("/shl/", LINKS),
    ("/link/", LINKS),
    ("/g/", Rate("guests", per_second=1, burst=60)),
    ("/r/", Rate("check-in", per_second=0.5, burst=30)),
)
"""Paths where guessing would pay, or filling a waiting room: limits per address, in addition to
the lock-outs of single accounts and links."""


WRITING = Rate("visit chat", per_second=0.5, burst=30)
KNOCKING = Rate("knocking", per_second=0.1, burst=5)
TESTING = Rate("device test", per_second=0.05, burst=12)
"""Limits on what one device may do to those who receive it, or to the relay: messages of a
patient, asking to be let into a call, testing the relay without being in one. Separate from
addresses, because a whole family may share one."""
CHECKING_IN = Rate("checking in", per_second=1 / 30, burst=10)
"""New visits from one address: behind a clinic's own network are several patients, not hundreds."""

LOST_LINKS = Rate("lost links", per_second=1 / 300, burst=5)
"""Wishes for a lost link from one address: each is read by a member of staff."""


def require_rate(request: Request, rate: Rate, key: str, sentence: str) -> None:
    """Count one action of `key` (a visit, a guest). Raises TooMany with `sentence` if it is too
    often."""
    wait = request.app.state.buckets.take(rate, key)
    if wait:
        raise TooMany(sentence, retry_after=max(1, round(wait)))


class RateLimits:
    """Limits the requests of one address, and of one session; 429 with Retry-After."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._buckets = Buckets()
        self._cookie = cookie_name(settings) + "="
        usual = settings.requests_per_second
        self._by_address = Rate("address", 4 * usual, 40 * usual) if usual else None
        self._by_session = Rate("session", usual, 10 * usual) if usual else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        wait = max(self._waits(scope), default=0.0)
        if wait:
            error = TooMany(retry_after=max(1, round(wait)))
            await refuse(scope, receive, send, error)
            return
        await self.app(scope, receive, send)

    def _waits(self, scope: Scope) -> Iterable[float]:
        headers = Headers(scope=scope)
        address = scope[CALLER]
        if self._by_address is not None:
            yield self._buckets.take(self._by_address, address)
        session = _cookie_in(headers.get("cookie", ""), self._cookie)
        if self._by_session is not None and session:
            yield self._buckets.take(self._by_session, session)
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            for prefix, rate in GUESSABLE:
                if scope["path"].startswith(prefix):
                    yield self._buckets.take(rate, address)


def _cookie_in(header: str, name_and_sign: str) -> str:
    """Return the value of one cookie, without parsing the others."""
    for part in header.split(";"):
        if part.strip().startswith(name_and_sign):
            return part.strip()[len(name_and_sign) :]
    return ""
