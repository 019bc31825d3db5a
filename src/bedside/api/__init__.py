"""The JSON API, version 1, below /api/v1; described by /api/v1/openapi.json."""

import asyncio
from importlib import import_module
from typing import cast

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bedside.api.inbox_list import inbox
from bedside.api.queue_list import queue
from bedside.services import Services

PREFIX = "/api/v1"


def api_routes(services: Services) -> list[BaseRoute]:
    """Return the routes for the web application. Lists come first there, because they are
    requested most."""
    return [
        Route(f"{PREFIX}/inbox", inbox, methods=["GET"]),
        Route(PREFIX + "/rooms/{room_id}/queue", queue, methods=["GET"]),
        Mount(PREFIX, Later(services)),
    ]


class Later:
    """The rest of the API, loaded on its first request: FastAPI takes a third of a second to
    import, and the first page of a cold start must not wait for that."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            # in a thread, so that open pages are not blocked
            module = await asyncio.to_thread(import_module, "bedside.api.v1")
            self._app = self._app or cast(ASGIApp, module.create_api(self._services))
        await self._app(scope, receive, send)
