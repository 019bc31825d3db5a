"""The web application: routes, protection around them, and the life of the process."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from bedside.edge import errors, watching
from bedside.edge.at_once import AtOnce
from bedside.edge.body_limits import SmallBodies
from bedside.edge.feature import Features
from bedside.edge.languages import Spoken
from bedside.edge.open_pages import OpenPages
from bedside.edge.protection import Buckets, RateLimits, SameOrigin, SecurityHeaders, WellFormed
from bedside.edge.rail import Rail
from bedside.edge.rendering import STATIC
from bedside.edge.static_files import CompressedFiles
from bedside.edge.together import Together
from bedside.edge.watching import Watched
from bedside.services import Services
from bedside.web.account import feature as account
from bedside.web.appointments import feature as appointments
from bedside.web.audit import feature as audit
from bedside.web.calls import feature as calls
from bedside.web.charts import feature as charts
from bedside.web.chat import feature as chat
from bedside.web.colleagues import feature as colleagues
from bedside.web.console import feature as console
from bedside.web.contact import feature as contact
from bedside.web.file_picker import feature as file_picker
from bedside.web.file_transfer import feature as file_transfer
from bedside.web.forms import feature as forms
from bedside.web.inbox import feature as inbox
from bedside.web.invitations import feature as invitations
from bedside.web.joining import feature as joining
from bedside.web.languages import feature as languages
from bedside.web.letters import feature as letters
from bedside.web.links import feature as links
from bedside.web.live import feature as live
from bedside.web.notes import feature as notes
from bedside.web.outbox import feature as outbox
from bedside.web.patient_app import feature as patient_app
from bedside.web.patients import feature as patients
from bedside.web.photo_requests import feature as photo_requests
from bedside.web.proxies import feature as proxies
from bedside.web.requests import feature as requests
from bedside.web.rooms import feature as rooms
from bedside.web.sending import feature as sending
from bedside.web.settings import feature as settings
from bedside.web.sharing import feature as sharing
from bedside.web.sign_in import feature as sign_in
from bedside.web.sign_in.set_up import announce
from bedside.web.summaries import feature as summaries
from bedside.web.telephone import feature as telephone
from bedside.web.visits import feature as visits
from bedside.web.whiteboard import feature as whiteboard

FEATURES = (
    rooms.feature,
    inbox.feature,
    patients.feature,
    joining.feature,
    patient_app.feature,
    appointments.feature,
    chat.feature,
    contact.feature,
    requests.feature,
    outbox.feature,
    audit.feature,
    settings.feature,
    charts.feature,
    photo_requests.feature,
    links.feature,
    invitations.feature,
    proxies.feature,
    summaries.feature,
    sharing.feature,
    sending.feature,
    forms.feature,
    letters.feature,
    visits.feature,
    telephone.feature,
    calls.feature,
    file_transfer.feature,
    file_picker.feature,
    notes.feature,
    whiteboard.feature,
    account.feature,
    colleagues.feature,
    sign_in.feature,
    languages.feature,
    console.feature,
    live.feature,
)
"""Every feature of the web, the only list of them, in the order of their sections in the rail."""

_STATIC = Mount("/static", CompressedFiles(directory=STATIC, check_dir=False), name="static")


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
        await services.audit.bindings.ensure()
        await announce(services)
        for companion in companions:
            await companion.start()
        try:
            yield
        finally:
            for companion in reversed(companions):
                await companion.stop()
            await services.database.close()

    settings = services.settings
    features = Features(FEATURES)
    app = Starlette(
        routes=[*more_routes, _STATIC, *watching.routes, *features.routes],
        lifespan=life,
        exception_handlers=errors.HANDLERS,
        middleware=[
            Middleware(Watched),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(WellFormed),
            Middleware(Spoken, settings=settings),
            Middleware(errors.Caught),
            Middleware(AtOnce, settings=settings),
            Middleware(RateLimits, settings=settings),
            Middleware(SameOrigin, settings=settings),
            Middleware(SmallBodies),
        ],
    )
    app.router.redirect_slashes = False  # `errors.on_http` does it, without naming a host
    app.state.services = services
    app.state.features = features
    app.state.buckets = Buckets()
    app.state.open_pages = OpenPages()
    app.state.together = Together()
    app.state.rail = _rail(services, features)
    return app


def _rail(services: Services, features: Features) -> Rail:
    """Make what pushes the numbers of the rail, and register its kind of topic."""
    rail = Rail(
        services.realtime.bus,
        partial(features.waiting, services),
        services.people.reach.view_of,
    )
    services.realtime.topics.replace(rail.topic())  # tests make the same services two applications
    return rail
