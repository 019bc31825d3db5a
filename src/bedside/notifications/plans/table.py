"""The steps of a message plan as a pure table: what follows on what, and when.

Times are NHS Notify's by default: the next way if a message did not get out within an hour, was not
read within a day (four hours if it matters when; 4, 12 and 24 hours before an appointment), or was
not delivered within three days; at once if it was refused.
"""

from dataclasses import dataclass
from enum import StrEnum

from bedside.kernel import clock
from bedside.people.contact import CHANNELS, Hours

PUSH_HOURS = Hours(start=6 * 60, end=22 * 60)
"""A device buzzes beside a bed; a text message waits quietly as often as not."""


class PlanKind(StrEnum):
    """How soon an item has to be read."""

    URGENT = "urgent"
    APPOINTMENT = "appointment"
    NORMAL = "normal"


class PlanState(StrEnum):
    """The states of a plan."""

    RUNNING = "running"
    READ = "read"
    """Somebody on the patient's side has seen the item, anywhere. It runs again when there is
    something to be reminded of."""
    STOPPED = "stopped"
    """The item is gone: nothing is left to read."""
    UNREACHED = "unreached"
    """Every way was tried, and nobody has read it: a task for staff."""
    SETTLED = "settled"
    """Staff have taken care of it, or stopped the messages."""


MOVES: dict[PlanState, frozenset[PlanState]] = {
    PlanState.RUNNING: frozenset(
        {PlanState.READ, PlanState.STOPPED, PlanState.UNREACHED, PlanState.SETTLED}
    ),
    PlanState.UNREACHED: frozenset(
        {PlanState.RUNNING, PlanState.READ, PlanState.STOPPED, PlanState.SETTLED}
    ),
    PlanState.SETTLED: frozenset({PlanState.RUNNING, PlanState.READ, PlanState.STOPPED}),
    PlanState.READ: frozenset({PlanState.RUNNING, PlanState.STOPPED}),
    PlanState.STOPPED: frozenset({PlanState.RUNNING}),
}


def may_become(state: str, following: PlanState) -> bool:
    """Whether the table allows this step."""
    return following in MOVES[PlanState(state)]


class Occasion(StrEnum):
    """Why a pass through the ways begins."""

    INVITE = "invite"
    """The item is new, or has a new link."""
    REMINDER = "reminder"
    UNAGREED = "unagreed"
    """Something is here that the patient has not agreed to send."""
    AGAIN = "again"
    """Somebody on the patient's side asked for it once more."""


PASS = 10
"""Numbers of one pass: step 12 is the third way of the second pass, which is a reminder."""
LAST_OF_PASS = PASS - 1
"""The number of a step that no other way follows."""
DEFAULT_WAYS: tuple[tuple[str, ...], ...] = tuple((channel,) for channel in CHANNELS)


def ways_of(stored: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways of a plan in their order, each with the channels that it uses at once."""
    if not stored:
        return DEFAULT_WAYS
    return tuple(tuple(way.split("+")) for way in stored.split(","))


def stored_ways(ways: tuple[tuple[str, ...], ...]) -> str:
    """Return ways as a plan stores them."""
    return ",".join("+".join(way) for way in ways)


class StepState(StrEnum):
    """The states of one step, which is one way."""

    HELD = "held"
    """It waits for the hours at which messages may go to the patient."""
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    """It was read, or the item was gone, before this step left."""


OVER = frozenset({StepState.FAILED, StepState.SKIPPED, StepState.CANCELLED})
"""States after which nothing more comes of a step."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long a step may take, in milliseconds. `read_within` has one time for each channel, in
    their order; `counts_from_sending` says that it does not wait for a delivery."""

    out_within: int
    read_within: tuple[int, ...]
    delivered_within: int
    counts_from_sending: bool = False

    def read_of(self, way: str) -> int:
        """Return how long a message of this way may stay unread: of several channels the one that
        takes longest."""
        return max(self.read_within[CHANNELS.index(channel)] for channel in way.split("+"))


@dataclass(frozen=True, slots=True)
class Step:
    """Knowledge of the step in hand. Times in milliseconds, 0 until known."""

    channel: str
    state: StepState
    began_at: int
    sent_at: int = 0
    delivered_at: int = 0


DEFAULT_TIMES: dict[PlanKind, Times] = {
    PlanKind.URGENT: Times(clock.HOUR, (4 * clock.HOUR,) * 3, 4 * clock.HOUR, True),
    PlanKind.APPOINTMENT: Times(
        clock.HOUR,
        (4 * clock.HOUR, 12 * clock.HOUR, 24 * clock.HOUR),
        24 * clock.HOUR,
        counts_from_sending=True,
    ),
    PlanKind.NORMAL: Times(clock.HOUR, (24 * clock.HOUR,) * 3, 72 * clock.HOUR),
}


def over_at(step: Step, times: Times) -> int:
    """Return when a step is over unless something more is learned of it until then: the following
    way is tried. A step that can bring nothing more was over when it began."""
    if step.state in OVER:
        return step.began_at
    if not step.sent_at:
        return step.began_at + times.out_within
    read_within = times.read_of(step.channel)
    arrived = step.delivered_at or (step.sent_at if _never_confirmed(step.channel) else 0)
    if arrived:
        since = step.sent_at if times.counts_from_sending else arrived
        return since + read_within
    if step.channel == "push":
        return step.sent_at + times.out_within
    if times.counts_from_sending:
        return step.sent_at + read_within
    return step.sent_at + times.delivered_within


def _never_confirmed(channel: str) -> bool:
    """Whether nobody reports an arrival by this channel: of mail only failures come back."""
    return channel == "email"
