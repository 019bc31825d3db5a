"""Settings → Chat → Canned replies: words that staff insert into messages (feature C4)."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.conversations.canned import LONGEST, Canned
from bedside.conversations.canned_fields import CANNED
from bedside.edge.context import services_of
from bedside.edge.flash import redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.errors import WrongInput
from bedside.kernel.language import gettext as _
from bedside.people.permissions import ClinicAccess
from bedside.web.settings.staff import SAVED, administrator

_HERE = "/settings/chat/replies"
_NEW = "new"


async def page(request: Request) -> Response:
    """GET /settings/chat/replies."""
    return await _page(request, await administrator(request))


async def add(request: Request) -> Response:
    """POST /settings/chat/replies: a new reply. Fields: name, words, topic."""
    access = await administrator(request)
    given = await form_of(request)
    try:
        await services_of(request).conversations.canned.add(access, _reply(given))
    except WrongInput as error:
        return await _page(request, access, _NEW, given, error)
    return redirect(_HERE, SAVED)


async def change(request: Request) -> Response:
    """POST /settings/chat/replies/{reply_id}: save a reply; `do` moves it up or down, or retires
    it. Fields: name, words, topic, do."""
    access = await administrator(request)
    given, reply_id = await form_of(request), request.path_params["reply_id"]
    canned, do = services_of(request).conversations.canned, given.line("do")
    if do == "retire":
        await canned.retire(access, reply_id)
    elif do in ("up", "down"):
        await canned.move(access, reply_id, up=do == "up")
    else:
        try:
            await canned.change(access, reply_id, _reply(given))
        except WrongInput as error:
            return await _page(request, access, reply_id, given, error)
    return redirect(_HERE, SAVED)


def _reply(given: Form) -> Canned:
    return Canned(given["name"], given["words"], given.line("topic"))


async def _page(
    request: Request,
    access: ClinicAccess,
    refused: str = "",
    given: Form | None = None,
    error: WrongInput | None = None,
) -> Response:
    """Show the page; what was refused stays typed where it was."""
    services = services_of(request)
    typed = {"new": Canned("", "")}
    kept = await services.conversations.canned.in_use(access.clinic_id)
    typed |= {one.id: Canned(one.reply.name, one.readable, one.reply.topic_id) for one in kept}
    if given is not None:
        typed[refused] = _reply(given)
    topics = await services.conversations.topics.offered(access.clinic_id)
    return render(
        request,
        "settings/canned.html",
        status=422 if error else 200,
        ids=[one.id for one in kept],
        typed=typed,
        refused=refused,
        error=error,
        topics=[("", _("Every topic")), *((one.id, one.name) for one in topics)],
        fields=[f"[[{_(name)}]]" for name in CANNED.names.values()],
        longest=LONGEST,
        tab="chat",
    )


routes = [
    staff_route(_HERE, page, methods=["GET"]),
    staff_route(_HERE, add, methods=["POST"]),
    staff_route(f"{_HERE}/{{reply_id}}", change, methods=["POST"]),
]
