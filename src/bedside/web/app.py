"""The web application: routes, protection around them, and the life of the process."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bedside.services import Services
from bedside.web import downloads, errors, sockets, uploads, watching
from bedside.web.at_once import AtOnce
from bedside.web.body_limits import SmallBodies
from bedside.web.languages import Spoken
from bedside.web.open_pages import OpenPages
from bedside.web.pages import (
    account,
    account_alerts,
    audit,
    call_window,
    calls,
    card,
    chart,
    chart_entry,
    find,
    guest,
    health,
    home,
    hooks,
    identify,
    inbox,
    invite,
    links,
    live_transfers,
    outbox,
    patient_transfer,
    patients,
    photo_request,
    room,
    room_queue,
    room_settings,
    rooms,
    second_factors,
    set_up,
    sign_in,
    staff_requests,
    styleguide,
    visit,
    visit_card,
    visit_records,
    visit_settings,
)
from bedside.web.pages import settings as settings_pages
from bedside.web.pages.apps import chat, notes, photo_capture, whiteboard
from bedside.web.protection import Buckets, RateLimits, SameOrigin, SecurityHeaders, WellFormed
from bedside.web.rendering import STATIC
from bedside.web.watching import Watched


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

    `more_routes` are those of the API, which is beside the pages and not below them; they come
    first, for they are asked most often.
    """

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncGenerator[None]:
        await services.database.open()
        await services.bindings.ensure()
        await set_up.announce(services)
        for companion in companions:
            await companion.start()
        try:
            yield
        finally:
            for companion in reversed(companions):
                await companion.stop()
            await services.database.close()

    settings = services.settings
    app = Starlette(
        routes=[*more_routes, *_routes()],
        lifespan=life,
        exception_handlers=errors.HANDLERS,
        middleware=[
            Middleware(Watched),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(WellFormed),
            Middleware(Spoken),
            Middleware(errors.Caught),
            Middleware(AtOnce, settings=settings),
            Middleware(RateLimits, settings=settings),
            Middleware(SameOrigin, settings=settings),
            Middleware(SmallBodies),
        ],
    )
    app.router.redirect_slashes = False  # `errors.on_http` does it, without naming a host
    app.state.services = services
    app.state.buckets = Buckets()
    app.state.open_pages = OpenPages()
    return app


def _routes() -> list[BaseRoute]:
    return [
        Mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static"),
        *watching.routes,
        *set_up.routes,
        *settings_pages.routes,
        *health.routes,
        *visit_settings.routes,
        *room_settings.routes,
        *rooms.routes,
        *room_queue.routes,
        *visit_card.routes,
        *identify.routes,
        *visit_records.routes,
        *patient_transfer.routes,
        *live_transfers.routes,
        *chat.routes,
        *photo_capture.routes,
        *notes.routes,
        *whiteboard.routes,
        *sign_in.routes,
        *account.routes,
        *account_alerts.routes,
        *home.routes,
        *inbox.routes,
        *patients.routes,
        *card.routes,
        *find.routes,
        *audit.routes,
        *second_factors.routes,
        *chart.routes,
        *chart_entry.routes,
        *staff_requests.routes,
        *outbox.routes,
        *calls.routes,
        *call_window.routes,
        *guest.routes,
        *links.routes,
        *invite.routes,
        *hooks.routes,
        *photo_request.routes,
        *room.routes,
        *visit.routes,
        *styleguide.routes,
        *uploads.routes,
        *downloads.routes,
        *sockets.routes,
    ]
