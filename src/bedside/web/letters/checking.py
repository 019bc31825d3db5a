"""The last page before a letter is sent: what still stands in its way, the letter itself, the
messages that carry it, and Send."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.errors import BedsideError, Conflict, WrongInput
from bedside.kernel.language import LANGUAGES, N_
from bedside.kernel.language import gettext as _
from bedside.letters.drafts import SavedMeanwhile
from bedside.letters.options import LetterOptions
from bedside.letters.records import State
from bedside.letters.sending import Posting
from bedside.links.options import LinkOptions
from bedside.notifications.addresses import ways_to
from bedside.web.letters.files import files_shown
from bedside.web.letters.writing import Writing, letters_of, version_of, writing_of

SENT = flash_message(
    "letter_sent", N_("The letter is on its way. You see here when the patient reads it.")
)


async def check(request: Request) -> Response:
    """GET /patients/{patient_id}/letters/{letter_id}/check: see what would be sent."""
    writing = await writing_of(request)
    if writing.letter.state is not State.DRAFT:
        return RedirectResponse(writing.page, status_code=303)
    ways = ways_to(writing.patient.demographics)
    return await _page(request, writing, Posting(ways[:1]))


async def send(request: Request) -> Response:
    """POST /patients/{patient_id}/letters/{letter_id}/send: send it. Fields: version, channels,
    attached. Idempotent."""
    writing = await writing_of(request)
    form = await form_of(request)
    posting = Posting(tuple(form.all("channels")), form.line("attached") == "yes")
    version = version_of(form)
    sending = services_of(request).letters.sending
    try:
        await sending.send(writing.chart, writing.letter.id, version, posting)
    except SavedMeanwhile:  # what was checked is not what is there
        return await _page(request, await writing_of(request), posting, Conflict())
    except (WrongInput, Conflict) as error:
        return await _page(request, writing, posting, error)
    return redirect(letters_of(writing.patient.id), SENT)


async def _page(
    request: Request, writing: Writing, posting: Posting, error: BedsideError | None = None
) -> Response:
    services, letter = services_of(request), writing.letter
    clinic = await services.people.clinics.get(writing.chart.clinic_id)
    obstacles = await services.letters.sending.obstacles(writing.chart, letter)
    try:
        messages = await services.letters.sending.preview(writing.chart, letter, posting)
    except WrongInput as wrong:
        messages, error = (), error or wrong
    return render(
        request,
        "letters/check.html",
        status=error.status if error else 200,
        patient=writing.patient,
        writing=writing,
        posting=posting,
        obstacles=obstacles,
        messages=messages,
        written_in=LANGUAGES.get(letter.record.language, letter.record.language),
        other_language=letter.record.language != writing.patient.demographics.language,
        not_drawn=await services.letters.drafts.not_drawn(writing.chart, letter),
        by_email=clinic.of(LetterOptions).letters_by_email,
        reachable=bool(ways_to(writing.patient.demographics)),
        link_days=clinic.of(LinkOptions).link_days,
        errors={getattr(error, "field", "") or "letter": _(error.sentence)} if error else {},
        **await files_shown(request, writing),
    )


_LETTER = "/patients/{patient_id}/letters/{letter_id}"

routes = [
    staff_route(_LETTER + "/check", check, methods=["GET"]),
    staff_route(_LETTER + "/send", send, methods=["POST"]),
]
