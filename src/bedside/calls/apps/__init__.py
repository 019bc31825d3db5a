"""The apps of a call (feature V8), in the order in which they are offered.

An app is a folder of `web` with its pages and scripts, and a line here. Its content belongs to a
call or to one leg of a visit, so that nothing of it goes to the next clinician (feature V11).
"""

from dataclasses import dataclass

from bedside.calls.states import Kind
from bedside.kernel.language import N_


@dataclass(frozen=True, slots=True)
class App:
    """One app: its name in addresses and folders, its label (to be translated), its icon, and who
    in a call sees it."""

    name: str
    label: str
    icon: str
    seen_by: frozenset[Kind]


_STAFF = frozenset({Kind.STAFF})
_WITH_PATIENT = frozenset({Kind.STAFF, Kind.PATIENT})
_ALL = frozenset(Kind)

APPS = (
    App("file_transfer", N_("File transfer"), "file-up", _WITH_PATIENT),
    App("chat", N_("Chat"), "message-circle", _WITH_PATIENT),
    App("whiteboard", N_("Whiteboard"), "pencil", _ALL),
    App("photo_capture", N_("Photo capture"), "camera", _WITH_PATIENT),
    App("notes", N_("Notes"), "clipboard-list", _STAFF),
)


def apps_of(kind: Kind) -> tuple[App, ...]:
    """Return the apps offered to a kind of participant."""
    return tuple(app for app in APPS if kind in app.seen_by)
