"""The messages of requests: who is asking, until when, and nothing about health."""

from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.texts import OutgoingText, day_of, outgoing_text
from bedside.people.clinics import Clinic
from bedside.people.roles import Role
from bedside.requests.records import Content

_AT_THE_CLINIC = {
    Role.CLINICIAN: N_("%(who)s is a clinician at %(clinic)s."),
    Role.STAFF: N_("%(who)s is on the staff of %(clinic)s."),
    Role.ADMINISTRATOR: N_("%(who)s is on the staff of %(clinic)s."),
}


def sender(clinic: Clinic, asked_by: str, role: str) -> str:
    """Return a sentence about the sender's place at the clinic, "" if that is not known."""
    if role not in set(Role):
        return ""
    return _(_AT_THE_CLINIC[Role(role)]) % {"who": asked_by, "clinic": clinic.name}


def invitation(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message with the link: who is asking, until when, and nothing about health."""
    words = {"clinic": clinic.name, "who": content.asked_by, "day": day_of(clinic, until)}
    said = _("{clinic}: {who} has a request for you. Please open it by {day}:").format(**words)
    return outgoing_text(
        clinic,
        subject=_("{who} at {clinic} has a request for you").format(**words),
        said=said,
        link=link,
        after=_("You will be asked for the date of birth. No app or account is needed."),
    )


def reminder(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message sent a day before the link ends, if nobody has opened it."""
    words = {"clinic": clinic.name, "who": content.asked_by, "day": day_of(clinic, until)}
    return outgoing_text(
        clinic,
        subject=_("Reminder: {who} at {clinic} has a request for you").format(**words),
        said=_("{clinic}: the request of {who} is still open until {day}:").format(**words),
        link=link,
        after=_("You will be asked for the date of birth. No app or account is needed."),
    )


def unagreed(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message to somebody who uploaded something, and has not agreed to send it."""
    words = {"clinic": clinic.name, "who": content.asked_by, "day": day_of(clinic, until)}
    return outgoing_text(
        clinic,
        subject=_("Not sent yet: your answer to {who} at {clinic}").format(**words),
        said=_("{clinic}: your answer to {who} is not sent yet. Press the button by {day}:").format(
            **words
        ),
        link=link,
        after=_("You may be asked for your date of birth again. What you chose is kept."),
    )


def thanks(clinic: Clinic) -> OutgoingText:
    """Compose the message confirming that everything has arrived."""
    words = {"clinic": clinic.name}
    return outgoing_text(
        clinic,
        subject=_("{clinic} has received what you sent").format(**words),
        said=_("{clinic}: we have received what you sent. Thank you.").format(**words),
    )
