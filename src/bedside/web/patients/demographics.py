"""The form of a patient's personal data: what was typed, and what is wrong with it."""

import re
from dataclasses import dataclass, field
from datetime import date

from pydantic import ValidationError

from bedside.edge.dates import TypedDate
from bedside.edge.forms import Form
from bedside.edge.labels import language_name
from bedside.kernel import phones
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.people import earlier_names, names
from bedside.people.clinics import Clinic
from bedside.people.patients import NO_NAME, Demographics

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
    earlier_names: str = ""
    """One in a line."""

    @property
    def identifier_rows(self) -> list[tuple[str, str]]:
        """Return as many rows as the form shows; free ones are empty."""
        free = max(1, _IDENTIFIERS - len(self.identifiers))
        return [*self.identifiers, *[("", "")] * free]

    def checked(
        self, clinic: Clinic, *, born_required: bool = True, kept_phone: str = ""
    ) -> tuple[Demographics | None, dict[str, str]]:
        """Return demographics if everything is right, and a sentence for each wrong field. The
        date of birth may stay empty if it was not known before (`born_required`), and a number that
        nobody can read may stay as it was (`kept_phone`)."""
        errors: dict[str, str] = {}
        typed = TypedDate(self.day, self.month, self.year)
        born = None
        if born_required or not typed.is_empty:
            born = self._birth_date(clinic, typed, errors)
        if not self.name:
            errors["name"] = _("Enter the patient's name.")
        elif not names.is_name(self.name):
            errors["name"] = _(NO_NAME)
        elif len(self.name) > 200:
            errors["name"] = _("This name is too long: at most 200 characters.")
        phone = self._phone(clinic, kept_phone, errors)
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
        earlier = [name for line in self.earlier_names.splitlines() if (name := line.strip())]
        if not all(names.is_name(name) and len(name) <= 200 for name in earlier):
            errors["earlier_names"] = _(NO_NAME)
        elif len(earlier) > earlier_names.MOST:
            errors["earlier_names"] = ngettext(
                "Enter at most %(num)s earlier name.",
                "Enter at most %(num)s earlier names.",
                earlier_names.MOST,
            ) % {"num": earlier_names.MOST}
        if errors:
            return None, errors
        try:
            return self._demographics(born, phone), {}
        except ValidationError:
            return None, {"name": _("Please check what you entered.")}

    def _demographics(self, born: date | None, phone: str) -> Demographics:
        return Demographics(
            name=self.name,
            birth_date=born,
            phone=phone,
            email=self.email,
            language=self.language,
            pronouns=self.pronouns,
            identifiers=dict(self.identifiers),
            earlier_names=earlier_names.kept(self.name, earlier=self.earlier_names.splitlines()),
        )

    def _birth_date(self, clinic: Clinic, typed: TypedDate, errors: dict[str, str]) -> date | None:
        if typed.is_empty:
            errors["birth"] = _("Enter day, month and year of birth.")
            return None
        born, wrong = typed.read(clinic)
        if wrong:
            errors["birth"] = _(wrong)
        return born

    def _phone(self, clinic: Clinic, kept: str, errors: dict[str, str]) -> str:
        """Return the number in its stored form, or as it was before and unread."""
        if not self.phone or self.phone == kept:
            return self.phone
        country = clinic.options.home
        try:
            return phones.read(self.phone, country).stored
        except phones.Unreadable as error:
            errors["phone"] = phones.hint(_(error.sentence), country)
            return ""


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
        earlier_names="\n".join(names.cleaned(one) for one in form["earlier_names"].splitlines()),
    )


def entered_as(known: Demographics) -> Entered:
    """Return the form of an existing patient."""
    born = known.birth_date
    return Entered(
        name=known.name,
        day=str(born.day) if born else "",
        month=str(born.month) if born else "",
        year=str(born.year) if born else "",
        phone=phones.shown(known.phone),
        email=known.email,
        language=known.language,
        pronouns=known.pronouns,
        identifiers=list(known.identifiers.items()),
        earlier_names="\n".join(known.earlier_names),
    )


def who_is(demographics: Demographics | None) -> str:
    """Return whom a confirmation is about: after a change of the name, the date or the numbers it
    is about nobody."""
    if demographics is None:
        return ""
    born = demographics.birth_date
    words = [names.folded(demographics.name), born.isoformat() if born else "-"]
    words += [demographics.phone, *sorted(demographics.identifiers.values())]
    return ", ".join(word for word in words if word)


def languages() -> list[tuple[str, str]]:
    """Return (code, name) for choosing, by name in the language of the page."""
    return sorted(((code, language_name(code)) for code in LANGUAGES), key=lambda pair: pair[1])


def field_of(name: str) -> str:
    """Return the id of the field to which the summary of errors leads."""
    return _FIRST_FIELDS.get(name, name)
