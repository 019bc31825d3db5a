"""The words of pages that are photographed and become a document (web/uploading/paper_pages.ts)."""

from typing import Any

from bedside.edge.counted import counted
from bedside.kernel.language import gettext as _


def paper_words() -> dict[str, Any]:
    """Return its sentences by name."""
    return {
        "document": _("Document {day}"),
        "page": _("Page {number}"),
        "pages": counted(
            "Use %(count)s page as one document", "Use %(count)s pages as one document"
        ),
        "making": _("The document is being made: page {number} of {count}."),
        "not_found": _("The edges were not found. Move the corners to those of the paper."),
        "found": _("The edges were found. Move a corner if it is not where it should be."),
        "not_a_picture": _(
            "This phone cannot show that picture. Take it again, or send it as a file."
        ),
        "corner": _("{which}: {across} from the left, {down} from the top"),
        "adding": _("The document is being added."),
        "offline": _(
            "No connection. The pages are kept on this phone, and added as soon as there is one."
        ),
        "later": _("It could not be added yet. It is tried again in a moment."),
        "not_used": _(
            "The photographed pages are not part of it yet. Use them as one document, or remove "
            "them."
        ),
        "no_room": _(
            "This phone has no room to keep the pages. Leave this page open until they are sent."
        ),
    }
