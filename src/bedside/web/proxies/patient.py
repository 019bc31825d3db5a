"""“People with access” in the app: who sees what, letting somebody in, and ending it."""

from collections.abc import Collection, Sequence

from starlette.requests import Request
from starlette.responses import Response

from bedside.accounts.levels import Level, Relation
from bedside.accounts.proxies import Proxy
from bedside.edge.accounts import account_of, page_in_app
from bedside.edge.app_shell import AppPage, app_page
from bedside.edge.context import services_of
from bedside.edge.feature import AppItem, features_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.handing_over import link_to_hand_over
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.edge.signed_in import APP
from bedside.errors import BedsideError, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import NotShared
from bedside.web.proxies.words import LEVELS, RELATIONS, levels

ENDED = flash_message("proxy_ended", N_("The access has ended."))
CHANGED = flash_message("proxy_changed", N_("The change is saved."))
GIVEN_UP = flash_message("proxy_given_up", N_("You have no access to this record any more."))


async def people(request: Request) -> Response:
    """GET /app/{patient_id}/people: who has access, and the form to let somebody in."""
    return await _page(request, await app_page(request, "people"))


async def invite(request: Request) -> Response:
    """POST /app/{patient_id}/people: make the link, which is shown once."""
    page = await app_page(request, "people")
    form = await form_of(request)
    try:
        relation, level = chosen(form, (Relation.CARER,))
        grant_id, secret = await services_of(request).accounts.proxies.invite(
            page.side, relation, level
        )
    except NotShared:
        raise
    except BedsideError as error:
        return await _page(request, page, error)
    address, picture = link_to_hand_over(request, secret)
    return render(request, "proxies/invited.html", link=address, picture=picture, grant_id=grant_id)


async def change(request: Request) -> Response:
    """POST /app/{patient_id}/people/{grant_id}: end, renew, or show more or less."""
    page = await app_page(request, "people")
    form, proxies = await form_of(request), services_of(request).accounts.proxies
    grant_id, here = request.path_params["grant_id"], page_in_app(page.side.patient_id, "/people")
    what = form.line("do")
    if what == "end":
        await proxies.end(page.side, grant_id)
        return redirect(here, ENDED)
    if what == "renew":
        await proxies.renew(page.side, grant_id)
    elif what in set(Level):
        await proxies.change(page.side, grant_id, Level(what))
    else:
        raise WrongInput
    return redirect(here, CHANGED)


async def preview(request: Request) -> Response:
    """GET /app/{patient_id}/people/{grant_id}/preview: the first page as this person sees it."""
    page = await app_page(request, "people")
    services = services_of(request)
    proxy, theirs = await services.accounts.proxies.seen_by(
        page.side, request.path_params["grant_id"]
    )
    items: list[AppItem] = []
    for find in features_of(request).app_items:
        items += await find(services, theirs)
    sections = [
        _(one.label)
        for one in features_of(request).app_sections
        if one.part is None or one.part in theirs.parts
    ]
    return render(
        request,
        "proxies/preview.html",
        proxy=proxy,
        items=sorted(items, key=lambda item: item.at, reverse=True)[:_MOST],
        sections=sections,
        level=_(LEVELS[proxy.level]) if proxy.level else "",
    )


_MOST = 30


async def give_up(request: Request) -> Response:
    """POST /app/{patient_id}/give-up: end one's own access to somebody else's record."""
    account = await account_of(request)
    patient_id = request.path_params["patient_id"]
    await services_of(request).accounts.proxies.give_up(account, patient_id)
    return redirect(APP, GIVEN_UP)


def chosen(form: Form, offered: Collection[Relation] = tuple(Relation)) -> tuple[Relation, Level]:
    """Return what was chosen in the form of an invitation, of the relations that it offers. Raises
    WrongInput."""
    relation, level = form.line("relation"), form.line("level")
    if relation not in offered:
        raise WrongInput(N_("Choose who it is."), field="relation")
    if level not in set(Level):
        raise WrongInput(N_("Choose what they may see."), field="level")
    return Relation(relation), Level(level)


def described(proxies: Sequence[Proxy]) -> list[tuple[Proxy, str, str]]:
    """Return proxies with their relation and level in words."""
    return [
        (one, _(RELATIONS[one.relation]), _(LEVELS[one.level]) if one.level else "")
        for one in proxies
    ]


async def _page(request: Request, page: AppPage, error: BedsideError | None = None) -> Response:
    services = services_of(request)
    own = not page.side.is_proxy
    found = await services.accounts.proxies.of_patient(page.side) if own else []
    field = error.field if isinstance(error, WrongInput) and error.field else "relation"
    return render(
        request,
        "proxies/people.html",
        status=error.status if error else 200,
        own=own,
        proxies=described(found),
        levels=levels(),
        here=page_in_app(page.side.patient_id, "/people"),
        give_up=page_in_app(page.side.patient_id, "/give-up"),
        errors={field: _(error.sentence)} if error else {},
    )


_PEOPLE = APP + "/{patient_id}/people"

routes = [
    app_route(_PEOPLE, people, methods=["GET"]),
    app_route(_PEOPLE, invite, methods=["POST"]),
    app_route(_PEOPLE + "/{grant_id}", change, methods=["POST"]),
    app_route(_PEOPLE + "/{grant_id}/preview", preview, methods=["GET"]),
    app_route(APP + "/{patient_id}/give-up", give_up, methods=["POST"]),
]
