"""Findings about a step: its state by those of its messages, and why the next way is tried."""

from bedside.kernel.language import N_
from bedside.notifications.plans.rows import StepRow
from bedside.notifications.plans.table import Step, StepState
from bedside.notifications.states import NoticeState

READ_ALREADY = N_("It was not sent: the patient has seen it by now.")
GONE = N_("It was not sent: what it was about is not there any more.")
OTHER_WAY = N_("It was not sent: another way was tried meanwhile.")
SETTLED = N_("It was not sent: staff took care of it meanwhile.")
NOT_NEEDED = frozenset({READ_ALREADY, OTHER_WAY, SETTLED})
"""Why a message did not leave although nothing was wrong with it."""
_NOT_READ = N_("Nobody has read it in time.")
_NOT_OUT = N_("It did not leave in time.")
_NOT_SHOWN = N_("No device has shown it in time.")
_NOT_DELIVERED = N_("Nobody has confirmed in time that it arrived.")


def combined(states: set[str]) -> StepState:
    """Return the state of a step by those of its messages: one that arrived is enough."""
    if NoticeState.DELIVERED in states:
        return StepState.DELIVERED
    if states & {NoticeState.SENT, NoticeState.UNCERTAIN}:
        return StepState.SENT
    if states & {NoticeState.QUEUED, NoticeState.SENDING}:
        return StepState.SENDING
    return StepState.FAILED


def as_step(row: StepRow) -> Step:
    return Step(row.channel, StepState(row.state), row.began_at, row.sent_at, row.delivered_at)


def why_over(step: StepRow) -> str:
    """Return why the following way is tried although nothing was refused."""
    if not step.sent_at:
        return _NOT_OUT
    if step.delivered_at or step.channel == "email":
        return _NOT_READ
    return _NOT_SHOWN if step.channel == "push" else _NOT_DELIVERED
