"""The letters of a patient: the archive, beginning one, writing it, and the letter as it was
sent."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.downloads import disposition
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.fragments import prepare
from bedside.edge.long_forms import long_form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.errors import BedsideError, Conflict, NotFound, WrongInput
from bedside.files.names import titled
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.letters import shipped
from bedside.letters.drafts import Words
from bedside.letters.records import PREFIX, State
from bedside.letters.templates import LONGEST_TITLE
from bedside.printing.body import LONGEST, parsed
from bedside.web.letters.files import files_shown
from bedside.web.letters.writing import Writing, chart_of, letters_of, version_of, writing_of

SAVED = flash_message("letter_saved", N_("Saved. Nothing is sent yet."))
DISCARDED = flash_message("letter_discarded", N_("The draft was discarded."))


async def archive(request: Request) -> Response:
    """GET /patients/{patient_id}/letters: drafts, and what was sent."""
    chart, patient = await chart_of(request)
    services = services_of(request)
    found = await services.letters.archive.of(chart)
    return render(
        request,
        "letters/archive.html",
        patient=patient,
        begun=[one for one in found if one.letter.state is State.DRAFT],
        sent=[one for one in found if one.letter.state is State.SENT],
    )


async def sent_now(request: Request) -> Response:
    """GET /patients/{patient_id}/letters/sent: the live part."""
    staff = await prepare(request)
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    found = await services.letters.archive.of(chart)
    return render(
        request,
        "letters/archive_sent.html",
        patient=await services.people.patients.get(chart),
        sent=[one for one in found if one.letter.state is State.SENT],
    )


async def choose(request: Request) -> Response:
    """GET /patients/{patient_id}/letters/new?visit=: choose a template."""
    chart, patient = await chart_of(request)
    services = services_of(request)
    own = await services.letters.templates.in_use(chart.clinic_id)
    visits = await services.visit_records.records.of_chart(chart)
    language = patient.demographics.language
    return render(
        request,
        "letters/choose.html",
        patient=patient,
        new=new_id(PREFIX),
        templates=[(one.id, one.template.name, language in one.template.texts) for one in own]
        + [(key, _(name), True) for key, name in shipped.NAMES.items()],
        visits=visits,
        visit_id=request.query_params.get("visit", ""),
    )


async def begin(request: Request) -> Response:
    """POST /patients/{patient_id}/letters: begin a letter with a template. Fields: id, template,
    visit. Idempotent."""
    chart, patient = await chart_of(request)
    form = await form_of(request)
    visit = form.line("visit")
    letter_id = await services_of(request).letters.drafts.begin(
        chart, form.line("id"), form.line("template"), visit if is_id(visit, "vis") else ""
    )
    return RedirectResponse(f"{letters_of(patient.id)}/{letter_id}", status_code=303)


async def one(request: Request) -> Response:
    """GET /patients/{patient_id}/letters/{letter_id}: write a draft, or look at what was sent."""
    writing = await writing_of(request)
    if writing.letter.state is State.DRAFT:
        return await _form(request, writing)
    return await _sent(request, writing)


async def save(request: Request) -> Response:
    """POST /patients/{patient_id}/letters/{letter_id}: save a draft. Fields: title, body, version,
    and `do`, which goes on to the check before sending, or saves it as another letter."""
    writing = await writing_of(request)
    form = await long_form_of(request, LONGEST)
    drafts, do = services_of(request).letters.drafts, form.line("do")
    try:
        words = Words(form["title"], parsed(form["body"]))
        if do == "another":
            other = form.line("another")
            await drafts.begin_with(writing.chart, other, writing.letter.id, words)
            return redirect(f"{letters_of(writing.patient.id)}/{other}", SAVED)
        version = version_of(form)
        await drafts.save(writing.chart, writing.letter.id, version, words)
    except (WrongInput, Conflict) as error:
        return await _form(request, writing, form, error)
    if do == "check":
        return RedirectResponse(f"{writing.page}/check", status_code=303)
    return redirect(writing.page, SAVED)


async def discard(request: Request) -> Response:
    """POST /patients/{patient_id}/letters/{letter_id}/discard."""
    writing = await writing_of(request)
    await services_of(request).letters.drafts.discard(writing.chart, writing.letter.id)
    return redirect(letters_of(writing.patient.id), DISCARDED)


async def pdf(request: Request) -> Response:
    """GET /patients/{patient_id}/letters/{letter_id}/letter.pdf?large=: the letter as PDF."""
    writing = await writing_of(request)
    large = request.query_params.get("large") == "yes"
    drafts = services_of(request).letters.drafts
    sheet, content = await drafts.pdf(writing.chart, writing.letter.id, large=large)
    name = sheet.title or _("Letter")
    return Response(
        content,
        media_type="application/pdf",
        headers={"content-disposition": disposition(titled(name, ".pdf"), inline=True)},
    )


async def _form(
    request: Request, writing: Writing, form: Form | None = None, error: BedsideError | None = None
) -> Response:
    """Show a draft; what was refused stays typed."""
    record = writing.letter.record
    return render(
        request,
        "letters/write.html",
        status=error.status if error else 200,
        patient=writing.patient,
        writing=writing,
        title=form["title"] if form else record.title,
        body=form["body"] if form else record.body.model_dump_json(),
        **await files_shown(request, writing),
        another=new_id(PREFIX) if isinstance(error, Conflict) else "",
        longest_title=LONGEST_TITLE,
        errors={getattr(error, "field", "") or "body": _(error.sentence)} if error else {},
    )


async def _sent(request: Request, writing: Writing) -> Response:
    services, letter = services_of(request), writing.letter
    if letter.record.sheet is None:
        raise NotFound
    return render(
        request,
        "letters/sent.html",
        patient=writing.patient,
        writing=writing,
        sheet=letter.record.sheet,
        files=(await services.letters.drafts.enclosed(writing.chart, letter.record.entries)),
        asked=await services.requests.all.get(writing.chart, letter.id),
    )


_LETTERS = "/patients/{patient_id}/letters"
_LETTER = _LETTERS + "/{letter_id}"

routes = [
    staff_route(_LETTERS, archive, methods=["GET"]),
    staff_route(_LETTERS, begin, methods=["POST"]),
    staff_route(_LETTERS + "/new", choose, methods=["GET"]),
    staff_route(_LETTERS + "/sent", sent_now, methods=["GET"]),
    staff_route(_LETTER, one, methods=["GET"]),
    staff_route(_LETTER, save, methods=["POST"]),
    staff_route(_LETTER + "/discard", discard, methods=["POST"]),
    staff_route(_LETTER + "/letter.pdf", pdf, methods=["GET"]),
]
