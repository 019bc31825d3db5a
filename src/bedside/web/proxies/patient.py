"""“People with access” in the app: who sees what, letting somebody in, and ending it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bedside.accounts.access import today
from bedside.accounts.changes import BEFORE
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
from bedside.kernel import clock, written
from bedside.kernel.ids import prefix_of
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import NotShared, PatientAccess
from bedside.people.record_parts import Part
from bedside.services import Services
from bedside.web.proxies.hiding import hidden_in_words
from bedside.web.proxies.words import LEVELS, RELATIONS, categories, levels

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
    sections = [
        _(one.label)
        for one in features_of(request).app_sections
        if one.part is None or one.part in theirs.parts
    ]
    return render(
        request,
        "proxies/preview.html",
        proxy=proxy,
        parts=await _seen(request, theirs),
        sections=sections,
        here=page_in_app(page.side.patient_id, "/hide"),
        level=_(LEVELS[proxy.level]) if proxy.level else "",
        unseen=categories(proxy.unseen),
    )


_MOST = 30
_KINDS_AT_HOME = ("ent", "cnv", "req", "frm", "sum")
"""Prefixes of items on the first page that can be hidden."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that a proxy sees; `hides` says that the patient can hide it."""

    id: str
    title: str
    detail: str
    icon: str
    at: int
    hides: bool = True


async def _seen(request: Request, theirs: PatientAccess) -> list[tuple[str, list[Seen]]]:
    """Return what a proxy sees, part by part, read with the permission that the proxy has."""
    services = services_of(request)
    items: list[AppItem] = []
    for find in features_of(request).app_items:
        items += await find(services, theirs)
    items.sort(key=lambda item: item.at, reverse=True)
    first = [
        Seen(one.id, one.title, one.detail, one.icon, one.at, prefix_of(one.id) in _KINDS_AT_HOME)
        for one in items[:_MOST]
    ]
    parts = [(_("Home"), first)]
    if Part.CHAT in theirs.parts:
        parts.append((_("Messages"), await _messages_seen(services, theirs)))
    if Part.FILES in theirs.parts:
        files = await services.charts.patient_side.entries(theirs, limit=_MOST)
        shown = [Seen(one.id, one.name, "", "file-text", one.received_at) for one in files]
        parts.append((_("Files"), shown))
    return parts


async def _messages_seen(services: Services, theirs: PatientAccess) -> list[Seen]:
    chats = services.conversations
    lines = await chats.lists.of_patient(theirs, limit=_MOST)
    names = {one.id: one.name for one in await chats.topics.all(theirs.clinic_id)}
    visits = [one.visit for one in await chats.visit_archive.listed(theirs)]
    return [
        *(
            Seen(
                one.id,
                names.get(one.topic_id, _("Conversation")),
                "",
                "message-circle",
                one.last_at,
            )
            for one in (line.conversation for line in lines)
        ),
        *(Seen(one.id, one.room_name, "", "video", one.checked_in_at) for one in visits),
    ]


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


def described(proxies: Sequence[Proxy]) -> list[tuple[Proxy, str, str, list[str]]]:
    """Return proxies with their relation, level, and the categories of files that they do not see,
    in words."""
    return [
        (
            one,
            _(RELATIONS[one.relation]),
            _(LEVELS[one.level]) if one.level else "",
            categories(one.unseen) if one.level else [],
        )
        for one in proxies
    ]


async def app_items(services: Services, side: PatientAccess) -> list[AppItem]:
    """Return what changes within 30 days, for the first page of the app."""
    proxies = services.accounts.proxies
    mine = await proxies.own(side) if side.viewer else None
    found = [mine] if mine else [] if side.is_proxy else await proxies.of_patient(side)
    clinic = await services.people.clinics.get(side.clinic_id)
    zone = clinic.options.time_zone
    return [
        AppItem(
            id=one.id,
            title=_("What you see changes") if side.viewer else _("What somebody sees changes"),
            detail=_("%(name)s, on %(day)s")
            % {"name": one.name, "day": written.day(one.change.on)},
            icon="users",
            href=page_in_app(side.patient_id, f"/people#{one.id}"),
            at=clock.end_of(one.change.on - BEFORE, zone),
        )
        for one in found
        if one.name and one.change and one.change.on - BEFORE <= today(zone)
    ]


async def _page(request: Request, page: AppPage, error: BedsideError | None = None) -> Response:
    services = services_of(request)
    own, proxies = not page.side.is_proxy, services.accounts.proxies
    found = await proxies.of_patient(page.side) if own else []
    await services.accounts.changes.seen(page.side)
    field = error.field if isinstance(error, WrongInput) and error.field else "relation"
    return render(
        request,
        "proxies/people.html",
        status=error.status if error else 200,
        own=own,
        hidden=await hidden_in_words(services, page.side) if own else [],
        hide=page_in_app(page.side.patient_id, "/hide"),
        mine=await proxies.own(page.side),
        level_words=dict(levels()),
        categories=categories,
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
