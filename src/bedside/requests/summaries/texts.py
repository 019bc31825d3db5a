"""The messages that carry the link to a summary, and its copy for the chart."""

from bedside.kernel import clock, written
from bedside.kernel.language import gettext as _
from bedside.notifications.texts import OutgoingText, day_of, outgoing_text
from bedside.people.clinics import Clinic
from bedside.requests.records import Content


def day(clinic: Clinic, at: int) -> str:
    """Format a day at the clinic with its year, e.g. “29 November 2026”."""
    return written.day(clock.in_zone(clinic.options.time_zone, at))


def invitation(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message with the link: who writes, until when, and nothing about health."""
    return _wording(
        clinic, content, link, until, _("{clinic}: {who} has written to you. Read it by {day}:")
    )


def reminder(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message sent before the link ends, if nobody has opened it."""
    return _wording(
        clinic, content, link, until, _("{clinic}: what {who} wrote to you is here until {day}:")
    )


def _wording(clinic: Clinic, content: Content, link: str, until: int, said: str) -> OutgoingText:
    words = {"clinic": clinic.name, "who": content.asked_by, "day": day_of(clinic, until)}
    return outgoing_text(
        clinic,
        subject=_("{who} at {clinic} has written to you").format(**words),
        said=said.format(**words),
        link=link,
        after=_("You will be asked for the date of birth. No app or account is needed."),
    )
