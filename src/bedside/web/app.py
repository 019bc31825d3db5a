"""The web application: routes, protection around them, and the life of the process."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bedside.services import Services
from bedside.web import downloads, sockets, uploads
from bedside.web.rendering import STATIC


class Companion(Protocol):
    """Something that lives as long as the web process, such as the worker."""

    async def start(self) -> None:
        """Begin; the database is open."""
        ...

    async def stop(self) -> None:
        """End; the database closes next."""
        ...


def create_app(
    services: Services,
    companions: Sequence[Companion] = (),
    more_routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The ASGI application. It opens the database when it starts, then its companions.

    `more_routes` are those of the API, which is beside the pages and not below them.
    """

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncGenerator[None]:
        await services.database.open()
        for companion in companions:
            await companion.start()
        try:
            yield
        finally:
            for companion in reversed(companions):
                await companion.stop()
            await services.database.close()

    app = Starlette(routes=[*_routes(), *more_routes], lifespan=life)
    app.state.services = services
    return app


def _routes() -> list[BaseRoute]:
    return [
        Mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static"),
        *uploads.routes,
        *downloads.routes,
        *sockets.routes,
    ]
