"""Texts of requests: messages, and what the patient reads."""

from dataclasses import dataclass

from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.texts import OutgoingText, day_of, outgoing_text
from bedside.people.clinics import Clinic


@dataclass(frozen=True, slots=True)
class PhotoTemplate:
    """A kind of photo: its name for staff, what the patient is asked for, and tips for taking it.

    `works` and `does_not` say what makes a photo of this kind acceptable or not.
    """

    label: str
    asks: str
    works: tuple[str, ...]
    does_not: tuple[str, ...]


_CLOSE = N_("One photo from about 30 cm away, and one from further back to show where it is")
_LIGHT = N_("Daylight, near a window, with the light on what you photograph")
_SHARP = N_("Hold the phone with both hands, tap on the screen to focus, and wait a moment")
_PLAIN = N_("A plain background, with nothing else in the picture")
_DARK = N_("Dark photos, or photos against the light")
_BLURRED = N_("Blurred photos")
_FAR = N_("Photos from so far away that the place is hard to see")
_EDITED = N_("Filters, drawings or screenshots of photos")

PHOTO_TEMPLATES: dict[str, PhotoTemplate] = {
    "general": PhotoTemplate(
        N_("Any photo"),
        N_("Please send us one or more photos."),
        (_LIGHT, _SHARP, _PLAIN),
        (_DARK, _BLURRED, _EDITED),
    ),
    "skin": PhotoTemplate(
        N_("Skin"),
        N_("Please send us photos of your skin, close up and from further back."),
        (_LIGHT, _CLOSE, N_("A coin or a ruler beside it shows how large it is"), _SHARP),
        (_DARK, _BLURRED, _FAR, _EDITED),
    ),
    "wound": PhotoTemplate(
        N_("Wound"),
        N_("Please send us photos of the wound, taken when the dressing is changed."),
        (_LIGHT, _CLOSE, N_("Show the wound and the skin around it, without the dressing"), _SHARP),
        (_DARK, _BLURRED, N_("Photos with cream or a plaster over the wound"), _EDITED),
    ),
    "document": PhotoTemplate(
        N_("Document or card"),
        N_("Please send us photos of the document, each page by itself."),
        (
            N_("Lay it flat and take the photo from straight above"),
            N_("All four corners are in the picture"),
            _LIGHT,
        ),
        (_BLURRED, N_("Shadows or shine over the words"), N_("Pages that are cut off")),
    ),
}

_NAMED = frozenset(PHOTO_TEMPLATES) - {"general"}
"""Kinds whose name says what a photo shows."""

AGREEMENT_VERSION = "2026-11"
AGREEMENT = N_("By sending you agree that the photos become part of your medical record.")
"""The text a patient agrees to. A new wording gets a new version; the version is stored with the
request."""


def photo_title(template: str, body_part: str, number: int) -> str:
    """Return a photo's name in the chart, e.g. “Photo 2, left arm”."""
    shown = body_part or (_(PHOTO_TEMPLATES[template].label).lower() if template in _NAMED else "")
    if shown:
        return _("Photo {number}, {shown}").format(number=number, shown=shown)
    return _("Photo {number}").format(number=number)


def invitation(clinic: Clinic, asked_by: str, link: str, until: int) -> OutgoingText:
    """Compose the message with the link: who is asking, until when, and nothing about health."""
    words = {"clinic": clinic.name, "who": asked_by, "day": day_of(clinic, until)}
    said = _("{clinic}: {who} has a request for you. Please open it by {day}:").format(**words)
    return outgoing_text(
        clinic,
        subject=_("{who} at {clinic} has a request for you").format(**words),
        said=said,
        link=link,
        after=_("You will be asked for your date of birth. No app or account is needed."),
    )


def reminder(clinic: Clinic, asked_by: str, link: str, until: int) -> OutgoingText:
    """Compose the message sent a day before the link ends, if nobody has opened it."""
    words = {"clinic": clinic.name, "who": asked_by, "day": day_of(clinic, until)}
    return outgoing_text(
        clinic,
        subject=_("Reminder: {who} at {clinic} has a request for you").format(**words),
        said=_("{clinic}: the request of {who} is still open until {day}:").format(**words),
        link=link,
        after=_("You will be asked for your date of birth. No app or account is needed."),
    )


def thanks(clinic: Clinic) -> OutgoingText:
    """Compose the message confirming that everything has arrived."""
    words = {"clinic": clinic.name}
    return outgoing_text(
        clinic,
        subject=_("{clinic} has received what you sent").format(**words),
        said=_("{clinic}: we have received what you sent. Thank you.").format(**words),
    )
