"""The form of a patient's personal data: what was typed, and what is wrong with it."""

import re
from dataclasses import dataclass, field
from datetime import date

from pydantic import ValidationError

from bedside.edge.forms import Form
from bedside.edge.labels import language_name
from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.notifications.addresses import is_phone_number
from bedside.people import names
from bedside.people.patients import NO_NAME, Demographics

_OLDEST = 130
"""Years; nobody has lived longer (Jeanne Calment reached 122)."""
_IDENTIFIERS = 3
LANGUAGES = (
    "ar",
    "de",
    "en",
    "es",
    "fa",
    "fi",
    "fr",
    "hi",
    "it",
    "nl",
    "no",
    "pl",
    "pt",
    "so",
    "sv",
    "tr",
    "uk",
    "vi",
    "zh",
)
"""Languages of patients, ISO 639-1. Pages exist in fewer (`kernel.language`)."""
_FIRST_FIELDS = {"birth": "birth_day", "identifiers": "identifier_system_1"}


@dataclass
class Entered:
    """The content of the fields, as it was typed."""

    name: str = ""
    day: str = ""
    month: str = ""
    year: str = ""
    phone: str = ""
    email: str = ""
    language: str = "en"
    pronouns: str = ""
    identifiers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def identifier_rows(self) -> list[tuple[str, str]]:
        """Return as many rows as the form shows; free ones are empty."""
        free = max(1, _IDENTIFIERS - len(self.identifiers))
        return [*self.identifiers, *[("", "")] * free]

    def checked(self, *, born_required: bool = True) -> tuple[Demographics | None, dict[str, str]]:
        """Return demographics if everything is right, and a sentence for each wrong field. The
        date of birth may stay empty if it was not known before (`born_required`)."""
        errors: dict[str, str] = {}
        left_out = not born_required and not (self.day or self.month or self.year)
        born = None if left_out else self._birth_date(errors)
        if not self.name:
            errors["name"] = _("Enter the patient's name.")
        elif not names.is_name(self.name):
            errors["name"] = _(NO_NAME)
        elif len(self.name) > 200:
            errors["name"] = _("This name is too long: at most 200 characters.")
        if self.phone and not is_phone_number(self.phone):
            errors["phone"] = _("Enter a phone number like +46 70 123 45 67, or leave it empty.")
        if self.email and (
            not re.fullmatch(r"[^@\s]+@[^@\s]+", self.email) or len(self.email) > 200
        ):
            errors["email"] = _("Enter an e-mail address like name@example.org.")
        if self.language not in LANGUAGES:
            errors["language"] = _("Please choose a language from the list.")
        if len(self.pronouns) > 40:
            errors["pronouns"] = _("Please use at most 40 characters here.")
        if any(bool(system) != bool(value) for system, value in self.identifiers):
            errors["identifiers"] = _("Enter both what the number is and the number.")
        if errors:
            return None, errors
        try:
            return self._demographics(born), {}
        except ValidationError:
            return None, {"name": _("Please check what you entered.")}

    def _demographics(self, born: date | None) -> Demographics:
        return Demographics(
            name=self.name,
            birth_date=born,
            phone=self.phone,
            email=self.email,
            language=self.language,
            pronouns=self.pronouns,
            identifiers=dict(self.identifiers),
        )

    def _birth_date(self, errors: dict[str, str]) -> date | None:
        if not (self.day and self.month and self.year):
            errors["birth"] = _("Enter day, month and year of birth.")
            return None
        try:
            born = date(int(self.year), int(self.month), int(self.day))
        except (ValueError, OverflowError):
            errors["birth"] = _("This day does not exist. Check day, month and year.")
            return None
        today = date.fromtimestamp(clock.now() / 1000)
        if born > today:
            errors["birth"] = _("This day is in the future. Check the year.")
        elif today.year - born.year > _OLDEST:
            errors["birth"] = _("This is very long ago. Write the year with four digits.")
        else:
            return born
        return None


def entered_by(form: Form) -> Entered:
    """Return what somebody typed, stripped."""
    pairs = zip(form.all("identifier_system"), form.all("identifier_value"), strict=False)
    cleaned = [(system.strip()[:60], value.strip()[:60]) for system, value in pairs]
    return Entered(
        name=names.cleaned(form["name"]),
        day=form.line("birth_day"),
        month=form.line("birth_month"),
        year=form.line("birth_year"),
        phone=form.line("phone"),
        email=form.line("email"),
        language=form.line("language") or "en",
        pronouns=form.line("pronouns"),
        identifiers=[pair for pair in cleaned if any(pair)][:10],
    )


def entered_as(known: Demographics) -> Entered:
    """Return the form of an existing patient."""
    born = known.birth_date
    return Entered(
        name=known.name,
        day=str(born.day) if born else "",
        month=str(born.month) if born else "",
        year=str(born.year) if born else "",
        phone=known.phone,
        email=known.email,
        language=known.language,
        pronouns=known.pronouns,
        identifiers=list(known.identifiers.items()),
    )


def languages() -> list[tuple[str, str]]:
    """Return (code, name) for choosing, by name in the language of the page."""
    return sorted(((code, language_name(code)) for code in LANGUAGES), key=lambda pair: pair[1])


def field_of(name: str) -> str:
    """Return the id of the field to which the summary of errors leads."""
    return _FIRST_FIELDS.get(name, name)
