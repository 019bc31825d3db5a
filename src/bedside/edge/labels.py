"""Words and icons for the domain's keys: categories, channels, states of a file."""

from collections.abc import Callable

from babel import Locale

from bedside.charts import categories, channels
from bedside.files import media_types, states
from bedside.files.media_types import Kind
from bedside.files.states import FileState
from bedside.kernel import language
from bedside.kernel.language import N_, gettext
from bedside.requests.states import State

_STATE_TONES = {
    FileState.RECEIVING: ("busy", ""),
    FileState.SCANNING: ("busy", ""),
    FileState.UNSCANNED: ("attention", "hourglass"),
    FileState.FILED: ("good", "shield-check"),
    FileState.REFUSED: ("bad", "ban"),
    FileState.INFECTED: ("bad", "shield-alert"),
}
_KIND_ICONS = {
    Kind.IMAGE: "file-image",
    Kind.PDF: "file-text",
    Kind.TEXT: "file-text",
    Kind.DOCUMENT: "file-text",
    Kind.VIDEO: "file-video",
}
_REQUEST_STATES = {
    State.REQUESTED: (N_("Being sent"), "busy"),
    State.SENT: (N_("Sent"), "neutral"),
    State.DELIVERED: (N_("Delivered"), "neutral"),
    State.UNCERTAIN: (N_("Perhaps not delivered"), "attention"),
    State.OPENED: (N_("Opened"), "new"),
    State.IN_PROGRESS: (N_("In progress"), "busy"),
    State.DONE: (N_("Done"), "good"),
    State.EXPIRED: (N_("Expired"), "attention"),
    State.REVOKED: (N_("Link closed"), "neutral"),
    State.FAILED: (N_("Not delivered"), "bad"),
    State.LOCKED: (N_("Locked"), "bad"),
}


def category(key: str) -> str:
    """Return “Lab results” for lab_results."""
    return gettext(categories.LABELS.get(key, key))


def channel(key: str) -> str:
    """Return “by link” for photo_request."""
    return gettext(channels.LABELS.get(key, key))


def file_state(key: str) -> str:
    """Return “Scanned” for filed."""
    return gettext(states.LABELS.get(key, key))


def state_tone(key: str) -> str:
    """Return the tone of the chip that shows a file's state."""
    return _STATE_TONES[FileState(key)][0]


def state_icon(key: str) -> str:
    """Return the icon of that chip; "" for the one of its tone."""
    return _STATE_TONES[FileState(key)][1]


def file_icon(media_type: str) -> str:
    """Return the icon for a file without a picture."""
    kind = media_types.kind(media_type)
    return _KIND_ICONS[kind] if kind else "file-text"


def file_type(media_type: str) -> str:
    """Return “HEIC photo” for image/heic."""
    return gettext(media_types.label(media_type))


def request_state(key: str) -> str:
    """Return “In progress” for in_progress."""
    return gettext(_REQUEST_STATES[State(key)][0])


def request_tone(key: str) -> str:
    """Return the tone of the chip that shows a request's state."""
    return _REQUEST_STATES[State(key)][1]


FILTERS: dict[str, Callable[[str], str]] = {
    "category": category,
    "channel": channel,
    "file_state": file_state,
    "state_tone": state_tone,
    "state_icon": state_icon,
    "file_icon": file_icon,
    "file_type": file_type,
    "request_state": request_state,
    "request_tone": request_tone,
}


def language_name(code: str) -> str:
    """Return “Swedish” for sv; the code itself if Unicode's data has no name."""
    return Locale.parse(code).get_language_name(language.locale()) or code
