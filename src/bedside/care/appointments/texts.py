"""The messages of appointments: when, and nothing about health (feature N2)."""

from bedside.care.appointments.details import AppointmentDetails, News
from bedside.care.local_times import LocalTime
from bedside.kernel import written
from bedside.kernel.language import N_, ngettext
from bedside.kernel.language import gettext as _
from bedside.notifications.texts import OutgoingText, outgoing_text
from bedside.people.clinics import Clinic
from bedside.requests.records import Content

_SUBJECTS = {
    News.BOOKED: N_("Your appointment at {clinic}"),
    News.MOVED: N_("Your appointment at {clinic} has another time"),
    News.CANCELLED: N_("Your appointment at {clinic} is cancelled"),
    News.REMINDER: N_("Reminder: your appointment at {clinic}"),
}
_SAID = {
    News.BOOKED: N_(
        "{clinic}: your appointment is on {when}. Details, and what to do if you can't come:"
    ),
    News.MOVED: N_("{clinic}: your appointment was {was}, now it is {when}. Please confirm it:"),
    News.CANCELLED: N_("{clinic}: your appointment on {when} is cancelled. Details:"),
    News.REMINDER: N_(
        "{clinic}: your appointment is on {when}. Confirm it, or say that you can't come:"
    ),
}
_BY_DATE_OF_BIRTH = N_("You will be asked for the date of birth. No app or account is needed.")


def when(start: LocalTime) -> str:
    """Write the time of an appointment: “Thursday, 3 Dec 2026, 09:30”."""
    return written.weekday_moment(start.shown)


def invitation(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message about what has happened: booked, moved, cancelled."""
    return _wording(clinic, content, link, AppointmentDetails.of(content).news)


def reminder(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message before an appointment."""
    return _wording(clinic, content, link, News.REMINDER)


def _series(count: int) -> str:
    return ngettext(
        "{clinic}: your {count} appointment is on {when}. Details, and what to do if you can't "
        "come:",
        "{clinic}: your {count} appointments begin on {when}. Details, and what to do if you "
        "can't come:",
        count,
    )


def _wording(clinic: Clinic, content: Content, link: str, news: News) -> OutgoingText:
    details = AppointmentDetails.of(content)
    is_series = details.count > 1 and news is News.BOOKED
    words = {
        "clinic": clinic.name,
        "when": when(details.start),
        "was": when(details.was) if details.was else "",
        "count": details.count,
    }
    said = _series(details.count) if is_series else _(_SAID[news])
    return outgoing_text(
        clinic,
        subject=_(_SUBJECTS[news]).format(**words),
        said=said.format(**words),
        link=link,
        after=_(_BY_DATE_OF_BIRTH),
    )
