"""Message plans: one way after the other, until the item is read (N7)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bedside.errors import Conflict, NotFound
from bedside.kernel import clock
from bedside.notifications.plans.table import PlanKind, PlanState, StepState
from bedside.people.contact import Consent, Hours
from tests.house import House
from tests.notifications.plans.planning import Devices, Planned, at_noon, card, contact
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("N7"), pytest.mark.feature("N1")]

H = clock.HOUR


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with at_noon():
        yield


async def later(house: House, hours: float) -> None:
    """Let the worker do what is due in so many hours."""
    with clock.shifted(int(hours * H)):
        await do_jobs(house)


async def test_a_plan_goes_from_way_to_way_at_its_times_and_ends_as_a_task(house: House) -> None:
    item = await Planned(house).started()
    assert await item.steps() == [("push", "skipped"), ("sms", "delivered")]
    await later(house, 23.9)
    assert len(await item.sent()) == 1
    await later(house, 24.1)
    assert [one.channel for one in await item.sent()] == ["sms", "email"]
    with clock.shifted(24 * H):
        await do_jobs(house)
    await later(house, 48.2)
    assert (await item.progress()).state is PlanState.UNREACHED
    [task] = await house.notifications.plan_tasks.waiting(house.here.receptionist)
    assert (task.patient_name, task.phone) == ("Maya Lindqvist", "+46701740605")
    reasons = {step.channel: step.reason for step in task.progress.steps}
    assert "No device" in reasons["push"]
    assert "Nobody has read it" in reasons["sms"]


@pytest.mark.parametrize(
    ("kind", "sms_until", "email_until"),
    [(PlanKind.URGENT, 4, 8), (PlanKind.APPOINTMENT, 12, 36), (PlanKind.NORMAL, 24, 48)],
)
async def test_each_kind_has_its_times(
    quick_house: House, kind: PlanKind, sms_until: int, email_until: int
) -> None:
    item = await Planned(quick_house, kind).started()
    await later(quick_house, sms_until - 0.1)
    assert len(await item.sent()) == 1
    with clock.shifted(sms_until * H + clock.MINUTE):
        await do_jobs(quick_house)
        assert len(await item.sent()) == 2
    await later(quick_house, email_until - 0.1)
    assert (await item.progress()).state is PlanState.RUNNING
    await later(quick_house, email_until + 0.1)
    assert (await item.progress()).state is PlanState.UNREACHED


async def test_what_was_read_anywhere_cancels_the_rest(house: House) -> None:
    item = await Planned(house).started()
    await item.seen("acc_mother")
    progress = await item.progress()
    assert (progress.state, progress.ended_by) == (PlanState.READ, "acc_mother")
    await later(house, 100)
    assert len(await item.sent()) == 1
    assert await house.notifications.plan_tasks.waiting(house.here.receptionist) == []


async def test_what_is_read_before_the_message_left_is_not_sent(house: House) -> None:
    item = await Planned(house).start()
    await item.seen()
    await do_jobs(house)
    step = await item.step("sms")
    assert step.state == "cancelled"
    assert "has seen it" in step.reason
    assert [one.text for one in await item.sent()] == [""]  # nothing of it is left to read


async def test_the_same_item_has_one_plan(house: House) -> None:
    item = await Planned(house).started()
    first = item.plan_id
    await item.started()
    assert item.plan_id == first
    assert len(await item.sent()) == 1


async def test_reading_what_has_no_plan_changes_nothing(quick_house: House) -> None:
    await Planned(quick_house).seen()


async def test_an_item_that_is_gone_ends_its_plan(quick_house: House) -> None:
    item = await Planned(quick_house).started()
    async with quick_house.database.unit_of_work() as work:
        await quick_house.notifications.plans.stop(work, item.item_id)
    await later(quick_house, 30)
    assert (await item.progress()).state is PlanState.STOPPED
    assert len(await item.sent()) == 1


# --- looked up at each step --------------------------------------------------------------------


async def test_an_address_that_is_added_meanwhile_is_used(quick_house: House) -> None:
    await card(quick_house, email="")
    item = await Planned(quick_house).started()
    await card(quick_house, email="new@patients.example")
    await later(quick_house, 24.1)
    assert [one.to for one in await item.sent()][-1] == "new@patients.example"


async def test_consent_that_is_withdrawn_meanwhile_stops_the_next_step(quick_house: House) -> None:
    item = await Planned(quick_house).started()
    await contact(quick_house, consent=Consent.REFUSED)
    await later(quick_house, 24.1)
    assert len(await item.sent()) == 1
    assert (await item.progress()).state is PlanState.UNREACHED
    assert "consent" in (await item.step("email")).reason


async def test_nobody_is_called_about_a_patient_who_has_died(quick_house: House) -> None:
    await contact(quick_house, consent=Consent.DECEASED)
    item = await Planned(quick_house).started()
    assert (await item.progress()).state is PlanState.STOPPED
    assert await item.sent() == []
    assert await quick_house.notifications.plan_tasks.waiting(quick_house.here.clinician) == []


async def test_nothing_goes_where_it_is_not_safe(quick_house: House) -> None:
    await contact(quick_house, never=("sms",), refused=("email",))
    item = await Planned(quick_house).started()
    assert await item.sent() == []
    assert {(s.channel, s.state) for s in (await item.progress()).steps} == {
        ("push", "skipped"),
        ("sms", "skipped"),
        ("email", "skipped"),
    }
    assert (await item.progress()).state is PlanState.UNREACHED


async def test_a_step_waits_for_the_hours_and_leaves_then(quick_house: House) -> None:
    await contact(quick_house, only=Hours(start=15 * 60, end=16 * 60))
    item = await Planned(quick_house).started()
    step = await item.step("sms")
    assert (step.state, step.began_at - clock.now()) == ("held", pytest.approx(3 * H, abs=60_000))
    await later(quick_house, 2.9)
    assert await item.sent() == []
    with clock.shifted(3 * H + clock.MINUTE):
        await do_jobs(quick_house)
        await do_jobs(quick_house)
    assert len(await item.sent()) == 1


async def test_rules_that_changed_while_a_step_was_held_count(quick_house: House) -> None:
    await contact(quick_house, only=Hours(start=15 * 60, end=16 * 60))
    item = await Planned(quick_house).started()
    await contact(quick_house, never=("sms",))
    with clock.shifted(3 * H + clock.MINUTE):
        await do_jobs(quick_house)
        await do_jobs(quick_house)
    assert [one.channel for one in await item.sent()] == ["email"]


async def test_a_plan_goes_on_with_the_joined_chart(quick_house: House) -> None:
    item = await Planned(quick_house).started()
    kept, gone = await quick_house.chart(1), await quick_house.chart(0)
    known = (await quick_house.people.patients.get(kept)).demographics
    await quick_house.people.joining.join(kept, gone, known)
    await later(quick_house, 24.1)
    found = await quick_house.notifications.plan_tasks.of_item(kept, item.item_id)
    assert found is not None
    shown = await quick_house.notifications.messages.outbox(quick_house.here.receptionist)
    assert "tomas@patients.example" in {one.to for one in shown}


# --- push --------------------------------------------------------------------------------------


async def test_a_push_waits_for_the_morning(quick_house: House) -> None:
    quick_house.notifications.plans.reach_devices(Devices("psh_x"))
    with clock.shifted(11 * H):  # 23:00
        item = await Planned(quick_house).started()
        step = await item.step("push")
        assert (step.state, step.began_at - clock.now()) == (
            "held",
            pytest.approx(7 * H, abs=60_000),
        )


async def test_a_device_that_no_push_service_knows_is_followed_by_sms_at_once(
    quick_house: House,
) -> None:
    quick_house.notifications.plans.reach_devices(Devices("psh_01gone"))
    item = await Planned(quick_house).started()
    assert await item.steps() == [("push", "failed"), ("sms", "delivered")]


# --- tasks -------------------------------------------------------------------------------------


async def unreached(house: House) -> Planned:
    """Return an item that no way leads to."""
    await card(house, phone="", email="")
    return await Planned(house).started()


async def test_staff_settle_a_task_or_begin_again(house: House) -> None:
    item = await unreached(house)
    tasks, chart = house.notifications.plan_tasks, await house.chart()
    await card(house, phone="+46701740605")
    await tasks.send_again(chart, item.plan_id)
    await do_jobs(house)
    assert len(await item.sent()) == 1
    assert [(one.round, one.channel) for one in (await item.progress()).last_round] == [
        (2, "push"),
        (2, "sms"),
    ]
    await later(house, 25)
    assert len(await tasks.waiting(house.here.receptionist)) == 1
    await tasks.settle(chart, item.plan_id)
    assert await tasks.waiting(house.here.receptionist) == []
    with pytest.raises(Conflict):
        await tasks.settle(chart, item.plan_id)
    assert (await item.progress()).ended_by == house.here.receptionist.staff_id


async def test_a_task_ends_when_the_patient_reads_the_item_after_all(quick_house: House) -> None:
    item = await unreached(quick_house)
    await item.seen()
    assert await quick_house.notifications.plan_tasks.waiting(quick_house.here.clinician) == []


async def test_a_task_is_for_those_who_see_the_patient(quick_house: House) -> None:
    item = await unreached(quick_house)
    tasks = quick_house.notifications.plan_tasks
    assert await tasks.waiting(quick_house.next_door.clinician) == []
    other = await quick_house.chart(1)
    with pytest.raises(NotFound):
        await tasks.settle(other, item.plan_id)
    assert await tasks.of_item(other, item.item_id) is None


async def test_what_was_lost_is_not_what_was_sent(quick_house: House) -> None:
    item = await Planned(quick_house).started()
    sms = await item.step("sms")
    left = replace(sms, channel="email", sent_at=sms.sent_at + 1, state=StepState.SENT)
    lost = replace(sms, state=StepState.FAILED)
    progress = replace(await item.progress(), steps=(lost, left))
    assert progress.sent is left
    assert replace(progress, steps=(lost,)).sent is None
