"""“Who opened my files” in the patient's app, and asking about an access."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.access_words import role_of, who_looked, why_looked
from bedside.edge.accounts import page_in_app
from bedside.edge.app_shell import AppPage, app_page
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.errors import NotFound, TooMany, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.sharing.accesses import Access, Why
from bedside.sharing.options import SharingOptions
from bedside.sharing.questions import LONGEST_QUESTION, Question

ASKED = flash_message("access_asked", N_("Your question is sent. The answer comes here."))


@dataclass(frozen=True, slots=True)
class _Shown:
    """An access as the page shows it."""

    access: Access
    who: str
    role: str
    why: str
    stands_out: bool
    question: Question | None


async def listed(request: Request) -> Response:
    """GET /app/{patient_id}/accesses?before=: who opened the record, when, what and why."""
    at = await app_page(request, "files")
    sharing, before = services_of(request).sharing, request.query_params.get("before", "")
    whole = before.isascii() and before.isdecimal() and len(before) < 16
    page = await sharing.accesses.page(at.side, int(before) if whole else 0)
    questions = await sharing.questions.of_patient(at.side)
    staff = services_of(request).people.staff
    return render(
        request,
        "sharing/accesses.html",
        accesses=[_shown(one, questions, at.clinic.options.time_zone) for one in page.accesses],
        older=page.older,
        names=await staff.named(at.side.clinic_id, {q.answered_by for q in questions}),
        here=page_in_app(at.side.patient_id),
    )


def _shown(access: Access, questions: list[Question], zone: str) -> _Shown:
    about = next((q for q in questions if access.includes(q.about_seq, q.about_id)), None)
    return _Shown(
        access=access,
        who=who_looked(access),
        role=role_of(access.role),
        why=why_looked(access.reason, zone),
        stands_out=access.reason.why in (Why.EMERGENCY, Why.UNKNOWN),
        question=about,
    )


async def ask_form(request: Request) -> Response:
    """GET /app/{patient_id}/accesses/{seq}/ask."""
    return await _form(request, await app_page(request, "files"))


async def ask(request: Request) -> Response:
    """POST /app/{patient_id}/accesses/{seq}/ask: a question to the clinic. Idempotent."""
    at = await app_page(request, "files")
    form = await form_of(request)
    try:
        await services_of(request).sharing.questions.ask(
            at.side, _seq(request), form["text"], form.line("draft")
        )
    except (WrongInput, TooMany) as error:
        return await _form(request, at, form["text"], error)
    return redirect(page_in_app(at.side.patient_id, "/accesses"), ASKED)


async def _form(
    request: Request, at: AppPage, text: str = "", error: WrongInput | TooMany | None = None
) -> Response:
    sharing = services_of(request).sharing
    access = await sharing.accesses.one(at.side, _seq(request))
    if not access.may_be_asked_about:
        raise NotFound
    return render(
        request,
        "sharing/ask.html",
        status=error.status if error else 200,
        shown=_shown(access, [], at.clinic.options.time_zone),
        draft=sharing.questions.new_draft(),
        days=at.clinic.of(SharingOptions).access_answer_days,
        text=text,
        longest=LONGEST_QUESTION,
        error=_(error.sentence) if error else "",
        here=page_in_app(at.side.patient_id),
    )


def _seq(request: Request) -> int:
    given = request.path_params["seq"]
    if not (given.isascii() and given.isdecimal() and len(given) < 16):
        raise NotFound
    return int(given)


_ACCESSES = "/app/{patient_id}/accesses"

routes = [
    app_route(_ACCESSES, listed, methods=["GET"]),
    app_route(f"{_ACCESSES}/{{seq}}/ask", ask_form, methods=["GET"]),
    app_route(f"{_ACCESSES}/{{seq}}/ask", ask, methods=["POST"]),
]
