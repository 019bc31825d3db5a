"""A letter as it is printed."""

from dataclasses import dataclass
from datetime import date

from bedside.kernel import clock, language, written
from bedside.kernel.language import gettext as _
from bedside.letters.records import Letter
from bedside.people.clinics import Clinic
from bedside.people.emergencies import IN_SUMMARY, emergency
from bedside.printing.ports import Sheet


@dataclass(frozen=True, slots=True)
class Correspondents:
    """The patient's name and date of birth, and the name of the person writing. Its repr omits
    them."""

    patient: str
    born: date | None
    author: str

    def __repr__(self) -> str:
        return "Correspondents()"


def sheet_of(clinic: Clinic, letter: Letter, who: Correspondents, at: int) -> Sheet:
    """Return a letter that is sent at a moment, in milliseconds, ready to be printed in the
    language that is spoken now: who writes to whom, about what, and how to answer
    (https://design.homeoffice.gov.uk/patterns/send-a-letter)."""
    day = clock.in_zone(clinic.options.time_zone, at).date()
    about = (
        (_("Patient"), who.patient),
        (_("Date of birth"), written.day(who.born) if who.born else ""),
        (_("Written by"), who.author),
        (_("Date"), written.day(day)),
        (_("Reference"), letter.reference),
    )
    return Sheet(
        language=language.spoken(),
        from_right=language.direction() == "rtl",
        title=letter.record.title,
        written_on=day,
        author=who.author,
        sender=_sender(clinic),
        about=tuple((label, value) for label, value in about if value),
        body=letter.record.body,
        closing=_closing(clinic, letter.reference),
        page_of=_("Page {page} of {pages}"),
    )


def _sender(clinic: Clinic) -> tuple[str, ...]:
    lines = (clinic.name, *clinic.options.address.splitlines(), clinic.options.phone)
    return tuple(line.strip() for line in lines if line.strip())


def _closing(clinic: Clinic, reference: str) -> str:
    """Return the text below: how to answer, and what to do in an emergency."""
    ask = _("If you have questions, name the reference {reference}.").format(reference=reference)
    return f"{ask}\n{emergency(clinic, IN_SUMMARY)}"
