"""Text messages about a visit: short, in GSM-7 in English, no name of a patient and no reason.

The link leads into the place on the phone or computer that checked in; on any other device to the
door of the room, and nobody learns from it who waits there.
"""

from enum import StrEnum

from bedside.kernel.language import gettext as _
from bedside.notifications.texts import OutgoingText, in_language, outgoing_text
from bedside.people.clinics import Clinic


class Why(StrEnum):
    """Why a patient gets a text message."""

    OPEN_PAGE = "open_page"
    """The page does not answer."""
    WE_CALL = "we_call"
    """Staff are about to dial."""
    NO_SOUND = "no_sound"
    """The microphone is blocked, or the phone has none."""
    TURN = "turn"
    """The turn comes near."""
    CALLED = "called"
    """A call was started, and the page does not answer."""


BY_STAFF = (Why.OPEN_PAGE, Why.WE_CALL, Why.NO_SOUND)
"""Those that staff send themselves."""


def label_of(why: Why) -> str:
    """Return what staff read beside the text."""
    return {
        Why.OPEN_PAGE: _("Ask to open the page again"),
        Why.WE_CALL: _("Say that you are calling"),
        Why.NO_SOUND: _("Say that nothing is heard"),
    }[why]


def wording(clinic: Clinic, why: Why, link: str, language: str) -> OutgoingText:
    """Compose a text message in the patient's language."""
    with in_language(language):
        sentences = {
            Why.OPEN_PAGE: _("{clinic}: we are waiting for you. Please open your page again:"),
            Why.WE_CALL: _("{clinic}: we are calling you by phone now. Please pick up."),
            Why.NO_SOUND: _(
                "{clinic}: we cannot hear you. We call you by phone now, or allow the microphone "
                "on your page:"
            ),
            Why.TURN: _("{clinic}: it is your turn soon. Please open your page:"),
            Why.CALLED: _("{clinic}: we are calling you now. Please open your page:"),
        }
        return outgoing_text(
            clinic,
            subject="",
            said=sentences[why].format(clinic=clinic.name),
            link="" if why is Why.WE_CALL else link,
        )


def again_wording(clinic: Clinic, link: str, language: str) -> OutgoingText:
    """Compose the message to a patient who has lost the page of a visit."""
    with in_language(language):
        said = _("{clinic}: this link leads back to your visit:")
        return outgoing_text(
            clinic,
            subject=_("{clinic}: back to your visit").format(clinic=clinic.name),
            said=said.format(clinic=clinic.name),
            link=link,
        )


def door_wording(clinic: Clinic, link: str) -> OutgoingText:
    """Compose an invitation to the waiting room at this link, to a bare number."""
    said = _("{clinic} invites you to a video visit. Check in here when it is time:")
    return outgoing_text(clinic, subject="", said=said.format(clinic=clinic.name), link=link)
