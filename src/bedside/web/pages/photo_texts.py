"""What ts/photos says, from the same catalogue as the pages. Names in {braces} are filled in."""

from bedside.kernel.language import gettext as _


def texts_for_script() -> dict[str, str]:
    """Sentences by the names that ts/photos/texts.ts knows."""
    return {
        "addComment": _("Add comment"),
        "editComment": _("Edit comment"),
        "photo": _("Photo {number}"),
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
        "tooMany": _("You can send up to {limit} photos. The first ones are kept."),
        "tooLarge": _(
            "All photos together are larger than {most} MB, and we could not make them small "
            "enough. Delete one to send the others."
        ),
        "notStored": _(
            "This phone has no room to keep the photos. Keep this page open until they are "
            "uploaded."
        ),
        "failed": _("Could not be uploaded. Delete it and choose it again."),
        "deleted": _("Photo deleted"),
        "commentSaved": _("Comment saved"),
        "sending": _("Sending photo {number} of {count}, {percent}%"),
        "ofCount": _("{filed} of {count}"),
        "arrived": _("{filed} of {count} are at the clinic"),
        "closed": _("This link no longer works. Load the page again to see what to do."),
    }
