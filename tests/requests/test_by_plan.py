"""Requests go by the message plan of their kind: one way after the other, until one is opened."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from bedside.bootstrap.kinds import request_kinds
from bedside.errors import Conflict
from bedside.kernel import clock
from bedside.notifications.plans.options import PlanOptions
from bedside.notifications.plans.service import GO_ON
from bedside.notifications.plans.table import Occasion, PlanKind, PlanState
from bedside.notifications.plans.tasks import Progress
from bedside.notifications.ports import (
    Channel,
    Delivered,
    Message,
    PermanentFailure,
    TemporaryFailure,
)
from bedside.notifications.states import NoticeState
from bedside.requests.states import State
from tests.database.earlier_version import by_way_of_before
from tests.house import House
from tests.notifications.plans.planning import Devices, at_noon, card, contact
from tests.requests.sending import ADDRESS, BORN, Sent, do_jobs, draft, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R7", "N7")]

H = clock.HOUR


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with at_noon():
        yield


class Gateway:
    """A gateway that refuses some channels for good, and is away while `down`."""

    name = "Test"

    def __init__(self, *refused: str, down: bool = False) -> None:
        self.refused = refused
        self.down = down
        self.taken: list[str] = []

    async def deliver(self, message: Message) -> Delivered:
        if self.down:
            raise TemporaryFailure("The gateway does not answer.")
        if message.channel in self.refused:
            raise PermanentFailure("This number does not exist.")
        self.taken.append(message.channel)
        return Delivered(f"REF{message.id}")


def through(house: House, monkeypatch: pytest.MonkeyPatch, gateway: Gateway) -> Gateway:
    """Send by this gateway from now on."""
    dispatcher = house.notifications.dispatcher
    monkeypatch.setattr(dispatcher, "_gateways", dict.fromkeys(Channel, gateway))
    monkeypatch.setattr(dispatcher, "_local", frozenset[Channel]())
    return gateway


async def later(house: House, hours: float) -> None:
    """Let the worker do what is due in so many hours."""
    with clock.shifted(int(hours * H)):
        await do_jobs(house)


async def ways(sent: Sent) -> list[tuple[str, str]]:
    """Return cause and channel of each message, oldest first."""
    found = await sent.house.notifications.messages.of_request(sent.chart, sent.id)
    return [(one.cause_id.split("/")[1], str(one.channel)) for one in found]


async def progress(sent: Sent) -> Progress:
    found = await sent.house.notifications.plan_tasks.of_item(sent.chart, sent.id)
    assert found is not None
    return found


async def options(house: House, **values: Any) -> None:
    """Change the clinic's times."""
    actor = house.here.administrator.actor
    async with house.database.unit_of_work() as work:
        changed = PlanOptions(**values)
        await house.people.clinics.change(work, actor, house.clinic.id, changed, name="")


async def test_the_next_way_is_tried_when_nobody_opens_it(house: House) -> None:
    sent = await send(house, channels=("sms",))
    await later(house, 23.9)
    assert await ways(sent) == [("invite", "sms")]
    await later(house, 24.1)
    assert await ways(sent) == [("invite", "sms"), ("invite", "email")]
    assert (await sent.now()).content.to.keys() == {"sms", "email"}
    first = await house.links.answer(await sent.secret(), BORN, ADDRESS)
    assert first.token, "the first link works too"


async def test_who_opened_it_gets_nothing_more_and_is_named(house: House) -> None:
    sent = await send(house, channels=("sms",))
    await sent.enter()
    found = await progress(sent)
    assert (found.state, found.read_by) == (PlanState.READ, sent.chart.patient_id)
    assert found.sent is not None
    assert (found.sent.channels, bool(found.reached)) == (("sms",), True)
    await later(house, 7 * 24)
    assert await ways(sent) == [("invite", "sms")]


async def test_what_is_refused_is_followed_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = through(house, monkeypatch, Gateway("sms"))
    sent = await send(house, channels=("sms",))
    assert gateway.taken == ["email"]
    assert (await sent.now()).state is State.SENT
    assert await house.notifications.plan_tasks.waiting(house.here.receptionist) == []


async def test_when_no_way_is_left_it_is_seen_and_sent_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = through(house, monkeypatch, Gateway("sms", "email"))
    sent = await send(house, channels=("sms",))
    assert (await sent.now()).state is State.FAILED
    assert await house.requests.lists.waiting(house.here.receptionist) == 1
    [task] = await house.notifications.plan_tasks.waiting(house.here.receptionist)
    assert task.progress.item_id == sent.id
    gateway.refused = ()
    [sms, _email] = await house.notifications.messages.of_request(sent.chart, sent.id)
    await house.notifications.dispatcher.resend(sent.chart, sms.id)
    await do_jobs(house)
    assert gateway.taken == ["sms"]
    assert (await sent.now()).state is State.SENT
    assert await house.notifications.plan_tasks.waiting(house.here.receptionist) == []


async def test_a_gateway_that_is_away_keeps_the_only_way(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = through(quick_house, monkeypatch, Gateway(down=True))
    await card(quick_house, email="")
    sent = await send(quick_house, channels=("sms",))
    await later(quick_house, 2)
    await later(quick_house, 5)
    gateway.down = False
    await later(quick_house, 6)
    assert gateway.taken == ["sms"]
    with clock.shifted(6 * H):
        assert (await sent.now()).state is State.SENT


async def test_a_device_leads_to_the_page_in_the_app(quick_house: House) -> None:
    quick_house.notifications.plans.reach_devices(Devices("psa_01hzy0000000000000000000ab"))
    sent = await send(quick_house, channels=("email",))
    await later(quick_house, 24.1)
    found = await quick_house.notifications.messages.of_request(sent.chart, sent.id)
    assert [str(one.channel) for one in found] == ["email", "push", "sms"]  # nobody knows it
    invited = await quick_house.requests.app_invitations.send(sent.chart, ("email",))
    await do_jobs(quick_house)
    await later(quick_house, 24.1)
    other = Sent(quick_house, sent.chart, invited)
    assert await ways(other) == [("invite", "email"), ("invite", "sms")]


async def test_nobody_opens_it_until_its_end_is_a_task(house: House) -> None:
    sent = await send(house)
    await later(house, 30)
    assert await house.notifications.plan_tasks.waiting(house.here.receptionist) == []
    found = await progress(sent)
    assert found.next is not None
    assert (found.next.way, found.next.occasion) == ("", Occasion.REMINDER)
    with clock.shifted(7 * clock.DAY):
        await do_jobs(house)
        assert (await ways(sent))[2:] == [("reminder", "sms"), ("reminder", "email")]
    with clock.shifted(9 * clock.DAY):
        await do_jobs(house)
        assert (await sent.now()).state is State.EXPIRED
        [task] = await house.notifications.plan_tasks.waiting(house.here.receptionist)
    assert task.progress.item_id == sent.id


async def test_what_was_opened_and_never_answered_is_no_such_task(quick_house: House) -> None:
    sent = await send(quick_house)
    await sent.enter()
    with clock.shifted(9 * clock.DAY):
        await do_jobs(quick_house)
        assert (await sent.now()).state is State.EXPIRED
        waiting = quick_house.notifications.plan_tasks.waiting
        assert await waiting(quick_house.here.receptionist) == []


async def test_two_workers_send_once(house: House) -> None:
    sent = await send(house, channels=("sms",))
    plan = await progress(sent)
    job = house.registered.handlers[GO_ON]
    with clock.shifted(25 * H):
        payload = {"plan_id": plan.id, "round": 1, "number": 0}
        await asyncio.gather(*(job(payload) for _ in range(4)))
        await do_jobs(house)
        await job(payload)
        await do_jobs(house)
    assert await ways(sent) == [("invite", "sms"), ("invite", "email")]


async def test_opened_between_claim_and_sending_nothing_leaves(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await send(house, channels=("sms",))
    gateway = through(house, monkeypatch, Gateway(down=True))
    with clock.shifted(24 * H + clock.MINUTE):
        await do_jobs(house)  # the e-mail waits for its gateway
        await sent.enter()
        gateway.down = False
        [_sms, email] = await house.notifications.messages.of_request(sent.chart, sent.id)
        await house.notifications.dispatcher.deliver({"notification_id": email.id})
        [_sms, email] = await house.notifications.messages.of_request(sent.chart, sent.id)
    assert (gateway.taken, email.state) == ([], NoticeState.FAILED)
    assert "has seen it" in email.failure
    assert (await sent.now()).state is State.OPENED


async def test_each_kind_goes_by_the_plan_that_the_clinic_chose(quick_house: House) -> None:
    await options(quick_house, plan_of_photo=PlanKind.URGENT)
    sent = await send(quick_house, channels=("sms",))
    assert (await progress(sent)).kind is PlanKind.URGENT
    await later(quick_house, 4.1)
    assert await ways(sent) == [("invite", "sms"), ("invite", "email")]


async def test_staff_see_what_is_next_and_go_on_or_stop(house: House) -> None:
    sent = await send(house, channels=("sms",))
    tasks, plan = house.notifications.plan_tasks, await progress(sent)
    assert plan.next is not None
    assert (plan.next.way, plan.next.at - clock.now()) == (
        "email",
        pytest.approx(24 * H, abs=60_000),
    )
    await tasks.go_on(sent.chart, plan.id)
    await do_jobs(house)
    assert await ways(sent) == [("invite", "sms"), ("invite", "email")]
    await tasks.settle(sent.chart, plan.id)
    with pytest.raises(Conflict):
        await tasks.go_on(sent.chart, plan.id)
    assert (await progress(sent)).next is None
    with clock.shifted(7 * clock.DAY):
        await do_jobs(house)
        assert len(await ways(sent)) == 2, "nobody is reminded of what staff took care of"


async def test_what_waits_for_the_patients_hours_is_still_on_its_way(quick_house: House) -> None:
    from bedside.people.contact import Hours

    await contact(quick_house, only=Hours(start=15 * 60, end=16 * 60))
    sent = await send(quick_house, channels=("sms",))
    assert (await sent.now()).state is State.REQUESTED
    found = await progress(sent)
    assert found.next is not None
    assert (found.next.way, found.next.at - clock.now()) == (
        "sms",
        pytest.approx(3 * H, abs=60_000),
    )
    with clock.shifted(3 * H + clock.MINUTE):
        await do_jobs(quick_house)
        await do_jobs(quick_house)
    assert (await sent.now()).state is State.DELIVERED


async def test_a_closed_link_ends_its_plan_and_a_new_one_begins_again(house: House) -> None:
    sent = await send(house, channels=("sms",))
    await house.requests.all.revoke(sent.chart, sent.id)
    assert (await progress(sent)).state is PlanState.STOPPED
    await later(house, 30)
    assert len(await ways(sent)) == 1
    await house.requests.all.reissue(sent.chart, sent.id)
    await do_jobs(house)
    assert (await progress(sent)).runs
    assert len(await ways(sent)) == 2


async def test_a_draft_is_one_plan(quick_house: House) -> None:
    wanted = draft(channels=("sms",))
    chart = await quick_house.chart()
    for _ in range(2):
        await quick_house.requests.photos.send(chart, wanted)
    await do_jobs(quick_house)
    assert await ways(Sent(quick_house, chart, wanted.id)) == [("invite", "sms")]


def test_the_settings_name_every_kind_of_request() -> None:
    for kind in request_kinds():
        assert f"plan_of_{kind.key}" in PlanOptions.model_fields


# --- installations of before ---------------------------------------------------------------------


async def test_what_was_under_way_before_the_upgrade_goes_on(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = quick_house
    read, sent = await send(house), await send(house, channels=("sms",))
    await read.enter()
    gateway = through(house, monkeypatch, Gateway(down=True))
    waits = await send(house, channels=("sms",))
    await by_way_of_before(house, "0044")
    assert (await progress(read)).state is PlanState.READ
    assert [step.channels for step in (await progress(read)).steps] == [("sms", "email")]
    assert (await progress(sent)).runs
    gateway.down = False
    await later(house, 0.5)
    with clock.shifted(H):
        assert (await waits.now()).state is State.SENT, "a message that waited leaves, and counts"
    with clock.shifted(7 * clock.DAY):
        await do_jobs(house)
        assert ("reminder", "sms") in await ways(sent)
        assert ("reminder", "sms") not in await ways(read)
    await later(house, 9 * 24)
    waiting = await house.notifications.plan_tasks.waiting(house.here.receptionist)
    assert {task.progress.item_id for task in waiting} == {sent.id, waits.id}
