"""Texts of the photo pages' scripts, from the same catalogue as the pages.

Names in {braces} are filled in.
"""

from dataclasses import asdict, dataclass
from typing import Any

from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext


@dataclass(frozen=True, slots=True)
class Counted:
    """A sentence about any number of photos: its forms in this language, and by the number of
    photos, from 0, which of them to take."""

    forms: list[str]
    which: list[int]


def counted_texts_for_script(most: int) -> dict[str, dict[str, Any]]:
    """Return sentences about 0, 1, 2 … photos, up to `most`: each language counts in its own
    way."""

    def each(one: str, many: str) -> dict[str, Any]:
        each_number = [ngettext(one, many, count) for count in range(most + 1)]
        forms = list(dict.fromkeys(each_number))
        which = [forms.index(form) for form in each_number]
        return asdict(Counted([form % {"count": "{count}"} for form in forms], which))

    return {
        "sentElsewhere": each(
            "%(count)s photo was sent from another device or window.",
            "%(count)s photos were sent from another device or window.",
        ),
        "notSentYet": each(
            "The photo below is not sent yet.", "The %(count)s photos below are not sent yet."
        ),
        "deletedElsewhere": each(
            "%(count)s photo was deleted on another device or window.",
            "%(count)s photos were deleted on another device or window.",
        ),
        "addedElsewhere": each(
            "%(count)s photo was added on another device or window. It is not sent from here.",
            "%(count)s photos were added on another device or window. They are not sent from here.",
        ),
        "addedHere": each("%(count)s photo added", "%(count)s photos added"),
        "uploadingAll": each("Uploading %(count)s photo", "Uploading %(count)s photos"),
        "keptHere": each(
            "%(count)s photo was kept on this phone, and goes on by itself. It is not sent yet.",
            "%(count)s photos were kept on this phone, and go on by themselves. They are not sent "
            "yet.",
        ),
    }


def texts_for_script() -> dict[str, str]:
    """Return sentences by the names that web/photo_requests/texts.ts uses."""
    return {
        "addComment": _("Add comment"),
        "editComment": _("Edit comment"),
        "photo": _("Photo {number}"),
        "lookAt": _("Look at {photo}"),
        "used": _("{count} of {limit} · {size} of {most} MB"),
        "chooseMore": _("Choose more photos"),
        "choosePhotos": _("Choose photos"),
        "yourPhotos": _("Your photos"),
        "waiting": _("Waiting"),
        "uploading": _("Uploading, {percent}%"),
        "uploadingOf": _("Uploading photo {number} of {count}, {percent}%"),
        "allUploaded": _("All photos are uploaded. They are sent when you press the button below."),
        "noConnection": _("No connection. Your photos are kept and go on by themselves."),
        "smaller": _("Making the photo smaller …"),
        "checking": _("Checking…"),
        "ready": _("Ready"),
        "unscanned": _("Not checked yet"),
        "unscannedNote": _("It could not be checked yet. You can send it all the same."),
        "refused": _("Not accepted"),
        "dark": _("Looks dark"),
        "darkNote": _("Try near a window. You can still send it."),
        "blurred": _("Looks blurred"),
        "blurredNote": _("Tap on the screen to focus, and hold still. You can still send it."),
        "tooMany": _("You can send up to {limit} photos. Not added: {names}"),
        "tooLarge": _(
            "All photos together are larger than {most} MB, and we could not make them small "
            "enough. Delete one to send the others."
        ),
        "notStored": _(
            "This phone has no room to keep the photos. Keep this page open until they are "
            "uploaded."
        ),
        "keepsNothing": _(
            "This browser keeps nothing for later, as in some private windows. Keep this page open "
            "until your photos are sent."
        ),
        "failed": _("Could not be uploaded. Delete it and choose it again."),
        "empty": _(
            "This photo is empty: it may still be in the cloud. Open it once in the app for your "
            "photos, then choose it again."
        ),
        "unreadable": _(
            "This photo cannot be read: it was changed or moved meanwhile. Delete it and choose it "
            "again."
        ),
        "halfUploaded": _("Half of the photos are uploaded"),
        "deletedPhoto": _("{photo} deleted"),
        "undone": _("{photo} is back"),
        "noNetwork": _("No connection. {what}"),
        "deleteWaits": _("The deleted photo is not sent, and removed as soon as there is one."),
        "commentWaits": _("Your comment is kept here, and added as soon as there is one."),
        "commentSaved": _("Comment saved"),
        "sending": _("Sending photo {number} of {count}, {percent}%"),
        "ofCount": _("{filed} of {count}"),
        "arrived": _("{filed} of {count} are at the clinic"),
        "closed": _("This link no longer works. Load the page again to see what to do."),
    }
