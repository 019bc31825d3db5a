"""The table of message plans and its times, without a database."""

from itertools import product

import pytest

from bedside.kernel import clock
from bedside.notifications.plans.options import PlanOptions
from bedside.notifications.plans.table import (
    DEFAULT_TIMES,
    PlanKind,
    PlanState,
    Step,
    StepState,
    may_become,
    over_at,
)

pytestmark = pytest.mark.feature("N7")

H = clock.HOUR
NOON = 1_800_000_000_000
ENDED = (PlanState.READ, PlanState.STOPPED)


@pytest.mark.parametrize(
    ("kind", "step", "hours"),
    [
        # not out within an hour, whatever it is
        *(
            (kind, Step(channel, StepState.SENDING, NOON), 1)
            for kind, channel in product(PlanKind, ("push", "sms", "email"))
        ),
        # a push that nobody has shown
        (PlanKind.NORMAL, Step("push", StepState.SENT, NOON, NOON), 1),
        (PlanKind.URGENT, Step("push", StepState.SENT, NOON, NOON), 1),
        # shown, and not read
        (PlanKind.NORMAL, Step("push", StepState.DELIVERED, NOON, NOON, NOON), 24),
        (PlanKind.URGENT, Step("push", StepState.DELIVERED, NOON, NOON, NOON), 4),
        (PlanKind.APPOINTMENT, Step("push", StepState.DELIVERED, NOON, NOON, NOON), 4),
        (PlanKind.APPOINTMENT, Step("sms", StepState.DELIVERED, NOON, NOON, NOON), 12),
        (PlanKind.APPOINTMENT, Step("email", StepState.SENT, NOON, NOON), 24),
        # sent, and nobody knows whether it arrived
        (PlanKind.NORMAL, Step("sms", StepState.SENT, NOON, NOON), 72),
        (PlanKind.URGENT, Step("sms", StepState.SENT, NOON, NOON), 4),
        # nobody ever confirms that mail arrived
        (PlanKind.NORMAL, Step("email", StepState.SENT, NOON, NOON), 24),
        # delivered late: what can wait is given its whole time, what cannot is not
        (PlanKind.NORMAL, Step("sms", StepState.DELIVERED, NOON, NOON, NOON + 30 * H), 54),
        (PlanKind.URGENT, Step("sms", StepState.DELIVERED, NOON, NOON, NOON + 3 * H), 4),
    ],
)
def test_a_step_is_over_after_its_time(kind: PlanKind, step: Step, hours: int) -> None:
    assert over_at(step, DEFAULT_TIMES[kind]) - NOON == hours * H


@pytest.mark.parametrize("state", [StepState.FAILED, StepState.SKIPPED])
def test_a_step_that_can_bring_nothing_is_over_at_once(state: StepState) -> None:
    for kind in PlanKind:
        assert over_at(Step("sms", state, NOON), DEFAULT_TIMES[kind]) == NOON


def test_the_clinics_times_are_the_defaults_until_somebody_changes_them() -> None:
    for kind in PlanKind:
        clinics, built_in = PlanOptions().times(kind), DEFAULT_TIMES[kind]
        assert clinics.read_within == built_in.read_within
        assert clinics.out_within == built_in.out_within
        assert clinics.counts_from_sending == built_in.counts_from_sending
    assert PlanOptions(plan_urgent_hours=2).times(PlanKind.URGENT).read_of("sms") == 2 * H


def test_what_was_read_or_is_gone_is_never_a_task() -> None:
    for ended in ENDED:
        assert not may_become(ended, PlanState.UNREACHED)
        assert not may_become(ended, PlanState.SETTLED)
    for state in PlanState:
        if state not in ENDED:
            assert may_become(state, PlanState.READ)


def test_only_staff_settle_and_only_what_nobody_read() -> None:
    can = [state for state in PlanState if may_become(state, PlanState.SETTLED)]
    assert can == [PlanState.RUNNING, PlanState.UNREACHED]
