"""Forms, as a kind of request: a PDF comes back filled in."""

from dataclasses import dataclass

from bedside.audit import Action
from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.files.pdf_forms import FormState
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.requests.forms import texts
from bedside.requests.forms.answers import FormAnswers
from bedside.requests.forms.details import KEY, PREFIX, FormDetails, due
from bedside.requests.forms.filing import FILL, SETTLE, FormFiling
from bedside.requests.forms.staff import FormRequests
from bedside.requests.kinds import (
    FilesHeld,
    RequestHandling,
    RequestKind,
    RequestTexts,
    RequestTools,
)
from bedside.requests.records import Request
from bedside.requests.states import ENDED

_WAYS = {
    FormState.FIELDS: N_("On a page, or on paper"),
    FormState.NONE: N_("On paper: the PDF has no fields"),
    FormState.XFA: N_("On paper: only Adobe’s programs show this form"),
    FormState.TOO_MANY: N_("On paper: the PDF has very many fields"),
    FormState.UNREADABLE: N_("On paper: its fields could not be read"),
}


@dataclass(frozen=True, slots=True)
class FormParts:
    """Services of forms, for staff and patients."""

    staff: FormRequests
    filling: FormAnswers
    handling: RequestHandling


def _build(tools: RequestTools) -> FormParts:
    filling, filing = FormAnswers(tools), FormFiling(tools)
    return FormParts(
        FormRequests(tools),
        filling,
        RequestHandling(
            snapshot=filling.snapshot,
            reissued=filing.reissued,
            last_call=filing.last_call,
            file_changed=filing.file_changed,
            handlers={FILL: filing.fill, SETTLE: filing.settle_later},
        ),
    )


def way_of(state: str) -> str:
    """Return how the patient can fill in a form, in words."""
    return _(_WAYS[FormState(state)])


def is_overdue(request: Request) -> bool:
    """Whether a form is not back although its day is over."""
    waits = request.state not in ENDED and not request.sending
    return waits and due(request.content) < clock.now()


def _about(request: Request) -> str:
    title = FormDetails.of(request.content).title
    return _("{title}, overdue").format(title=title) if is_overdue(request) else title


def _details(request: Request) -> list[tuple[str, str]]:
    details = FormDetails.of(request.content)
    return [
        (_("Form"), details.title),
        (_("To be filled in"), way_of(details.state)),
        (_("Words"), details.note or _("none")),
    ]


FORMS = RequestKind(
    key=KEY,
    prefix=PREFIX,
    name=N_("Form"),
    about=_about,
    details=_details,
    build=_build,
    files=FilesHeld(Channel.PATIENT_UPLOAD, Category.FORM),
    texts=RequestTexts(texts.invitation, texts.reminder),
    sent=Action.FORM_SENT,
    due=due,
    chart_page="forms",
)
