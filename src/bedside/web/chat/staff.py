"""Conversations with patients, for staff (features C1, C2, C4): the list and the open conversation
beside it, and what a patient's chart shows."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bedside.audit import Action
from bedside.conversations.lists import PAGE, VIEWS
from bedside.conversations.records import Page
from bedside.conversations.states import Kind, Receipt, Reply
from bedside.conversations.writing import LONGEST, Text
from bedside.edge.context import services_of
from bedside.edge.errors import wants_json
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.errors import BedsideError, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.plans.tasks import Progress
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.record_parts import Part
from bedside.services import Services
from bedside.web.chat.answers import led_to
from bedside.web.chat.files import TO_CORRECT, again, attaching, named, written
from bedside.web.chat.later import LATER, shown_of, suggestions, typed_moment
from bedside.web.chat.thread import names_of, thread_of, typing_words

_VIEW_NAMES = {
    "waiting": N_("Waiting"),
    "mine": N_("Mine"),
    "open": N_("Still open"),
    "snoozed": N_("Snoozed"),
    "closed": N_("Closed"),
}
REPLIES = {
    Reply.OPEN: N_("The patient can reply"),
    Reply.UNTIL: N_("Reply until a day"),
    Reply.CONFIRM: N_("Only “I have read this”"),
}
SNOOZES = (
    ("hour", N_("For an hour")),
    ("tomorrow", N_("Until tomorrow, 8:00")),
    ("week", N_("For a week")),
)
CHANGED = flash_message("conversation_changed", N_("Done. Everybody in the team sees it."))
STARTED = flash_message("conversation_started", N_("Sent. The answer appears here and under Chat."))


# --- the page of the team -------------------------------------------------------------------------


async def desk(request: Request) -> Response:
    """GET /chat?view=&page=: the conversations of all patients the person sees."""
    staff = await shell(request, "chat")
    return render(request, "chat/desk.html", **await _list(request, staff), open=None)


async def desk_list(request: Request) -> Response:
    """GET /chat/list?view=&page=&open=: the list alone, for live updates."""
    staff = await prepare(request)
    return render(request, "chat/desk_list.html", **await _list(request, staff))


async def one(request: Request) -> Response:
    """GET /chat/{conversation_id}?view=&before=: a conversation, with the list beside it. Opening
    it marks as read what it shows."""
    staff = await shell(request, "chat")
    chart = await _chart(request, staff)
    shown = await _one(request, chart)
    if shown["unread"] and not shown["page"].later:
        await services_of(request).conversations.all.receipt(
            chart, shown["conversation"].id, shown["last"], Receipt.READ
        )
    return render(request, "chat/desk.html", **{**await _list(request, staff), **shown}, open=True)


async def search(request: Request) -> Response:
    """POST /chat/search: messages and notes with some words, over all patients the person sees.
    The words are posted, so that no address has them. Field: words."""
    staff = await shell(request, "chat")
    typed = (await form_of(request)).line("words")[:200]
    services = services_of(request)
    found = await services.conversations.search.everywhere(staff, typed)
    await services.audit.looks.note(
        staff.clinic_id, staff.actor, staff.session_id, Action.CONVERSATIONS_LISTED
    )
    return render(request, "chat/found.html", found=found, typed=typed)


async def messages(request: Request) -> Response:
    """GET /chat/{conversation_id}/list: the messages alone, for live updates."""
    staff = await prepare(request)
    chart = await _chart(request, staff)
    return render(request, "chat/thread.html", **await _thread(request, chart))


async def now(request: Request) -> Response:
    """GET /chat/{conversation_id}/now: its state and what can be done, for live updates."""
    staff = await prepare(request)
    chart = await _chart(request, staff)
    return render(request, "chat/desk_now.html", **await _one(request, chart))


async def _list(request: Request, staff: StaffAccess) -> dict[str, Any]:
    services = services_of(request)
    view = request.query_params.get("view", "waiting")
    view = view if view in VIEWS else "waiting"
    given = request.query_params.get("page", "0")
    page = int(given) if given.isdecimal() and len(given) < 4 else 0
    lines = await services.conversations.lists.desk(staff, view, page)
    assignees = {line.conversation.assignee_id for line in lines} - {""}
    open_id = request.path_params.get("conversation_id") or request.query_params.get("open", "")
    return {
        "lines": lines,
        "assignees": await services.people.staff.named(staff.clinic_id, assignees),
        "view": view,
        "views": [(key, _(name)) for key, name in _VIEW_NAMES.items()],
        "undecided": await services.conversations.later.undecided(staff),
        "page_number": page,
        "most": PAGE,
        "open_id": open_id,
        "now": clock.now(),
    }


async def _chart(request: Request, staff: StaffAccess) -> ChartAccess:
    conversations = services_of(request).conversations.all
    return await conversations.chart_of(staff, request.path_params["conversation_id"])


async def _thread(request: Request, chart: ChartAccess) -> dict[str, Any]:
    services = services_of(request)
    before = request.query_params.get("before", "")
    page = await services.conversations.all.page(
        chart,
        request.path_params["conversation_id"],
        int(before) if before.isdecimal() and len(before) < 10 else 0,
    )
    patient = await services.people.patients.get(chart)
    clinic = await services.people.clinics.get(chart.clinic_id)
    names = await names_of(services, chart, page, patient.name)
    files = await services.conversations.files.of(chart, page.messages)
    return {
        **thread_of(chart, page, names, clinic.options.time_zone, files),
        "plans": await _plans(services, chart, page),
        "conversation": page.conversation,
        "base": f"/chat/{page.conversation.id}",
        "other": patient.name,
        "patient": patient,
        "for_staff": True,
    }


async def _plans(services: Services, chart: ChartAccess, page: Page) -> dict[str, Progress]:
    """Return the plans of unread messages by the messages that they are about."""
    unread = [
        one.id
        for one in page.messages
        if one.side == "staff" and one.kind != Kind.NOTE and one.state not in ("read", "confirmed")
    ]
    return await services.notifications.plan_tasks.of_items(chart, unread)


async def _has_readers(services: Services, chart: ChartAccess) -> bool:
    """Whether anybody could read the chat in the app now: without the app nobody is told."""
    return bool(await services.accounts.sides.people_of(chart.patient_id, Part.CHAT))


async def _one(
    request: Request,
    chart: ChartAccess,
    *,
    error: BedsideError | None = None,
    form: Form | None = None,
) -> dict[str, Any]:
    services = services_of(request)
    shown = await _thread(request, chart)
    draft_id, draft_files = await again(services, chart, form)
    clinic = await services.people.clinics.get(chart.clinic_id)
    found = await services.conversations.later.of_conversation(chart, shown["conversation"].id)
    return {
        **shown,
        "has_readers": await _has_readers(services, chart),
        "colleagues": await services.people.staff.colleagues(chart.clinic_id),
        "me": chart.staff.staff_id,
        "draft_id": draft_id,
        "attach": await attaching(services, chart, draft_files),
        "error": _(error.sentence) if error else "",
        "typed": form["body"] if form else "",
        "longest": LONGEST,
        "replies": [(key, _(name)) for key, name in REPLIES.items()],
        "snoozes": [(key, _(name)) for key, name in SNOOZES],
        "later_choices": suggestions(clinic),
        "waiting": await shown_of(services, clinic, found),
        "seen": shown["conversation"].last_number,
        "back": shown["base"],
        "words": {**words(), **typing_words(shown["other"], for_staff=True)},
        "now": clock.now(),
    }


def words() -> dict[str, str]:
    """Return what the script says of messages."""
    return {
        "sending": _("Sending…"),
        "sent": _("Sent"),
        "sending_part": _("Sending, {percent}"),
        "waiting": _("There is no connection. It is sent by itself when it is back."),
        "soon": _("It is sent by itself in a moment."),
        "said": _("{who} writes: {words}"),
        "signed_out": _(
            "You were signed out. It is kept, and sent when you have signed in and open the chat "
            "again."
        ),
    }


# --- what is done with one ------------------------------------------------------------------------


async def say(request: Request) -> Response:
    """POST /chat/{conversation_id}: a message, with `note` a note among staff, or with `later` a
    message that leaves later. Fields: body, draft_id (made by the page), reply, reply_until,
    corrects, files (of the draft), entries (of the chart), when, later_day, later_time, seen. What
    is refused stays in the field."""
    staff = await staff_of(request)
    chart = await _chart(request, staff)
    form, refused = await written(request, chart)
    conversation_id = request.path_params["conversation_id"]
    conversations = services_of(request).conversations.all
    draft_id = form.line("draft_id")
    try:
        if refused:
            raise refused
        if form["note"]:
            files, entries = named(form)
            message_id = await conversations.note(
                chart, conversation_id, form["body"], draft_id, entries=entries, files=files
            )
        elif form["later"]:
            message_id = await _write_later(request, chart, form, conversation_id)
        else:
            text = _text(form, await _zone(request, chart))
            message_id = await conversations.say(chart, conversation_id, text, draft_id)
    except TO_CORRECT as error:
        if wants_json(request):
            raise
        await shell(request, "chat")
        shown = await _one(request, chart, error=error, form=form)
        return render(
            request,
            "chat/desk.html",
            status=error.status,
            **{**await _list(request, staff), **shown},
            open=True,
        )
    if wants_json(request):
        return JSONResponse({"message_id": message_id})
    return redirect(f"/chat/{conversation_id}", LATER if form["later"] else "")


async def _write_later(
    request: Request, chart: ChartAccess, form: Form, conversation_id: str
) -> str:
    zone = await _zone(request, chart)
    return await services_of(request).conversations.later.write(
        chart,
        conversation_id,
        _text(form, zone),
        form.line("draft_id"),
        typed_moment(form, zone),
        seen=form.number("seen"),
    )


def _text(form: Form, zone: str) -> Text:
    chosen = form.line("reply")
    reply = Reply(chosen) if chosen in REPLIES else Reply.OPEN
    until = 0
    if reply is Reply.UNTIL:
        until = _end_of(form.line("reply_until"), zone)
    files, entries = named(form)
    return Text(form["body"], entries, reply, until, form.line("corrects"), files)


def _end_of(typed: str, zone: str) -> int:
    try:
        return clock.end_of(date.fromisoformat(typed), zone)
    except ValueError:
        raise WrongInput(
            N_("Please choose the last day for a reply."), field="reply_until"
        ) from None


async def _zone(request: Request, chart: ChartAccess) -> str:
    clinic = await services_of(request).people.clinics.get(chart.clinic_id)
    return clinic.options.time_zone


async def read(request: Request) -> Response:
    """POST /chat/{conversation_id}/read: everything up to a number was delivered or read. Fields:
    up_to, what."""
    chart = await _chart(request, await staff_of(request))
    form = await form_of(request)
    what = Receipt.DELIVERED if form.line("what") == Receipt.DELIVERED else Receipt.READ
    await services_of(request).conversations.all.receipt(
        chart, request.path_params["conversation_id"], form.number("up_to") or 0, what
    )
    return Response(status_code=204)


async def change(request: Request) -> Response:
    """POST /chat/{conversation_id}/change: assign, close, reopen, snooze, or take it from the list
    without an answer. Fields: do, assignee, until."""
    staff = await staff_of(request)
    chart = await _chart(request, staff)
    form = await form_of(request)
    conversation_id = request.path_params["conversation_id"]
    do, wanted = services_of(request).conversations.desk, form.line("do")
    if wanted == "assign":
        await do.assign(chart, conversation_id, form.line("assignee"))
    elif wanted == "close":
        await do.close(chart, conversation_id)
    elif wanted == "reopen":
        await do.reopen(chart, conversation_id)
    elif wanted == "answered":
        await do.answered(chart, conversation_id)
    elif wanted == "snooze":
        until = _snoozed_until(form.line("until"), await _zone(request, chart))
        await do.snooze(chart, conversation_id, until)
    else:
        raise WrongInput(N_("Please choose what to do."), field="do")
    return redirect(f"/chat/{conversation_id}", CHANGED)


def _snoozed_until(choice: str, zone: str) -> int:
    if choice == "hour":
        return clock.now() + clock.HOUR
    if choice == "week":
        return clock.now() + 7 * clock.DAY
    if choice == "tomorrow":
        today = clock.in_zone(zone).date()
        at = datetime.combine(date.fromordinal(today.toordinal() + 1), time(8), ZoneInfo(zone))
        return int(at.timestamp() * 1000)
    return 0


async def retract(request: Request) -> Response:
    """POST /chat/{conversation_id}/retract: take back a message. Field: message."""
    chart = await _chart(request, await staff_of(request))
    form = await form_of(request)
    conversation_id = request.path_params["conversation_id"]
    await services_of(request).conversations.all.retract(
        chart, conversation_id, form.line("message")
    )
    return redirect(f"/chat/{conversation_id}", CHANGED)


# --- a patient's ----------------------------------------------------------------------------------


async def of_patient(request: Request) -> Response:
    """GET /patients/{patient_id}/chat: the patient's conversations, and a new one."""
    chart = await _patient(request)
    return await _patient_page(request, chart)


async def start(request: Request) -> Response:
    """POST /patients/{patient_id}/chat: a new conversation with its first message, or with `later`
    one that begins later. Fields: body, draft_id, reply, reply_until, files, entries, when,
    later_day, later_time. Idempotent."""
    chart = await _patient(request)
    form, refused = await written(request, chart)
    try:
        if refused:
            raise refused
        if form["later"]:
            await _write_later(request, chart, form, "")
            return led_to(request, f"/patients/{chart.patient_id}/chat", LATER)
        conversation_id = await services_of(request).conversations.all.start(
            chart, _text(form, await _zone(request, chart)), form.line("draft_id")
        )
    except TO_CORRECT as error:
        if wants_json(request):
            raise
        return await _patient_page(request, chart, error=error, form=form)
    return led_to(request, f"/chat/{conversation_id}", STARTED)


async def _patient(request: Request) -> ChartAccess:
    staff = await (prepare if wants_fragment(request) else shell)(request)
    services = services_of(request)
    return await services.people.permissions.chart(staff, request.path_params["patient_id"])


async def _patient_page(
    request: Request,
    chart: ChartAccess,
    *,
    error: BedsideError | None = None,
    form: Form | None = None,
) -> Response:
    services = services_of(request)
    draft_id, draft_files = await again(services, chart, form)
    lines = await services.conversations.lists.of_patient(chart)
    assignees = {line.conversation.assignee_id for line in lines} - {""}
    clinic = await services.people.clinics.get(chart.clinic_id)
    beginning = await services.conversations.later.beginning(chart)
    return render(
        request,
        "chat/of_patient.html",
        status=error.status if error else 200,
        patient=await services.people.patients.get(chart),
        has_readers=await _has_readers(services, chart),
        lines=lines,
        later_choices=suggestions(clinic),
        waiting=await shown_of(services, clinic, beginning),
        assignees=await services.people.staff.named(chart.clinic_id, assignees),
        replies=[(key, _(name)) for key, name in REPLIES.items()],
        draft_id=draft_id,
        attach=await attaching(services, chart, draft_files),
        words=words(),
        error=_(error.sentence) if error else "",
        typed=form["body"] if form else "",
        longest=LONGEST,
        now=clock.now(),
        open_id="",
        view="waiting",
    )


routes = [
    staff_route("/chat", desk),
    staff_route("/chat/list", desk_list),
    staff_route("/chat/search", search, methods=["POST"]),
    staff_route("/chat/{conversation_id}", one, methods=["GET"]),
    staff_route("/chat/{conversation_id}", say, methods=["POST"]),
    staff_route("/chat/{conversation_id}/list", messages),
    staff_route("/chat/{conversation_id}/now", now),
    staff_route("/chat/{conversation_id}/read", read, methods=["POST"]),
    staff_route("/chat/{conversation_id}/change", change, methods=["POST"]),
    staff_route("/chat/{conversation_id}/retract", retract, methods=["POST"]),
    staff_route("/patients/{patient_id}/chat", of_patient, methods=["GET"]),
    staff_route("/patients/{patient_id}/chat", start, methods=["POST"]),
]
