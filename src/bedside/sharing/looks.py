"""Lines of the audit log put together: one look for whatever one person did in one go."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bedside.audit import Action
from bedside.audit.recorder import Line
from bedside.kernel import clock
from bedside.kernel.language import N_, ngettext
from bedside.kernel.language import gettext as _

PAUSE = 30 * clock.MINUTE
"""After a longer pause, it is another look."""

_ONCE = {
    Action.CHART_OPENED: N_("opened your record"),
    Action.PATIENT_OPENED: N_("looked at your details"),
    Action.CHART_SEARCHED: N_("searched in your files"),
    Action.VISIT_OPENED: N_("looked at a visit of yours"),
    Action.VISITS_LISTED: N_("looked at the list of your visits"),
    Action.VISIT_NOTED: N_("wrote a note about a visit"),
    Action.CHAT_OPENED: N_("read your messages"),
    Action.CHAT_SAID: N_("wrote you a message"),
    Action.CONVERSATION_OPENED: N_("read your messages"),
    Action.CONVERSATION_STARTED: N_("wrote a message"),
    Action.CONVERSATION_SAID: N_("wrote a message"),
    Action.LATER_CHANGED: N_("wrote a message"),
    Action.CONVERSATION_NOTED: N_("wrote a note for the team about your messages"),
    Action.CONVERSATION_CHANGED: N_("assigned, closed or postponed a conversation with you"),
    Action.CONVERSATION_RETRACTED: N_("took back a message to you"),
    Action.REQUEST_SENT: N_("sent you a request"),
    Action.FORM_SENT: N_("sent you a request"),
    Action.APP_INVITATION_SENT: N_("invited you to the app"),
    Action.PROXY_ADDED: N_("was let in to your app"),
    Action.REQUEST_VIEWED: N_("looked at what you sent"),
    Action.SUMMARY_SENT: N_("sent you a summary of a visit"),
    Action.INVITATION_SENT: N_("invited you to a visit"),
    Action.VISIT_ADMITTED: N_("saw you in a visit"),
    Action.VISIT_IDENTIFIED: N_("saw you in a visit"),
    Action.VISIT_COMPLETED: N_("saw you in a visit"),
    Action.CALL_STARTED: N_("saw you in a visit"),
    Action.CALL_LEFT: N_("saw you in a visit"),
    Action.PATIENT_ADDED: N_("created your record"),
    Action.PATIENT_CHANGED: N_("changed your details"),
    Action.PATIENT_ASSIGNED: N_("changed who looks after you"),
    Action.CHARTS_JOINED: N_("joined two records of yours"),
    Action.CHARTS_PARTED: N_("took two joined records apart"),
    Action.ACCESS_REFUSED: N_("tried to open your record, and was refused"),
    Action.GLASS_BROKEN: N_("opened your record in an emergency"),
    Action.SHARE_OPENED: N_("opened a link that you made"),
    Action.SHARE_REFUSED: N_("entered a wrong passcode at a link that you made"),
    Action.SHARE_CREATED: N_("made a link to files of yours"),
    Action.SHARE_ENDED: N_("ended a link to files of yours"),
    Action.ITEM_HIDDEN: N_("kept something of yours from others"),
    Action.ITEM_SHOWN: N_("let others see something of yours again"),
    Action.ACCESSES_OPENED: N_("looked at who opened your record"),
    Action.ACCESS_QUESTIONED: N_("asked the clinic about an access"),
    Action.ACCESS_EXPLAINED: N_("answered your question about an access"),
    Action.REPORT_ANSWERED: N_("answered what you reported"),
    Action.REQUEST_REFUSED: N_("entered a wrong date of birth at a link to you"),
    Action.PROXY_REFUSED: N_("entered a wrong date of birth at a link to you"),
    Action.VISIT_REFUSED: N_("entered a wrong date of birth at a link to you"),
    Action.REQUEST_LOCKED: N_("entered wrong dates until the link was locked"),
    Action.PROXY_LOCKED: N_("entered wrong dates until the link was locked"),
    Action.REQUEST_ANSWERED: N_("told us on the page of a link that it did not help them"),
}
_ELSE = N_("worked with your record")
"""An action that has no words yet: the patient sees that there was one."""
_SAW_NOTHING = {
    Action.ACCESS_REFUSED,
    Action.SHARE_REFUSED,
    Action.REQUEST_REFUSED,
    Action.PROXY_REFUSED,
    Action.VISIT_REFUSED,
    Action.REQUEST_LOCKED,
    Action.PROXY_LOCKED,
    Action.REQUEST_ANSWERED,
}
"""Actions of somebody who tried."""
_WITH_FILES: dict[Action, Callable[[int], str]] = {
    Action.FILE_VIEWED: lambda n: ngettext("looked at one file", "looked at {n} files", n),
    Action.FILE_DOWNLOADED: lambda n: ngettext("downloaded one file", "downloaded {n} files", n),
    Action.FILE_RECEIVED: lambda n: ngettext("added one file", "added {n} files", n),
    Action.ENTRY_CHANGED: lambda n: ngettext(
        "changed the description of one file", "changed the description of {n} files", n
    ),
    Action.ENTRY_REVIEWED: lambda n: ngettext(
        "marked one file as reviewed", "marked {n} files as reviewed", n
    ),
    Action.ENTRY_MOVED: lambda n: ngettext("moved one file", "moved {n} files", n),
    Action.ENTRY_REPORTED: lambda n: ngettext(
        "reported one file as wrong", "reported {n} files as wrong", n
    ),
    Action.SHARE_READ: lambda n: ngettext("read one file", "read {n} files", n),
}
"""Words for actions with files, of which there may be several."""


@dataclass(slots=True)
class Look:
    """One look: the lines of one actor without a long pause. `newest_seq` names it."""

    actor_kind: str
    actor_id: str
    newest_seq: int
    oldest_seq: int
    until: int
    since: int
    done: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    subjects: set[str] = field(default_factory=set[str])
    reason: str = ""
    recipient: str = ""

    def takes(self, line: Line) -> bool:
        """Whether a line, which is older, belongs to it."""
        same = (line.actor_kind, line.actor_id) == (self.actor_kind, self.actor_id)
        return same and self.since - line.at <= PAUSE

    def add(self, line: Line) -> None:
        """Add a line."""
        self.oldest_seq = line.seq
        self.since = min(self.since, line.at)
        about = str(line.details.get("entry") or line.subject_id or line.seq)
        self.done.setdefault(line.action, set()).add(about)
        self.subjects.add(line.subject_id)
        if line.action == Action.GLASS_BROKEN:
            self.reason = str(line.details.get("reason", ""))
        self.recipient = self.recipient or str(line.details.get("recipient", ""))

    @property
    def was_refused(self) -> bool:
        """Whether somebody tried, and saw nothing."""
        return set(self.done) <= _SAW_NOTHING

    @property
    def broke_glass(self) -> bool:
        """Whether it was an emergency access."""
        return Action.GLASS_BROKEN in self.done

    def counts(self) -> list[tuple[str, int]]:
        """Return what was done, and with how many things, oldest first."""
        return [(action, len(about)) for action, about in reversed(self.done.items())]


def in_words(counts: Iterable[tuple[str, int]]) -> list[str]:
    """Return what was done in plain words, in the reader's language."""
    return list(dict.fromkeys(_words(action, count) for action, count in counts))


def _words(action: str, count: int) -> str:
    if action not in set(Action):
        return _(_ELSE)
    known = Action(action)
    if known in _WITH_FILES:
        return _WITH_FILES[known](count).format(n=count)
    return _(_ONCE.get(known, _ELSE))


def begun(line: Line) -> Look:
    """Return a look that begins (ends, in time) with a line."""
    look = Look(line.actor_kind, line.actor_id, line.seq, line.seq, line.at, line.at)
    look.add(line)
    return look


def together(looks: list[Look], lines: Iterable[Line], most: int) -> int:
    """Put lines, newest first, into looks, until one would be more than `most`. Returns the number
    of that line; 0 if all of them are in."""
    for line in lines:
        mine = next((look for look in reversed(looks) if look.takes(line)), None)
        if mine is not None:
            mine.add(line)
        elif len(looks) == most:
            return line.seq
        else:
            looks.append(begun(line))
    return 0
