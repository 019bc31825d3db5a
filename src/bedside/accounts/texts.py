"""Messages of the patient's app: nothing about health."""

from bedside.kernel.language import gettext as _
from bedside.notifications.texts import OutgoingText, in_language, outgoing_text
from bedside.people.clinics import Clinic


def code(clinic: Clinic, language: str, digits: str, host: str) -> OutgoingText:
    """Compose the message with a one-time code. Its last line lets a phone fill it in on this site
    only (origin-bound one-time codes, W3C)."""
    with in_language(language):
        made = outgoing_text(
            clinic,
            subject=_("Your code for {clinic}").format(clinic=clinic.name),
            said=_(
                "{clinic}: your code is {code}. It is valid for 10 minutes. Nobody from the clinic "
                "asks you for it."
            ).format(clinic=clinic.name, code=digits),
            after=_("If you did not ask for it, you need not do anything."),
        )
    return OutgoingText(made.subject, f"{made.text}\n\n@{host} #{digits}", made.html)
