"""Appointments are booked, moved, cancelled, and the patient is told."""

import asyncio
from datetime import date

import pytest

from bedside.audit import Action
from bedside.care.appointments.booking import Booking, Move
from bedside.care.appointments.slots import TimeTaken
from bedside.care.appointments.states import State, Step
from bedside.care.local_times import LocalTime
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.people.roles import Role
from bedside.people.staff import Person
from tests.care.booked import add_type, ahead, book, found, in_days, let_in, shown_at, texts, wanted
from tests.house import PASSWORD, House
from tests.requests.sending import do_jobs
from tests.web.pages import lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("T6")]


async def test_a_booked_appointment_is_kept_as_local_time_and_zone(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart, reason="Knee again")
    one = await found(house, chart, booked)
    zone = house.clinic.options.time_zone
    assert one.start == LocalTime(in_days(9), zone)
    assert (one.state, one.minutes, one.sequence) == (State.BOOKED, 30, 0)
    assert one.content.reason == "Knee again"
    assert len(await lines(house, Action.APPOINTMENT_BOOKED)) == 1


async def test_the_message_says_when_and_nothing_of_health(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart, reason="Knee again")
    await do_jobs(house)
    [text] = await texts(house, booked)
    assert shown_at(in_days(9)) in text
    assert "nee" not in text.partition("http")[0]


async def test_a_form_that_is_sent_twice_books_once(house: House) -> None:
    chart, type_id = await house.chart(), await add_type(house)
    form = wanted(type_id)
    assert await house.care.booking.book(chart, form) == form.id
    assert await house.care.booking.book(chart, form) == form.id
    await do_jobs(house)
    assert len(await house.care.lists.of_chart(chart)) == 1
    assert len(await texts(house, form.id)) == 1


async def test_of_two_who_book_one_time_exactly_one_gets_it(house: House) -> None:
    type_id, who = await add_type(house), house.here.clinician.staff_id
    charts = [await house.chart(0), await house.chart(1)]
    done = await asyncio.gather(
        *(
            house.care.booking.book(chart, wanted(type_id, staff_id=who, channels=()))
            for chart in charts
        ),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, TimeTaken) for one in done) == [False, True]
    kept = [one for chart in charts for one in await house.care.lists.of_chart(chart)]
    assert len(kept) == 1


async def test_a_time_that_is_taken_can_be_booked_anyway(house: House) -> None:
    type_id, who = await add_type(house), house.here.clinician.staff_id
    await book(house, await house.chart(0), type_id, staff_id=who)
    other = wanted(type_id, staff_id=who, start=in_days(9, "14:15"), channels=())
    chart = await house.chart(1)
    with pytest.raises(TimeTaken, match="clinician has another appointment"):
        await house.care.booking.book(chart, other)
    assert not await house.care.lists.of_chart(chart)
    booked = await book(
        house, chart, type_id, staff_id=who, start=in_days(9, "14:15"), anyway=True, channels=()
    )
    assert (await found(house, chart, booked)).holds_time


async def test_one_after_the_other_is_no_clash(house: House) -> None:
    type_id, who = await add_type(house), house.here.clinician.staff_id
    await book(house, await house.chart(0), type_id, staff_id=who)
    await book(house, await house.chart(1), type_id, staff_id=who, start=in_days(9, "14:30"))
    await book(
        house, await house.chart(2), type_id, staff_id=who, start=in_days(9, "13:30"), channels=()
    )


async def test_a_shared_room_holds_one_for_each_clinician(house: House) -> None:
    type_id, room = await add_type(house), house.here.room.id
    one, other = house.here.clinician.staff_id, house.here.administrator.staff_id
    await book(house, await house.chart(0), type_id, staff_id=one, room_id=room)
    await book(house, await house.chart(1), type_id, staff_id=other, room_id=room)
    with pytest.raises(TimeTaken, match="room is taken"):
        await book(house, await house.chart(2), type_id, room_id=room, channels=())


async def test_moving_says_what_it_was_and_what_it_is(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart)
    await do_jobs(house)
    await house.care.booking.move(chart, booked, Move(in_days(11, "09:30")))
    await do_jobs(house)
    one = await found(house, chart, booked)
    assert (one.state, one.sequence, one.start.text) == (State.MOVED, 1, in_days(11, "09:30"))
    assert one.was is not None
    assert one.was.text == in_days(9)
    said = (await texts(house, booked))[-1]
    assert f"was {shown_at(in_days(9))}, now it is {shown_at(in_days(11, '09:30'))}" in said


async def test_a_move_to_a_taken_time_leaves_the_old_one(house: House) -> None:
    type_id, who = await add_type(house), house.here.clinician.staff_id
    await book(house, await house.chart(1), type_id, staff_id=who, start=in_days(11))
    chart = await house.chart()
    booked = await book(house, chart, type_id, staff_id=who)
    with pytest.raises(TimeTaken):
        await house.care.booking.move(chart, booked, Move(in_days(11), who))
    one = await found(house, chart, booked)
    assert (one.state, one.start.text, one.sequence) == (State.BOOKED, in_days(9), 0)


async def test_two_who_move_to_one_time_do_not_both_get_it(house: House) -> None:
    type_id, who = await add_type(house), house.here.clinician.staff_id
    charts = [await house.chart(0), await house.chart(1)]
    booked = [
        await book(house, chart, type_id, staff_id=who, start=in_days(9, at), channels=())
        for chart, at in zip(charts, ("14:00", "15:00"), strict=True)
    ]
    done = await asyncio.gather(
        *(
            house.care.booking.move(chart, one, Move(in_days(12), who))
            for chart, one in zip(charts, booked, strict=True)
        ),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, TimeTaken) for one in done) == [False, True]
    now = [await found(house, chart, one) for chart, one in zip(charts, booked, strict=True)]
    assert sorted(one.start.day.isoformat() for one in now) == [in_days(9)[:10], in_days(12)[:10]]


async def test_a_move_within_its_own_time_is_no_clash(house: House) -> None:
    chart, who = await house.chart(), house.here.clinician.staff_id
    booked = await book(house, chart, staff_id=who)
    await house.care.booking.move(chart, booked, Move(in_days(9, "14:10"), who))
    assert (await found(house, chart, booked)).start.text == in_days(9, "14:10")


async def test_a_cancelled_appointment_frees_its_time_and_is_told(house: House) -> None:
    type_id, who, chart = await add_type(house), house.here.clinician.staff_id, await house.chart()
    booked = await book(house, chart, type_id, staff_id=who)
    await do_jobs(house)
    await house.care.booking.cancel(chart, booked, "The doctor is ill.")
    await do_jobs(house)
    one = await found(house, chart, booked)
    assert (one.state, one.sequence, one.content.words) == (
        State.CANCELLED,
        1,
        "The doctor is ill.",
    )
    assert "is cancelled" in (await texts(house, booked))[-1]
    await book(house, await house.chart(1), type_id, staff_id=who)
    with pytest.raises(Conflict):
        await house.care.booking.move(chart, booked, Move(in_days(12)))


async def test_the_reminder_goes_before_the_appointment(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart)
    await do_jobs(house)
    with clock.shifted(ahead(house, in_days(9), 23.5)):
        await do_jobs(house)
        told = await texts(house, booked)
    assert len(told) == 2
    assert "Confirm it, or say that you can't come" in told[-1]
    assert shown_at(in_days(9)) in told[-1]


async def test_nobody_is_reminded_of_the_time_before_a_move(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart)
    await do_jobs(house)
    later = in_days(20)
    with clock.shifted(ahead(house, in_days(9), 24) - clock.SECOND):
        await house.care.booking.move(chart, booked, Move(later))
    with clock.shifted(ahead(house, in_days(9), 20)):
        await do_jobs(house)
        told = await texts(house, booked)
    assert [one for one in told if "Confirm it, or say" in one] == []
    with clock.shifted(ahead(house, later, 20)):
        await do_jobs(house)
        [reminder] = [one for one in await texts(house, booked) if "Confirm it, or say" in one]
    assert shown_at(later) in reminder


@pytest.mark.parametrize("step", [Step.ASK_MOVE, Step.CANT_COME])
async def test_who_has_answered_otherwise_is_not_reminded(house: House, step: Step) -> None:
    chart = await house.chart()
    booked = await book(house, chart)
    await do_jobs(house)
    await house.care.answers.answer(await let_in(house, booked), booked, step, "A wedding")
    with clock.shifted(ahead(house, in_days(9), 20)):
        await do_jobs(house)
        assert len(await texts(house, booked)) == 1
    one = await found(house, chart, booked)
    assert one.content.asked == "A wedding"
    assert one.waits_for_staff


async def test_who_was_here_early_is_not_reminded(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart)
    await do_jobs(house)
    await house.care.booking.mark(chart, booked, Step.DONE)
    with clock.shifted(ahead(house, in_days(9), 20)):
        await do_jobs(house)
        assert len(await texts(house, booked)) == 1


async def test_who_has_confirmed_is_reminded_all_the_same(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart)
    await do_jobs(house)
    await house.care.answers.answer(await let_in(house, booked), booked, Step.CONFIRM)
    assert (await found(house, chart, booked)).state is State.CONFIRMED
    with clock.shifted(ahead(house, in_days(9), 20)):
        await do_jobs(house)
        assert len(await texts(house, booked)) == 2


async def test_a_reminder_that_was_late_is_not_sent_after_the_beginning(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart)
    await do_jobs(house)
    with clock.shifted(ahead(house, in_days(9), -0.1)):
        await do_jobs(house)
        assert len(await texts(house, booked)) == 1


async def test_who_cannot_come_frees_the_time(house: House) -> None:
    type_id, who, chart = await add_type(house), house.here.clinician.staff_id, await house.chart()
    booked = await book(house, chart, type_id, staff_id=who)
    await do_jobs(house)
    await house.care.answers.answer(await let_in(house, booked), booked, Step.CANT_COME)
    await book(house, await house.chart(1), type_id, staff_id=who)
    assert await house.care.lists.waiting(house.here.receptionist) == 1


async def test_a_moved_appointment_is_answered_by_its_new_link(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart)
    await do_jobs(house)
    link = await let_in(house, booked)
    await house.care.answers.answer(link, booked, Step.ASK_MOVE)
    await house.care.booking.move(chart, booked, Move(in_days(11)))
    await do_jobs(house)
    newer = await let_in(house, booked)
    await house.care.answers.answer(newer, booked, Step.CONFIRM)
    assert (await found(house, chart, booked)).state is State.CONFIRMED


async def test_an_answer_to_a_cancelled_appointment_changes_nothing(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart)
    await do_jobs(house)
    await house.care.booking.cancel(chart, booked)
    await do_jobs(house)
    link = await let_in(house, booked)
    with pytest.raises(Conflict, match="over or cancelled"):
        await house.care.answers.answer(link, booked, Step.CONFIRM)


async def test_a_series_is_several_appointments_and_one_message(house: House) -> None:
    chart = await house.chart()
    first = await book(house, chart, count=4, weeks=2)
    await do_jobs(house)
    every = list(reversed(await house.care.lists.of_chart(chart)))
    assert [one.start.text for one in every] == [in_days(9 + 14 * n) for n in range(4)]
    assert len({one.series_id for one in every}) == 1
    assert "your 4 appointments begin on" in (await texts(house, first))[0]
    for one in every[1:]:
        assert await texts(house, one.id) == []
    with clock.shifted(ahead(house, every[1].start.text, 23)):
        await do_jobs(house)
        told = await texts(house, every[1].id)
    assert len(told) == 1
    assert shown_at(every[1].start.text) in told[0]


async def test_the_rest_of_a_series_is_cancelled_with_one(house: House) -> None:
    chart = await house.chart()
    await book(house, chart, count=4)
    every = list(reversed(await house.care.lists.of_chart(chart)))
    await house.care.booking.cancel(chart, every[1].id, rest=True)
    now = list(reversed(await house.care.lists.of_chart(chart)))
    assert [one.holds_time for one in now] == [True, False, False, False]


async def test_a_series_clashes_as_a_whole(house: House) -> None:
    type_id, who = await add_type(house), house.here.clinician.staff_id
    await book(house, await house.chart(1), type_id, staff_id=who, start=in_days(9 + 14))
    chart = await house.chart()
    with pytest.raises(TimeTaken):
        await book(house, chart, type_id, staff_id=who, count=4)
    assert await house.care.lists.of_chart(chart) == []


async def test_a_changed_type_is_for_what_is_booked_later(house: House) -> None:
    chart, type_id = await house.chart(), await add_type(house)
    first = await book(house, chart, type_id)
    before = (await found(house, chart, first)).type
    newer = type(before)("Check-up", 45, "Bring both knees.")
    await house.care.types.change(house.administer(), type_id, newer)
    second = await book(house, chart, type_id, start=in_days(10))
    assert (await found(house, chart, first)).type.text == "Bring your knee."
    now = await found(house, chart, second)
    assert (now.type.text, now.minutes) == ("Bring both knees.", 45)


async def test_a_retired_type_is_not_booked_any_more(house: House) -> None:
    chart, type_id = await house.chart(), await add_type(house)
    booked = await book(house, chart, type_id)
    await house.care.types.retire(house.administer(), type_id)
    assert await house.care.types.offered(house.clinic.id) == []
    with pytest.raises(WrongInput, match="choose a type"):
        await book(house, chart, type_id, start=in_days(10))
    assert (await found(house, chart, booked)).type.name == "Check-up of the knee"


async def test_no_show_is_noted_after_the_beginning_only(house: House) -> None:
    chart = await house.chart()
    booked = await book(house, chart)
    with pytest.raises(Conflict, match="has not begun"):
        await house.care.booking.mark(chart, booked, Step.NO_SHOW)
    with clock.shifted(10 * clock.DAY):
        await house.care.booking.mark(chart, booked, Step.NO_SHOW)
        assert (await found(house, chart, booked)).state is State.NO_SHOW
        await house.care.booking.mark(chart, booked, Step.DONE)
    assert (await found(house, chart, booked)).state is State.DONE


async def test_an_appointment_of_somebody_else_is_not_found(house: House) -> None:
    booked = await book(house, await house.chart(0))
    other = await house.chart(1)
    for act in (
        house.care.booking.move(other, booked, Move(in_days(12))),
        house.care.booking.cancel(other, booked),
        house.care.booking.mark(other, booked, Step.DONE),
        house.care.lists.one(other, booked),
    ):
        with pytest.raises(NotFound):
            await act


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("time", {"start": "2020-01-01T10:00"}),
        ("staff", {"staff_id": "stf_00000000000000000000000000"}),
        ("room", {"room_id": "rom_00000000000000000000000000"}),
        ("type", {"type_id": "aty_00000000000000000000000000"}),
        ("count", {"count": 500}),
        ("reason", {"reason": "x" * 1001}),
    ],
)
async def test_what_cannot_be_booked_is_refused_with_its_field(
    quick_house: House, field: str, other: dict[str, object]
) -> None:
    chart, type_id = await quick_house.chart(), await add_type(quick_house)
    form = wanted(str(other.pop("type_id", type_id)), **other)
    with pytest.raises(WrongInput) as refused:
        await quick_house.care.booking.book(chart, form)
    assert refused.value.field == field
    assert await quick_house.care.lists.of_chart(chart) == []


async def test_who_is_booked_sees_the_patient(house: House) -> None:
    patient = house.patients[0].id
    member = await house.people.staff.add(
        house.administer(),
        Person(name="Dr New", email="new@riverside.example", role=Role.CLINICIAN),
        PASSWORD,
    )
    newcomer = await house.enter(member)
    assert not await house.people.permissions.sees(newcomer, patient)
    await book(house, await house.chart(), staff_id=member.id)
    assert await house.people.permissions.sees(newcomer, patient)


async def test_the_calendar_names_only_patients_who_are_seen(house: House) -> None:
    chart, staff = await house.chart(), house.here.receptionist
    await book(house, chart, staff_id=house.here.clinician.staff_id)
    day = date.fromisoformat(in_days(9)[:10])
    [line] = await house.care.lists.calendar(staff, day, 1)
    assert line.patient_name == "Maya Lindqvist"
    await house.people.staff.unassign(house.administer(), staff.staff_id, house.here.room.id)
    [line] = await house.care.lists.calendar(staff, day, 1)
    assert (line.patient_name, line.appointment) == ("", None)
    assert await house.care.lists.calendar(house.next_door.administrator, day, 1) == []


def test_a_draft_has_the_prefix_of_appointments() -> None:
    assert Booking.new_draft().startswith("apt_")
