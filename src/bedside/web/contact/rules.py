"""How a patient is contacted, as staff write it down: a page of the patient's details."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.contact import CHANNELS, LONGEST_WORD, Consent, ContactRules, Hours
from bedside.people.permissions import ChartAccess

SAVED = flash_message(
    "contact_saved", N_("Saved. It holds for every message that has not left yet.")
)
_LONGEST_TIME = 8
_JOINERS = "\u200c\u200d"
_TIME = N_("Enter a time like 8:30.")
_BOTH = N_("Enter both times, or leave both empty.")
_SAME = N_("These hours end when they begin. Enter two different times.")


@dataclass
class Entered:
    """The content of the fields, as it was typed."""

    consent: str = ""
    refused: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    quiet: tuple[str, str] = ("", "")
    only: tuple[str, str] = ("", "")
    neutral: bool = False
    code_word: str = ""

    def checked(self) -> tuple[ContactRules | None, dict[str, str]]:
        """Return the rules if everything is right, and a sentence for each wrong field."""
        errors: dict[str, str] = {}
        if self.consent not in set(Consent):
            errors["consent"] = _("Please choose one.")
        if not _visible(self.code_word):
            errors["code_word"] = _("Please leave out signs that cannot be seen.")
        elif len(self.code_word) > LONGEST_WORD:
            errors["code_word"] = _("Please use at most %(longest)s characters.") % {
                "longest": LONGEST_WORD
            }
        quiet = _hours("quiet", self.quiet, errors)
        only = _hours("only", self.only, errors)
        if errors:
            return None, errors
        rules = ContactRules(
            consent=Consent(self.consent),
            refused=self.refused,
            never=self.never,
            quiet=quiet,
            only=only,
            neutral=self.neutral,
            code_word=self.code_word,
        )
        return rules, {}


def _visible(word: str) -> bool:
    """Whether all signs of a word can be seen, with those that join letters or emojis."""
    return all(sign.isprintable() or sign in _JOINERS for sign in word)


def _hours(name: str, typed: tuple[str, str], errors: dict[str, str]) -> Hours | None:
    if not any(typed):
        return None
    found = [_minute(text) for text in typed]
    for part, text, minute in zip(("from", "until"), typed, found, strict=True):
        if minute is None:
            errors[f"{name}_{part}"] = _(_TIME) if text else _(_BOTH)
    start, end = found
    if start is None or end is None:
        return None
    if start == end:
        errors[f"{name}_until"] = _(_SAME)
        return None
    return Hours(start=start, end=end)


def _minute(text: str) -> int | None:
    """Return the minute of the day that somebody typed, None if it is none."""
    hours, colon, minutes = text.replace(".", ":").partition(":")
    minutes = minutes if colon else "00"
    plain = text.isascii() and hours.isdecimal() and minutes.isdecimal()
    if not plain or len(text) > _LONGEST_TIME:
        return None
    right = int(hours) < 24 and int(minutes) < 60 and len(minutes) == 2
    return int(hours) * 60 + int(minutes) if right else None


def _shown(hours: Hours | None) -> tuple[str, str]:
    if hours is None:
        return "", ""
    start, end = (f"{at // 60:02}:{at % 60:02}" for at in (hours.start, hours.end))
    return start, end


def _entered_by(form: Form) -> Entered:
    """Return what somebody typed, stripped."""
    return Entered(
        consent=form["consent"],
        refused=tuple(channel for channel in CHANNELS if channel in form.all("refused")),
        never=tuple(channel for channel in CHANNELS if channel in form.all("never")),
        quiet=(form.line("quiet_from"), form.line("quiet_until")),
        only=(form.line("only_from"), form.line("only_until")),
        neutral="neutral" in form,
        code_word=form.line("code_word"),
    )


def _entered_as(rules: ContactRules) -> Entered:
    """Return the form of existing rules."""
    return Entered(
        consent=rules.consent,
        refused=rules.refused,
        never=rules.never,
        quiet=_shown(rules.quiet),
        only=_shown(rules.only),
        neutral=rules.neutral,
        code_word=rules.code_word,
    )


async def form_page(request: Request) -> Response:
    """GET /patients/{patient_id}/contact."""
    chart = await _chart(request)
    services = services_of(request)
    await services.audit.looks.note(
        chart.clinic_id,
        chart.actor,
        chart.staff.session_id,
        Action.PATIENT_OPENED,
        patient_id=chart.patient_id,
    )
    rules = await services.people.preferences.of(chart)
    return await _page(request, chart, _entered_as(rules), {})


async def change(request: Request) -> Response:
    """POST /patients/{patient_id}/contact: what was typed is kept if something has to be
    corrected."""
    chart = await _chart(request)
    entered = _entered_by(await form_of(request))
    rules, errors = entered.checked()
    if rules is None:
        return await _page(request, chart, entered, errors)
    await services_of(request).people.preferences.change(chart, rules)
    return redirect(f"/patients/{chart.patient_id}/card", SAVED)


async def _chart(request: Request) -> ChartAccess:
    staff = await shell(request, "patients")
    patient_id = request.path_params["patient_id"]
    return await services_of(request).people.permissions.chart(staff, patient_id)


async def _page(
    request: Request, chart: ChartAccess, entered: Entered, errors: dict[str, str]
) -> Response:
    services = services_of(request)
    clinic = await services.people.clinics.get(chart.clinic_id)
    return render(
        request,
        "contact/rules.html",
        status=422 if errors else 200,
        patient=await services.people.patients.get(chart),
        entered=entered,
        errors=errors,
        clinic=clinic,
        longest_word=LONGEST_WORD,
    )


_PATH = "/patients/{patient_id}/contact"
routes = [staff_route(_PATH, form_page), staff_route(_PATH, change, methods=["POST"])]
