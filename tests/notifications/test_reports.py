"""Reports of the SMS gateway in any order, before its answer, and from parts that disagree."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from bedside.kernel import clock
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.ports import Channel, Delivered, Message, TemporaryFailure
from bedside.notifications.states import NoticeState, Report, after_report
from bedside.requests.states import State
from tests.house import House
from tests.notifications.plans.planning import card
from tests.requests.sending import Sent, do_jobs, draft

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R7", "N3")]

A, L, P = Report.ARRIVED, Report.LOST, Report.IN_PART


class Gateway:
    """A gateway that reports these before it answers; `fails` times it does not answer first."""

    name = "SMS"

    def __init__(self, dispatcher: Dispatcher, early: Sequence[Report] = (), fails: int = 0):
        self._dispatcher = dispatcher
        self._early = early
        self._fails = fails

    async def deliver(self, message: Message) -> Delivered:
        if self._fails:
            self._fails -= 1
            raise TemporaryFailure("The SMS gateway does not answer. The message is kept.")
        for report in self._early:
            await self._dispatcher.reported(Channel.SMS, f"SM{message.id}", report)
        return Delivered(f"SM{message.id}")


async def asked(
    house: House, monkeypatch: pytest.MonkeyPatch, *early: Report, fails: int = 0
) -> Sent:
    """Send a request by SMS through such a gateway."""
    dispatcher = house.notifications.dispatcher
    gateway = Gateway(dispatcher, early, fails)
    gateways = {**dispatcher._gateways, Channel.SMS: gateway}
    monkeypatch.setattr(dispatcher, "_gateways", gateways)
    monkeypatch.setattr(dispatcher, "_local", frozenset({Channel.EMAIL}))
    await card(house, email="")  # no other way is left to the plan
    chart = await house.chart()
    request_id = await house.requests.photos.send(chart, draft(channels=("sms",)))
    await do_jobs(house)
    return Sent(house, chart, request_id)


async def report(house: House, sent: Sent, *reports: Report) -> None:
    [delivery] = await house.notifications.messages.of_request(sent.chart, sent.id)
    for one in reports:
        await house.notifications.dispatcher.reported(Channel.SMS, f"SM{delivery.id}", one)


@pytest.mark.parametrize(
    ("early", "state"),
    [
        ((A,), State.DELIVERED),
        ((L,), State.FAILED),
        ((P,), State.UNCERTAIN),
        ((A, A), State.DELIVERED),
        ((L, A), State.UNCERTAIN),
        ((), State.SENT),
    ],
)
async def test_a_report_before_the_answer_is_applied_after_it(
    house: House, monkeypatch: pytest.MonkeyPatch, early: tuple[Report, ...], state: State
) -> None:
    sent = await asked(house, monkeypatch, *early)
    assert (await sent.now()).state is state
    needs = await house.requests.lists.waiting(house.here.receptionist)
    assert needs == int(state in (State.FAILED, State.UNCERTAIN))


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        ((A, L, L), State.UNCERTAIN),
        ((L, A), State.UNCERTAIN),
        ((A, A, A), State.DELIVERED),
        ((L, L), State.FAILED),
        ((P,), State.UNCERTAIN),
        ((P, A), State.UNCERTAIN),
    ],
)
async def test_parts_that_disagree_need_somebody(
    quick_house: House,
    monkeypatch: pytest.MonkeyPatch,
    reports: tuple[Report, ...],
    state: State,
) -> None:
    sent = await asked(quick_house, monkeypatch)
    await report(quick_house, sent, *reports)
    assert (await sent.now()).state is state
    [delivery] = await quick_house.notifications.messages.of_request(sent.chart, sent.id)
    assert ("says both" in delivery.failure) == (state is State.UNCERTAIN)
    if state is State.UNCERTAIN:
        await quick_house.requests.all.reissue(sent.chart, sent.id)
        assert (await sent.now()).round == 2


def test_the_order_of_reports_does_not_matter() -> None:
    for reports in ((A, L), (A, L, L), (A, A, P), (L, L, P), (A, L, P)):
        ends: set[NoticeState] = set()
        for order in permutations(reports):
            state = NoticeState.SENT
            for one in order:
                state = after_report(state, one)
            ends.add(state)
        assert ends == {NoticeState.UNCERTAIN}, reports


async def test_an_old_failure_is_not_told_beside_a_good_state(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await asked(quick_house, monkeypatch, fails=1)
    [delivery] = await quick_house.notifications.messages.of_request(sent.chart, sent.id)
    assert "does not answer" in delivery.failure
    with clock.shifted(clock.HOUR):
        await do_jobs(quick_house)
        [delivery] = await quick_house.notifications.messages.of_request(sent.chart, sent.id)
    assert (delivery.state, delivery.failure) == (NoticeState.SENT, "")


async def test_reports_on_nobodys_message_are_forgotten(quick_house: House) -> None:
    dispatcher = quick_house.notifications.dispatcher
    await dispatcher.reported(Channel.SMS, "SM-of-another-program", A)
    assert await dispatcher.forget_early_reports() == 0
    with clock.shifted(2 * clock.DAY):
        assert await dispatcher.forget_early_reports() == 1
