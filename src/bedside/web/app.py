"""The web application: routes, protection around them, and the life of the process."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bedside.edge import downloads, errors, uploads, watching
from bedside.edge.at_once import AtOnce
from bedside.edge.body_limits import SmallBodies
from bedside.edge.languages import Spoken
from bedside.edge.open_pages import OpenPages
from bedside.edge.protection import Buckets, RateLimits, SameOrigin, SecurityHeaders, WellFormed
from bedside.edge.rendering import STATIC
from bedside.edge.watching import Watched
from bedside.services import Services
from bedside.web.account import alerts as account_alerts
from bedside.web.account import staff as account
from bedside.web.audit import staff as audit
from bedside.web.calls import everyone as calls
from bedside.web.calls import guest
from bedside.web.calls import staff as call_window
from bedside.web.charts import entry as chart_entry
from bedside.web.charts import staff as chart
from bedside.web.chat import everyone as chat
from bedside.web.console import find, home, styleguide
from bedside.web.file_transfer import everyone as live_transfers
from bedside.web.file_transfer import photo_capture
from bedside.web.inbox import staff as inbox
from bedside.web.invitations import staff as invite
from bedside.web.links import patient as links
from bedside.web.live import sockets
from bedside.web.notes import staff as notes
from bedside.web.outbox import hooks
from bedside.web.outbox import staff as outbox
from bedside.web.patients import card, visit_card
from bedside.web.patients import staff as patients
from bedside.web.photo_requests import patient as photo_request
from bedside.web.requests import staff as staff_requests
from bedside.web.rooms import queue as room_queue
from bedside.web.rooms import staff as rooms
from bedside.web.rooms import transfer as patient_transfer
from bedside.web.settings import health
from bedside.web.settings import rooms as room_settings
from bedside.web.settings import staff as settings_pages
from bedside.web.settings import visits as visit_settings
from bedside.web.sign_in import password as sign_in
from bedside.web.sign_in import second_factors, set_up
from bedside.web.visits import door as room
from bedside.web.visits import identify
from bedside.web.visits import patient as visit
from bedside.web.visits import records as visit_records
from bedside.web.whiteboard import everyone as whiteboard


class Companion(Protocol):
    """Something that lives as long as the web process, such as the worker."""

    async def start(self) -> None:
        """Start; the database is open."""
        ...

    async def stop(self) -> None:
        """Stop; the database closes next."""
        ...


def create_app(
    services: Services,
    companions: Sequence[Companion] = (),
    more_routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """Create the ASGI application. It opens the database when it starts, then its companions.

    `more_routes` are those of the API, which is beside the pages and not below them; they come
    first, because they are requested most.
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
