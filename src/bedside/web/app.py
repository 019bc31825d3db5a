"""The web application: routes, protection around them, and the life of the process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bedside.services import Services
from bedside.web.rendering import STATIC


def create_app(services: Services) -> Starlette:
    """The ASGI application. It opens the database when it starts."""

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncGenerator[None]:
        await services.database.open()
        try:
            yield
        finally:
            await services.database.close()

    app = Starlette(routes=_routes(), lifespan=life)
    app.state.services = services
    return app


def _routes() -> list[BaseRoute]:
    return [
        Mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static"),
    ]
