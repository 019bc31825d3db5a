"""The words of photo requests: what staff choose from, and what the patient reads."""

from dataclasses import dataclass

from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _


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

_TITLE = N_("Photo {number}")
_TITLES = {
    "skin": N_("Photo {number}, skin"),
    "wound": N_("Photo {number}, wound"),
    "document": N_("Photo {number}, document or card"),
}
"""Titles of photos of kinds that say what a photo shows."""

AGREEMENT_VERSION = "2026-11"
AGREEMENT = N_("By sending you agree that the photos become part of your medical record.")
"""The text of the agreement. A new wording gets a new version; the version is kept with the
request."""


def photo_title(template: str, body_part: str, number: int) -> str:
    """Return the title of a photo in the chart, e.g. “Photo 2, left arm”."""
    if body_part:
        return _("Photo {number}, {shown}").format(number=number, shown=body_part)
    return _(_TITLES.get(template, _TITLE)).format(number=number)
