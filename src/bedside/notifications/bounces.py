"""Mail that came back: the message was not delivered, in words, and the next way is tried at once.

Reports come from strangers' servers. They are parsed where hostile files are, and believed only
about a message whose own name they have, which nobody but its recipient has seen.
"""

import hmac
from dataclasses import dataclass
from typing import Protocol

from bedside.errors import NotAllowed
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.notifications.dispatcher import Dispatcher

PATH = "/hooks/mail"
LONGEST = 256 * 1024
"""Bytes that are read of a mail; a report that quotes a longer message says all before that."""

GONE = N_("This e-mail address does not exist. Correct it on the card, or choose another way.")
_FULL = N_("The mailbox is full. Call the patient, or choose another way.")
_CLOSED = N_("The mailbox takes no messages right now. Try again later, or choose another way.")
_LARGE = N_("The patient's mail server takes no message of this size.")
_UNWANTED = N_("The patient's mail server refused the message as unwanted. Choose another way.")
_UNREACHED = N_("The patient's mail server could not be reached for days. Choose another way.")
_REFUSED = N_("The e-mail came back. Check the patient's e-mail address, or choose another way.")
_MEANINGS: tuple[tuple[str, str], ...] = (
    ("1.0", GONE),
    ("1.1", GONE),
    ("1.2", GONE),
    ("1.3", GONE),
    ("1.6", GONE),
    ("1.10", GONE),
    ("2.1", _CLOSED),
    ("2.2", _FULL),
    ("2.3", _LARGE),
    ("3.1", _FULL),
    ("3.4", _LARGE),
    ("4.1", _UNREACHED),
    ("4.4", GONE),
    ("4.7", _UNREACHED),
)
"""By the last two numbers of a status code (RFC 3463)."""


@dataclass(frozen=True, slots=True)
class Report:
    """The content of a mail about messages: texts in which they may be named, and for each
    recipient an action and a status code (RFC 3464)."""

    places: tuple[str, ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()


class ReportReader(Protocol):
    """Reads mail of strangers."""

    async def read(self, mail: bytes) -> Report:
        """Return what a mail says; nothing of one that is no report. Raises Unavailable if it
        cannot be read now."""
        ...


def meaning_of(code: str) -> str:
    """Return a status code in words, a sentence of the catalogue."""
    first, _dot, rest = code.partition(".")
    if rest.partition(".")[0] == "7":
        return _UNWANTED
    return dict(_MEANINGS).get(rest, _REFUSED) if first in ("4", "5") else _REFUSED


def named_in(places: tuple[str, ...]) -> str:
    """Return the id of the message that is named; "" if there is none, or more than one."""
    found = {word for place in places for word in _words(place) if word and is_id(word, "ntf")}
    return found.pop() if len(found) == 1 else ""


def _words(place: str) -> list[str]:
    for sign in "<>@+,;:\"' \t\r\n":
        place = place.replace(sign, " ")
    return place.casefold().split()


class Bounces:
    """Takes mail that came back. `token` is what a mail server shows to the hook; without one, the
    hook takes nothing."""

    def __init__(self, dispatcher: Dispatcher, reader: ReportReader, token: str) -> None:
        self._dispatcher = dispatcher
        self._reader = reader
        self._token = token

    def require(self, shown: str) -> None:
        """Raise NotAllowed unless the right token was shown."""
        if not self._token or not hmac.compare_digest(self._token.encode(), shown.encode()):
            raise NotAllowed

    async def take(self, mail: bytes, recipient: str = "") -> bool:
        """Take a mail; `recipient` is the address to which it came, if it is known. Returns whether
        it is a report about a message of ours. Raises Unavailable if it cannot be read now."""
        report = await self._reader.read(mail[:LONGEST])
        message_id = named_in((recipient,)) or named_in(report.places)
        failed = [code for action, code in report.outcomes if action == "failed"]
        if not message_id or not failed:
            return False
        return await self._dispatcher.came_back(message_id, meaning_of(failed[-1]))
