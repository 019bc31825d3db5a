"""Texts of the photo pages' scripts, from the same catalogue as the pages.

Names in {braces} are filled in.
"""

from typing import Any

from bedside.edge.counted import counted
from bedside.kernel import written
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext


def counted_texts_for_script(most: int) -> dict[str, dict[str, Any]]:
    """Return sentences about 0, 1, 2 … photos, up to `most`."""
    return {
        "sentElsewhere": counted(
            "%(count)s photo was sent from another device or window.",
            "%(count)s photos were sent from another device or window.",
            most,
        ),
        "notSentYet": counted(
            "The photo below is not sent yet.", "The %(count)s photos below are not sent yet.", most
        ),
        "deletedElsewhere": counted(
            "%(count)s photo was deleted on another device or window.",
            "%(count)s photos were deleted on another device or window.",
            most,
        ),
        "addedElsewhere": counted(
            "%(count)s photo was added on another device or window. It is not sent from here.",
            "%(count)s photos were added on another device or window. They are not sent from here.",
            most,
        ),
        "addedHere": counted("%(count)s photo added", "%(count)s photos added", most),
        "uploadingAll": counted("Uploading %(count)s photo", "Uploading %(count)s photos", most),
        "keptHere": counted(
            "%(count)s photo was kept on this phone, and goes on by itself. It is not sent yet.",
            "%(count)s photos were kept on this phone, and go on by themselves. They are not sent "
            "yet.",
            most,
        ),
    }


def texts_for_script(limit: int, most: int) -> dict[str, str]:
    """Return sentences by their names in the scripts. `limit` is the number of photos that can be
    sent, `most` the bytes of all of them together."""
    return {
        "addComment": _("Add comment"),
        "editComment": _("Edit comment"),
        "photo": _("Photo %(number)s") % {"number": "{number}"},
        "lookAt": _("Look at {photo}"),
        "chooseMore": _("Choose more photos"),
        "choosePhotos": _("Choose photos"),
        "yourPhotos": _("Your photos"),
        "waiting": _("Waiting"),
        "uploading": _("Uploading, {percent}"),
        "uploadingOf": _("Uploading photo {number} of {count}, {percent}"),
        "allUploaded": _("All photos are uploaded. They are sent when you press the button below."),
        "noConnection": _("No connection. Your photos are kept and go on by themselves."),
        "smaller": _("Making the photo smaller…"),
        "checking": _("Checking…"),
        "ready": _("Ready"),
        "unscanned": _("Not checked yet"),
        "unscannedNote": _("It could not be checked yet. You can send it all the same."),
        "refused": _("Not accepted"),
        "dark": _("Looks dark"),
        "darkNote": _("Try near a window. You can still send it."),
        "blurred": _("Looks blurred"),
        "blurredNote": _("Tap on the screen to focus, and hold still. You can still send it."),
        **_limits(limit, most),
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
        "sending": _("Sending photo {number} of {count}, {percent}"),
        "ofCount": _("{filed} of {count}"),
        "arrived": _("{filed} of {count} are at the clinic"),
        "labelled": _("%(label)s: %(text)s") % {"label": "{label}", "text": "{text}"},
        "quoted": _("“%(text)s”") % {"text": "{text}"},
        "closed": _("This link no longer works. Load the page again to see what to do."),
    }


def used(count: object, limit: object, size: str, most: str) -> str:
    """Say how much of what can be sent is taken, e.g. “3 of 10 · 6.2 of 15 MB”."""
    values = {"count": count, "limit": limit, "size": size, "most": most}
    return _("%(count)s of %(limit)s · %(size)s of %(most)s") % values


def _limits(limit: int, most: int) -> dict[str, str]:
    too_many = ngettext(
        "You can send up to %(limit)s photo. Not added: %(names)s",
        "You can send up to %(limit)s photos. Not added: %(names)s",
        limit,
    )
    too_large = _(
        "All photos together are larger than %(size)s, and we could not make them small enough. "
        "Delete one to send the others."
    )
    size = written.size(most)
    return {
        "used": used("{count}", limit, "{size}", size),
        "tooMany": too_many % {"limit": limit, "names": "{names}"},
        "tooLarge": too_large % {"size": size},
    }
