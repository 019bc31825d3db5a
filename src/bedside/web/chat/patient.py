"""Conversations with the clinic in the patient's app (features C1, C3, C6, C7): the list, a new
one, and one to read and answer. Everything works without script."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.conversations.options import office_hours
from bedside.conversations.states import Receipt
from bedside.conversations.topics import Topic
from bedside.conversations.writing import LONGEST, Text
from bedside.edge.accounts import page_in_app, patient_side_of
from bedside.edge.app_shell import AppPage, app_page, part_of_app_page
from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.feature import AppItem
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.protection import WRITING, require_rate
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.edge.signed_in import APP
from bedside.errors import BedsideError, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import PatientAccess
from bedside.people.record_parts import Part
from bedside.services import Services
from bedside.web.chat.answers import led_to
from bedside.web.chat.files import TO_CORRECT, again, attaching, named, written
from bedside.web.chat.staff import words
from bedside.web.chat.thread import names_of, thread_of, typing_words

SENT = flash_message("app_chat_sent", N_("The clinic has your message."))
CONFIRMED = flash_message("app_chat_confirmed", N_("The clinic sees that you have read it."))
_TOO_FAST = N_(
    "You have written many messages in a short time. Please wait a moment. What you have written "
    "is kept."
)


async def listing(request: Request) -> Response:
    """GET /app/{patient_id}/chat: the conversations, the newest first."""
    page = await app_page(request, "chat")
    lines = await services_of(request).conversations.lists.of_patient(page.side)
    topics = await _topics(services_of(request), page.side)
    return render(
        request,
        "chat/app_list.html",
        lines=lines,
        talks=await services_of(request).conversations.visit_archive.listed(page.side),
        topics={one.id: one.name for one in topics},
        base=_base(page.side),
    )


async def search(request: Request) -> Response:
    """POST /app/{patient_id}/chat/search: one's messages with some words, which are posted so that
    no address has them. Field: words."""
    page = await app_page(request, "chat")
    typed = (await form_of(request)).line("words")[:200]
    found = await services_of(request).conversations.search.of_patient(page.side, typed)
    base = _base(page.side)
    in_visits = await services_of(request).conversations.visit_archive.search(page.side, typed)
    return render(
        request,
        "chat/app_found.html",
        found=found,
        in_visits=in_visits,
        typed=typed,
        base=base,
    )


async def new(request: Request) -> Response:
    """GET /app/{patient_id}/chat/new?quotes=: a topic, and the first message."""
    page = await app_page(request, "chat")
    return await _new_page(request, page, quotes=request.query_params.get("quotes", ""))


async def _new_page(
    request: Request,
    page: AppPage,
    *,
    quotes: str = "",
    topic: str = "",
    error: BedsideError | None = None,
    form: Form | None = None,
) -> Response:
    services = services_of(request)
    draft_id, draft_files = await again(services, page.side, form)
    quoted = ""
    if quotes:
        newest = await services.conversations.all.page(page.side, quotes)
        quoted = newest.messages[-1].text if newest.messages else ""
    topics = [one for one in await _topics(services, page.side) if not one.retired]
    return render(
        request,
        "chat/app_new.html",
        status=error.status if error else 200,
        topics=[(one.id, one.name, _promise(page, one)) for one in topics],
        topic=topic,
        quotes=quotes,
        quoted=quoted,
        draft_id=draft_id,
        attach=await attaching(services, page.side, draft_files),
        words=words(),
        error=_(error.sentence) if error else "",
        typed=form["body"] if form else "",
        longest=LONGEST,
        base=_base(page.side),
    )


def _promise(page: AppPage, topic: Topic) -> int:
    """Return by when an answer to something written now is promised; 0 for no promise."""
    return office_hours(page.clinic).due(clock.now(), topic.minutes) if topic.minutes else 0


async def start(request: Request) -> Response:
    """POST /app/{patient_id}/chat: begin a conversation. Fields: body, topic, quotes, draft_id
    (made by the page), files (of the draft), entries (of the chart). Idempotent."""
    page = await app_page(request, "chat")
    form, refused = await written(request, page.side)
    services, topic = services_of(request), form.line("topic")
    files, entries = named(form)
    try:
        if refused:
            raise refused
        require_rate(request, WRITING, page.side.account.account_id, _TOO_FAST)
        offered = {one.id for one in await services.conversations.topics.offered(page.clinic.id)}
        if offered and topic not in offered:
            raise WrongInput(N_("Please choose what it is about."), field="topic")
        conversation_id = await services.conversations.all.start(
            page.side,
            Text(form["body"], entries, files=files),
            form.line("draft_id"),
            topic_id=topic if topic in offered else "",
            quotes_id=form.line("quotes"),
        )
    except TO_CORRECT as error:
        if wants_json(request):
            raise
        return await _new_page(
            request,
            page,
            quotes=form.line("quotes"),
            topic=topic,
            error=error,
            form=form,
        )
    return led_to(request, f"{_base(page.side)}/{conversation_id}", SENT)


async def one(request: Request) -> Response:
    """GET /app/{patient_id}/chat/{conversation_id}?before=: the messages, and a field to write.
    Opening it marks as read what it shows."""
    page = await app_page(request, "chat")
    return await _one_page(request, page)


async def _one_page(
    request: Request,
    page: AppPage,
    *,
    error: BedsideError | None = None,
    form: Form | None = None,
) -> Response:
    shown = await _thread(request, page.side)
    conversation = shown["conversation"]
    services = services_of(request)
    if shown["unread"] and not shown["page"].later:
        await services.conversations.all.receipt(
            page.side, conversation.id, shown["last"], Receipt.READ
        )
    topics = {one.id: one.name for one in await _topics(services, page.side)}
    draft_id, draft_files = await again(services, page.side, form)
    return render(
        request,
        "chat/app_one.html",
        status=error.status if error else 200,
        **shown,
        topic=topics.get(conversation.topic_id, ""),
        draft_id=draft_id,
        attach=await attaching(services, page.side, draft_files),
        error=_(error.sentence) if error else "",
        typed=form["body"] if form else "",
        longest=LONGEST,
        words={**words(), **typing_words(shown["other"], for_staff=False)},
        live=page_in_app(page.side.patient_id, "/live"),
        all_of_them=_base(page.side),
        confirmed=_is_confirmed(shown, page.side.account.account_id),
    )


def _is_confirmed(shown: dict[str, Any], account_id: str) -> bool:
    seen = [one for row in shown["rows"][-1:] for one in row["message"].seen]
    return any(one.what == Receipt.CONFIRMED and one.person_id == account_id for one in seen)


async def messages(request: Request) -> Response:
    """GET /app/{patient_id}/chat/{conversation_id}/list: the messages alone, for live updates."""
    page = await part_of_app_page(request)
    return render(request, "chat/thread.html", **await _thread(request, page.side))


async def _thread(request: Request, side: PatientAccess) -> dict[str, Any]:
    services = services_of(request)
    before = request.query_params.get("before", "")
    page = await services.conversations.all.page(
        side,
        request.path_params["conversation_id"],
        int(before) if before.isdecimal() and len(before) < 10 else 0,
    )
    patient, _born = await services.people.patients.known_as(side.clinic_id, side.patient_id)
    names = await names_of(services, side, page, patient)
    clinic = await services.people.clinics.get(side.clinic_id)
    files = await services.conversations.files.of(side, page.messages)
    return {
        **thread_of(side, page, names, clinic.options.time_zone, files),
        "files_base": page_in_app(side.patient_id, "/files"),
        "conversation": page.conversation,
        "base": f"{_base(side)}/{page.conversation.id}",
        "other": clinic.name,
        "for_staff": False,
    }


async def say(request: Request) -> Response:
    """POST /app/{patient_id}/chat/{conversation_id}: a message. Fields: body, draft_id (made by the
    page), files (of the draft), entries (of the chart). What is refused stays in the field."""
    side = await patient_side_of(request)
    form, refused = await written(request, side)
    files, entries = named(form)
    text = Text(form["body"], entries, files=files)
    conversation_id = request.path_params["conversation_id"]
    try:
        if refused:
            raise refused
        require_rate(request, WRITING, side.account.account_id, _TOO_FAST)
        message_id = await services_of(request).conversations.all.say(
            side, conversation_id, text, form.line("draft_id")
        )
    except TO_CORRECT as error:
        if wants_json(request):
            raise
        page = await app_page(request, "chat")
        return await _one_page(request, page, error=error, form=form)
    if wants_json(request):
        return JSONResponse({"message_id": message_id})
    return redirect(f"{_base(side)}/{conversation_id}")


async def read(request: Request) -> Response:
    """POST /app/{patient_id}/chat/{conversation_id}/read: everything up to a number was delivered,
    read, or confirmed by pressing. Fields: up_to, what."""
    side = await patient_side_of(request)
    form = await form_of(request)
    wanted = form.line("what")
    what = Receipt(wanted) if wanted in list(Receipt) else Receipt.READ
    conversation_id = request.path_params["conversation_id"]
    await services_of(request).conversations.all.receipt(
        side, conversation_id, form.number("up_to") or 0, what
    )
    if what is Receipt.CONFIRMED and not wants_json(request):
        return redirect(f"{_base(side)}/{conversation_id}", CONFIRMED)
    return Response(status_code=204)


async def app_items(services: Services, side: PatientAccess) -> list[AppItem]:
    """Return the conversations for the first page of the app."""
    if Part.CHAT not in side.parts:
        return []
    lines = await services.conversations.lists.of_patient(side, limit=10)
    return [
        AppItem(
            id=line.conversation.id,
            title=_("Message from the clinic") if line.unread else _("Conversation"),
            detail="",
            icon="message-circle",
            href=f"{_base(side)}/{line.conversation.id}",
            at=line.conversation.last_at,
            asks=line.unread > 0,
            new=line.unread > 0,
        )
        for line in lines
    ]


def _base(side: PatientAccess) -> str:
    return page_in_app(side.patient_id, "/chat")


async def _topics(services: Services, side: PatientAccess) -> list[Topic]:
    return await services.conversations.topics.all(side.clinic_id)


_CHAT = APP + "/{patient_id}/chat"
routes = [
    app_route(_CHAT, listing, methods=["GET"]),
    app_route(_CHAT, start, methods=["POST"]),
    app_route(f"{_CHAT}/new", new, methods=["GET"]),
    app_route(f"{_CHAT}/search", search, methods=["POST"]),
    app_route(_CHAT + "/{conversation_id}", one, methods=["GET"]),
    app_route(_CHAT + "/{conversation_id}", say, methods=["POST"]),
    app_route(_CHAT + "/{conversation_id}/list", messages, methods=["GET"]),
    app_route(_CHAT + "/{conversation_id}/read", read, methods=["POST"]),
]
