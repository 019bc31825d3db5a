"""Hiding one item from people with access, in the app: a file, a conversation, a message, a
request, a summary."""

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from bedside.accounts.proxies import Proxy
from bedside.edge.accounts import page_in_app
from bedside.edge.app_shell import app_page
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.edge.signed_in import APP
from bedside.errors import NotFound
from bedside.kernel.ids import prefix_of
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.hidden import ALL, Hidden
from bedside.people.permissions import NotShared, PatientAccess
from bedside.services import Services
from bedside.web.proxies.words import RELATIONS, categories

SAVED = flash_message("item_hidden", N_("Saved. Everybody sees what you have chosen from now on."))
_EVERYBODY = "all"
_SHORT = 60
_PAGES = {"ent": "/files", "cnv": "/chat", "vis": "/chat/visits"}
"""Where items have pages of their own in the app, by the prefixes of their ids."""


async def hide_page(request: Request) -> Response:
    """GET /app/{patient_id}/hide/{item_id}: who does not see one item."""
    page = await app_page(request, "people")
    services, item_id = services_of(request), request.path_params["item_id"]
    if page.side.is_proxy:
        raise NotShared
    title, parts = await item_in_words(services, page.side, item_id)
    hidden = await services.people.hidden.of_item(page.side, item_id)
    proxies = await _proxies(services, page.side)
    return render(
        request,
        "proxies/hide.html",
        title=title,
        parts=parts,
        hidden=hidden,
        choices=[
            (_EVERYBODY, _("Everybody with access, also people whom you let in later")),
            *((one.id, f"{one.name}, {_(RELATIONS[one.relation])}") for one in proxies),
        ],
        chosen=[viewer or _EVERYBODY for viewer in hidden.viewers | _by_category(hidden, proxies)],
        kept=categories(hidden.categories) if _kept(hidden, proxies) else [],
        here=page_in_app(page.side.patient_id, "/hide"),
        item_id=item_id,
        back=address_of_item(page.side, item_id),
    )


async def hide(request: Request) -> Response:
    """POST /app/{patient_id}/hide/{item_id}: choose who does not see it. Field: from, once for
    each. Idempotent."""
    page = await app_page(request, "people")
    services, item_id = services_of(request), request.path_params["item_id"]
    chosen = (await form_of(request)).all("from")
    proxies = await _proxies(services, page.side)
    known = {one.id for one in proxies}
    viewers = {ALL} if _EVERYBODY in chosen else known & set(chosen)
    kept = _kept(await services.people.hidden.of_item(page.side, item_id), proxies)
    shown = set[str]() if ALL in viewers else kept - viewers
    await services.people.hidden.hide(page.side, item_id, viewers, shown)
    return redirect(address_of_item(page.side, item_id), SAVED)


async def _proxies(services: Services, side: PatientAccess) -> list[Proxy]:
    """Return those who have access, also in the future. Raises NotShared."""
    return [one for one in await services.accounts.proxies.of_patient(side) if one.name]


def _kept(hidden: Hidden, proxies: list[Proxy]) -> set[str]:
    """Return those to whom the clinic does not show an item of its category."""
    return {one.id for one in proxies if hidden.categories & one.unseen}


def _by_category(hidden: Hidden, proxies: list[Proxy]) -> set[str]:
    """Return those of them who were not shown it all the same."""
    return set() if hidden.shown_by_staff else _kept(hidden, proxies) - hidden.shown


async def hidden_in_words(services: Services, side: PatientAccess) -> list[tuple[str, str]]:
    """Return the ids and names of what is hidden from anybody, without what is gone by now."""
    found: list[tuple[str, str]] = []
    for item_id in await services.people.hidden.listed(side):
        with suppress(NotFound):
            found.append((item_id, (await item_in_words(services, side, item_id))[0]))
    return found


async def item_in_words(
    services: Services, side: PatientAccess, item_id: str
) -> tuple[str, list[tuple[str, str]]]:
    """Return what an item is, and the ids and names of what can be hidden within it. Raises
    NotFound."""
    match prefix_of(item_id):
        case "ent":
            return (await services.charts.patient_side.entry(side, item_id)).name, []
        case "cnv":
            conversation = await services.conversations.all.page(side, item_id)
            topics = await services.conversations.topics.all(side.clinic_id)
            names = {one.id: one.name for one in topics}
            parts = [(one.id, one.text[:_SHORT]) for one in conversation.messages if one.text]
            return names.get(conversation.conversation.topic_id, _("Conversation")), parts
        case "vis":
            visits = await services.conversations.visit_archive.listed(side)
            rooms = [one.visit.room_name for one in visits if one.visit.id == item_id]
            if rooms:
                return rooms[0], []
        case "msg":
            found = await services.conversations.all.message(side, item_id)
            return found.text[:_SHORT], []
        case _:
            pass
    for asked in await services.requests.in_app.of(side):
        if asked.request.id == item_id:
            return _(asked.kind.name), []
    raise NotFound


def address_of_item(side: PatientAccess, item_id: str) -> str:
    """Return the page to go back to."""
    path = _PAGES.get(prefix_of(item_id))
    return page_in_app(side.patient_id, f"{path}/{item_id}" if path else "/people")


_HIDE = APP + "/{patient_id}/hide/{item_id}"

routes = [
    app_route(_HIDE, hide_page, methods=["GET"]),
    app_route(_HIDE, hide, methods=["POST"]),
]
