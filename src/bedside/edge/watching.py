"""Monitoring: the access log, metrics by route, and /health.

Requests are named by the template of their route, such as `/l/{secret}`: neither a link's secret
nor an id or a query of a person's search ever reaches a log or a metric.
"""

import secrets
from functools import cache
from hmac import compare_digest
from time import perf_counter
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bedside.edge.context import is_local, services_of
from bedside.edge.routes import open_route
from bedside.errors import BedsideError, NotFound
from bedside.kernel.known_states import AT_REST, OK, State
from bedside.services import Services

_access = structlog.get_logger("bedside.access")
_requests = Counter("bedside_requests", "Answered requests.", ["method", "route", "status"])
_seconds = Histogram(
    "bedside_request_seconds",
    "Time from the request's head to the end of its answer.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_works = Gauge("bedside_part_works", "Whether a part works: 1, or 0.", ["part"])
_open_pages = Gauge("bedside_open_pages", "Open sockets of pages.")
_LEFT = 499
"""Logged by nginx for a client that disconnected before its answer."""


class Watched:
    """Outermost middleware: an id for each request, a log line and metrics for each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = scope["bedside.request_id"] = secrets.token_hex(8)
        began = perf_counter()
        status = 0

        async def watching(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        try:
            await self.app(scope, receive, watching)
        finally:
            took = perf_counter() - began
            route = template_of(scope)
            if "bedside.left" in scope:
                status = _LEFT
            _count(_known_method(scope), route, status).inc()
            _time(route).observe(took)
            if route != "/static":
                _access.info(
                    "request",
                    request_id=request_id,
                    method=_known_method(scope),
                    route=route,
                    status=status,
                    milliseconds=round(took * 1000, 1),
                )


def template_of(scope: Scope) -> str:
    """Return the template of the route that a request matched; “(none)” if there was none."""
    path: Any = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) and path else "(none)"


def _known_method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "(other)"


@cache
def _count(method: str, route: str, status: int) -> Counter:
    return _requests.labels(method, route, status)


@cache
def _time(route: str) -> Histogram:
    return _seconds.labels(route)


async def metrics(request: Request) -> Response:
    """Answer in Prometheus' text format; for this machine, or with the token of the settings."""
    if not _may_watch(request):
        raise NotFound
    services = services_of(request)
    await _measure(services)
    _open_pages.set(request.app.state.open_pages.count)
    for part, state in services.health.known.items():
        _works.labels(part).set(state in AT_REST)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _measure(services: Services) -> None:
    """Read the numbers that domains registered; one that cannot be read is missing."""
    for name, gauge in services.registered.gauges.items():
        try:
            _gauge(name, gauge.text).set(await gauge.read())
        except (BedsideError, OSError):
            _gauge(name, gauge.text).set(float("nan"))


@cache
def _gauge(name: str, text: str) -> Gauge:
    return Gauge(name, text)


def _may_watch(request: Request) -> bool:
    """Whether the caller is on this machine, or has the token of the settings."""
    token = services_of(request).settings.metrics_token
    given = request.headers.get("authorization", "")
    known = bool(token) and compare_digest(given.encode(), f"Bearer {token}".encode())
    return known or is_local(request)


async def health(request: Request) -> Response:
    """Answer whether the process serves: the database now, and the cached states of the other
    parts, because anybody may ask. The parts are named to those who may see the metrics.

    503 only without a database, because a restart or another process can help then.
    """
    states = services_of(request).health
    parts: dict[str, State] = {"database": await states.database(), **states.known}
    works = AT_REST.issuperset(parts.values())
    said: dict[str, Any] = {"status": "ok" if works else "degraded"}
    if _may_watch(request):
        said["parts"] = parts
        reasons = {part: state.reason() for part, state in parts.items() if state not in AT_REST}
        said["reasons"] = {part: reason for part, reason in reasons.items() if reason}
    return JSONResponse(said, status_code=200 if parts["database"] == OK else 503)


routes = [open_route("/metrics", metrics), open_route("/health", health)]
