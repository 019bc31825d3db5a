"""The words of the script of the page “Send files”."""

from typing import Any

from bedside.edge.counted import counted
from bedside.kernel import written
from bedside.kernel.language import gettext as _


def words(largest: int) -> dict[str, Any]:
    """Return its sentences by name; `largest` in bytes, of one file."""
    limit = written.size(largest)
    return {
        "places": _places(),
        "only_here": counted(
            "Only on this phone: %(count)s file", "Only on this phone: %(count)s files"
        ),
        "since": _("since {when}"),
        "offline": _("No connection. What is only here goes by itself as soon as there is one."),
        "away": _("You are signed out. They wait here, and go when you have signed in again."),
        "going": _("They are on their way. You may use the phone for other things meanwhile."),
        "send": counted("Send %(count)s file", "Send %(count)s files"),
        "arrived": _("{name} is at the clinic."),
        "too_large": _(
            "{name} is larger than {limit}, which is the most that can be sent. It was not added."
        ).replace("{limit}", limit),
        "empty": _("{name} is empty. It was not added."),
        "unreadable": _("{name} cannot be read. It was not added."),
        "not_kept": _(
            "This phone has no room to keep it. Leave this page open until it is at the clinic."
        ),
        "keeps": _(
            "This phone keeps them until the clinic has them, also when it is switched off."
        ),
        "may_drop": _(
            "The browser may delete them when the phone runs out of room. Send them soon."
        ),
        "apple": _(
            "If you do not open this page for 7 days, Safari deletes what was not sent. Put the "
            "app on your first screen to keep it longer."
        ),
        "removed": _("{name} is removed from this phone."),
    }


def _places() -> dict[str, str]:
    """Return where a file is, in words; see web/uploading/queue.ts."""
    return {
        "chosen": _("On this phone, not sent yet"),
        "waiting": _("On this phone, waits for its turn"),
        "sending": _("Is being sent: {percent}"),
        "lost": _("On this phone, waits for a connection"),
        "away": _("On this phone, waits until you sign in again"),
        "failed": _("On this phone, is tried again in a moment"),
        "refused": _("Not accepted"),
    }
