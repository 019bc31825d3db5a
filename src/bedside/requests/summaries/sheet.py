"""A summary as it is printed: for the chart, and for the patient to keep."""

from datetime import date

from bedside.kernel import clock, language, written
from bedside.kernel.language import gettext as _
from bedside.people.clinics import Clinic
from bedside.people.emergencies import IN_SUMMARY, emergency
from bedside.printing.body import of_plain
from bedside.printing.ports import Sheet
from bedside.requests.records import Content
from bedside.requests.summaries.details import SummaryDetails
from bedside.requests.summaries.texts import day


def sheet_of(
    clinic: Clinic,
    content: Content,
    sent_at: int,
    known_as: tuple[str, date | None],
    *,
    large: bool = False,
) -> Sheet:
    """Return a summary ready to be printed, in the language that is spoken now. `known_as` are the
    patient's name and date of birth, `sent_at` is in milliseconds."""
    details = SummaryDetails.of(content)
    name, born = known_as
    about = [
        (_("Patient"), name),
        (_("Date of birth"), written.day(born) if born else ""),
        (_("Written by"), content.asked_by),
        (_("Sent"), day(clinic, sent_at)),
    ]
    return Sheet(
        language=language.spoken(),
        from_right=language.direction() == "rtl",
        title=_("Summary of the visit, {day}").format(day=day(clinic, details.visited_at)),
        written_on=clock.in_zone(clinic.options.time_zone, sent_at).date(),
        author=content.asked_by,
        sender=tuple(filter(None, (clinic.name, clinic.options.phone))),
        about=tuple((label, value) for label, value in about if value),
        body=of_plain(details.text),
        closing=emergency(clinic, IN_SUMMARY),
        page_of=_("Page {page} of {pages}"),
        large=large,
    )
