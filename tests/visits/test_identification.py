"""Identification: staff identify a visit's patient, and nothing reaches a chart before."""

import asyncio
from datetime import date

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter, Line
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.people.likeness import Reason
from bedside.people.patients import Demographics
from bedside.people.permissions import RoomAccess
from bedside.people.roles import Role
from bedside.people.staff import Person
from bedside.visits import unidentified
from bedside.visits.identification import (
    KEPT_FOR,
    HasChart,
    IsIdentified,
    MayHaveChart,
    NoChartFits,
)
from bedside.visits.rows import Discarded, Identified
from tests.visits.ward import Waiter, Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S2", "V2")]

NAME, BORN = "Maya Lindqvist", date(1991, 3, 14)
"""The first patient of the house, visible to everybody in charge of the house's room."""


async def stranger(ward: Ward) -> RoomAccess:
    """Return the own room of a clinician who sees none of the clinic's patients."""
    house = ward.house
    async with house.services.database.unit_of_work() as work:
        person = Person(
            name="Dr Lucía Fuentes", email="lucia@riverside.example", role=Role.CLINICIAN
        )
        member = await house.services.people.staff.install(
            work, house.here.administrator.actor, house.clinic.id, person, ""
        )
    return await ward.room("Dr Fuentes’s room", owner=await house.enter(member))


async def lines(ward: Ward, action: Action, patient: int | None = 0) -> list[Line]:
    services, house = ward.house.services, ward.house
    wanted = Filter(
        action=str(action), patient_id="" if patient is None else house.patients[patient].id
    )
    return await services.audit.log.lines(house.clinic.id, wanted)


async def sees(ward: Ward, room: RoomAccess, patient: int = 0) -> bool:
    return await ward.house.services.people.permissions.sees(
        room.staff, ward.house.patients[patient].id
    )


async def present(ward: Ward, waiter: Waiter) -> Waiter:
    """Return the device with its current access."""
    return await ward.enter((waiter.visit_id, waiter.token))


async def test_whoever_sees_the_chart_says_who_it_is(ward: Ward) -> None:
    services, maya = ward.house.services, ward.house.patients[0]
    mine = await ward.room("Shared")
    waiter = await ward.check_in(mine, "maya lindqvist", BORN)
    typed, is_over = await services.visits.identification.asked(mine, waiter.visit_id)
    assert not is_over
    [one] = await services.visits.identification.suggested(mine, typed)
    assert (one.patient.id, one.equal) == (maya.id, True)
    await services.visits.identification.confirm(mine, waiter.visit_id, maya.id)
    await services.visits.identification.confirm(mine, waiter.visit_id, maya.id)  # a second press
    [row] = await services.visits.waiting_room.queue(mine)
    assert (row.patient_id, row.name, row.identified) == (maya.id, NAME, Identified.CONFIRMED)
    assert (await present(ward, waiter)).visitor.patient_id == maya.id
    [line] = await lines(ward, Action.VISIT_IDENTIFIED)
    assert (line.actor_id, line.subject_id) == (mine.staff.staff_id, waiter.visit_id)
    with pytest.raises(IsIdentified):
        await services.visits.identification.confirm(
            mine, waiter.visit_id, ward.house.patients[1].id
        )


async def test_a_colleague_opens_no_chart_by_typing_a_name_at_their_own_door(ward: Ward) -> None:
    """Checking in there as the patient, from another browser."""
    services, maya = ward.house.services, ward.house.patients[0]
    hers = await stranger(ward)
    waiter = await ward.check_in(hers, NAME, BORN)
    assert not await sees(ward, hers)
    typed, _ = await services.visits.identification.asked(hers, waiter.visit_id)
    assert await services.visits.identification.suggested(hers, typed) == []
    with pytest.raises(NotFound):
        await services.visits.identification.confirm(hers, waiter.visit_id, maya.id)
    [refused] = await lines(ward, Action.ACCESS_REFUSED)
    assert refused.actor_id == hers.staff.staff_id
    with pytest.raises(HasChart):  # the existence of such a chart is revealed, and that is recorded
        await services.visits.identification.add(hers, waiter.visit_id)
    assert len(await lines(ward, Action.ACCESS_REFUSED)) == 2
    await ward.admit(hers, waiter.visit_id)
    await services.calls.control.end_visit(hers, waiter.visit_id)
    assert not await sees(ward, hers)
    assert await lines(ward, Action.PATIENT_ASSIGNED) == await lines(ward, Action.PATIENT_ASSIGNED)
    assert all(line.actor_kind == "staff" for line in await lines(ward, Action.PATIENT_ASSIGNED))


async def test_a_transfer_brings_no_chart_with_what_was_typed(ward: Ward) -> None:
    services = ward.house.services
    mine, hers = await ward.room("Shared"), await stranger(ward)
    waiter = await ward.check_in(mine, NAME, BORN)
    await services.visits.transfers.transfer(mine, waiter.visit_id, hers.room_id)
    assert not await sees(ward, hers)
    card = await services.visits.waiting_room.visit(hers, waiter.visit_id)
    assert (card.waiting.name, card.waiting.patient_id) == (NAME, "")
    with pytest.raises(NotFound):  # it is in another room now
        await services.visits.identification.confirm(
            mine, waiter.visit_id, ward.house.patients[0].id
        )


async def test_the_glass_is_broken_with_a_reason_and_by_name(ward: Ward) -> None:
    services = ward.house.services
    hers = await stranger(ward)
    waiter = await ward.check_in(hers, NAME, BORN)
    override = services.visits.identification.override
    with pytest.raises(WrongInput) as said:
        await override(hers, waiter.visit_id, NAME, BORN, "  ")
    assert said.value.field == "reason"
    with pytest.raises(NoChartFits):
        await override(hers, waiter.visit_id, NAME, date(1991, 3, 15), "Chest pain")
    [nobody] = await lines(ward, Action.GLASS_BROKEN, None)
    assert (nobody.patient_id, nobody.details["reason"]) == ("", "Chest pain")
    await override(hers, waiter.visit_id, "maya lindqvist", BORN, "Chest pain")
    assert await sees(ward, hers)
    [line] = await lines(ward, Action.GLASS_BROKEN)
    assert (line.actor_id, line.details["reason"]) == (hers.staff.staff_id, "Chest pain")
    [assigned] = [
        one for one in await lines(ward, Action.PATIENT_ASSIGNED) if one.details["assigned"]
    ][:1]
    assert (assigned.actor_kind, assigned.actor_id) == ("staff", hers.staff.staff_id)
    await services.visits.waiting_room.leave(waiter.visitor)
    assert not await sees(ward, hers), "nobody treated"


async def test_who_is_new_becomes_a_patient_when_staff_say_so(ward: Ward) -> None:
    services = ward.house.services
    mine = await ward.room("Shared")
    born = date(1970, 1, 2)
    waiter = await ward.check_in(mine, "Jo Typed", born, phone="+46 70 000 00 01")
    await services.visits.identification.add(mine, waiter.visit_id)
    patient_id = (await present(ward, waiter)).visitor.patient_id
    chart = await services.people.permissions.chart(mine.staff, patient_id)
    known = (await services.people.patients.get(chart)).demographics
    assert (known.name, known.birth_date, known.phone) == ("Jo Typed", born, "+46700000001")
    [row] = await services.visits.waiting_room.queue(mine)
    assert row.identified is Identified.NEW
    await services.visits.waiting_room.leave(waiter.visitor)
    assert await services.people.permissions.sees(mine.staff, patient_id), (
        "who adds a patient sees it"
    )
    with pytest.raises(IsIdentified):
        await services.visits.identification.add(mine, waiter.visit_id)


async def test_two_of_one_name_are_two_people_when_staff_say_so(quick_ward: Ward) -> None:
    services, maya = quick_ward.house.services, quick_ward.house.patients[0]
    mine = await quick_ward.room("Shared")
    waiter = await quick_ward.check_in(mine, NAME, BORN)
    with pytest.raises(HasChart):
        await services.visits.identification.add(mine, waiter.visit_id)
    await services.visits.identification.add(mine, waiter.visit_id, another=True)
    [row] = await services.visits.waiting_room.queue(mine)
    assert row.patient_id not in ("", maya.id)


# --- who sees the chart, and for how long ---------------------------------------------------------


async def test_a_room_that_treated_sees_the_chart_afterwards_and_others_do_not(ward: Ward) -> None:
    services, maya = ward.house.services, ward.house.patients[0]
    reception = await ward.room("Shared")
    hers = await stranger(ward)
    third = await ward.room("Minor injuries", hers.staff)
    waiter = await ward.check_in(reception, NAME, BORN)
    await services.visits.identification.confirm(reception, waiter.visit_id, maya.id)
    transfer = services.visits.transfers.transfer
    await transfer(reception, waiter.visit_id, third.room_id)  # only passed on there
    assert await sees(ward, third)
    await transfer(third, waiter.visit_id, hers.room_id)
    await ward.admit(hers, waiter.visit_id)
    await services.calls.control.end_visit(hers, waiter.visit_id)
    assert await sees(ward, hers)
    rooms = {
        team.name for team in await services.people.assignments.of_patient(await ward.house.chart())
    }
    assert "Dr Fuentes’s room" in rooms
    assert not rooms & {"Minor injuries", "Shared"}


async def test_said_after_the_call_the_room_that_treated_sees_the_chart(ward: Ward) -> None:
    services = ward.house.services
    hers = await stranger(ward)
    waiter = await ward.check_in(hers, NAME, BORN)
    await ward.admit(hers, waiter.visit_id)
    await services.calls.control.end_visit(hers, waiter.visit_id)
    [over] = await services.visit_records.unidentified.of_room(hers)
    assert (over.id, over.name, over.seen_by) == (waiter.visit_id, NAME, "Dr Lucía Fuentes")
    await services.visits.identification.override(
        hers, waiter.visit_id, NAME, BORN, "I treated her"
    )
    assert await sees(ward, hers)
    assert await services.visit_records.unidentified.of_room(hers) == []
    record = await services.visit_records.records.get(await ward.house.chart(), waiter.visit_id)
    assert record.identified is Identified.CONFIRMED


async def test_a_second_visit_of_the_same_patient_keeps_the_chart_open(ward: Ward) -> None:
    services, maya = ward.house.services, ward.house.patients[0]
    shared = await ward.room("Shared")
    waiters = [await ward.check_in(shared, NAME, BORN) for _ in range(2)]
    for waiter in waiters:
        await services.visits.identification.confirm(shared, waiter.visit_id, maya.id)
    await services.visits.waiting_room.leave(waiters[0].visitor)
    rooms = await services.people.assignments.of_patient(await ward.house.chart())
    assert "Shared" in {team.name for team in rooms}
    await services.visits.waiting_room.leave(waiters[1].visitor)
    rooms = await services.people.assignments.of_patient(await ward.house.chart())
    assert "Shared" not in {team.name for team in rooms}


# --- at once -------------------------------------------------------------------------------------


async def test_two_who_say_it_at_once_say_it_once(ward: Ward) -> None:
    services = ward.house.services
    mine = await ward.room("Shared")
    waiter = await ward.check_in(mine, NAME, BORN)
    said = await asyncio.gather(
        *(
            services.visits.identification.confirm(mine, waiter.visit_id, ward.house.patients[n].id)
            for n in (0, 1, 0)
        ),
        services.visits.identification.add(mine, waiter.visit_id, another=True),
        return_exceptions=True,
    )
    wrong = [one for one in said if isinstance(one, BaseException)]
    assert all(isinstance(one, IsIdentified) for one in wrong), wrong
    row = await ward.row(waiter.visit_id)
    tied = [n for n in (0, 1) if await lines(ward, Action.VISIT_IDENTIFIED, n)]
    assert row.patient_id
    assert len(await lines(ward, Action.VISIT_IDENTIFIED, None)) == 1
    assert [ward.house.patients[n].id for n in tied] in ([], [row.patient_id])


async def test_saying_it_while_the_patient_goes_on_or_leaves(ward: Ward) -> None:
    """Whichever comes first, no room without an active visit sees the chart."""
    services, maya = ward.house.services, ward.house.patients[0]
    mine, hers = await ward.room("Shared"), await stranger(ward)
    for _ in range(4):
        waiter = await ward.check_in(mine, NAME, BORN)
        await asyncio.gather(
            services.visits.identification.confirm(mine, waiter.visit_id, maya.id),
            services.visits.transfers.transfer(mine, waiter.visit_id, hers.room_id),
            return_exceptions=True,
        )
        row = await ward.row(waiter.visit_id)
        assert await sees(ward, hers) == bool(row.patient_id)
        await asyncio.gather(
            services.visits.waiting_room.leave(waiter.visitor),
            services.visits.identification.override(hers, waiter.visit_id, NAME, BORN, "Fever"),
            return_exceptions=True,
        )
        assert not await sees(ward, hers)


# --- nobody's ------------------------------------------------------------------------------------


async def test_what_nobody_says_anything_of_is_forgotten(ward: Ward) -> None:
    services = ward.house.services
    mine = await ward.room("Shared")
    left, treated, waits = [await ward.check_in(mine, NAME, BORN) for _ in range(3)]
    for waiter in (left, treated):
        await services.conversations.visit_chat.say(waiter.visitor, waiter.visit_id, "Hello", "")
    await ward.admit(mine, treated.visit_id)
    await services.calls.control.end_visit(mine, treated.visit_id)
    await services.visits.waiting_room.leave(left.visitor)
    listed = {
        one.id: dict(one.held) for one in await services.visit_records.unidentified.of_room(mine)
    }
    assert listed == {left.visit_id: {"messages": 1}, treated.visit_id: {"messages": 1}}
    assert await services.visits.identification.forget() == 0
    with clock.shifted(KEPT_FOR + clock.HOUR):
        assert await services.visits.identification.forget() == 1
        assert await services.visits.identification.forget() == 0
    assert [one.id for one in await services.visit_records.unidentified.of_room(mine)] == [
        treated.visit_id
    ]
    row = await ward.row(left.visit_id)
    keys = await services.vault.clinic(row.clinic_id)
    assert NAME not in str(keys.unseal("visits.record", row.id, row.record))
    assert (await ward.row(waits.visit_id)).identified == Identified.TYPED
    with pytest.raises(Conflict):
        await services.visits.identification.confirm(mine, left.visit_id, ward.house.patients[0].id)


async def test_staff_destroy_what_is_nobodys(quick_ward: Ward) -> None:
    ward, services = quick_ward, quick_ward.house.services
    mine = await ward.room("Shared")
    waiter, noted = [await ward.check_in(mine, "Donald Duck") for _ in range(2)]
    with pytest.raises(Conflict, match="goes on"):
        await services.visits.identification.discard(mine, waiter.visit_id)
    for one in (waiter, noted):
        await services.visits.waiting_room.remove(mine, one.visit_id)
    await services.visit_records.notes.keep(mine, noted.visit_id, "Seen at the door.")
    with pytest.raises(Conflict, match="note"):
        await services.visits.identification.discard(mine, noted.visit_id)
    for _press in range(2):  # twice is once
        await services.visits.identification.discard(mine, waiter.visit_id)
    [line] = await lines(ward, Action.VISIT_DISCARDED, None)
    assert line.actor_id == mine.staff.staff_id


async def test_nothing_goes_on_from_a_visit_that_was_destroyed(quick_ward: Ward) -> None:
    ward, services = quick_ward, quick_ward.house.services
    mine = await ward.room("Shared")
    waiter = await ward.check_in(mine, "Donald Duck")
    await services.visits.waiting_room.leave(waiter.visitor)
    await services.visits.identification.discard(mine, waiter.visit_id)
    with pytest.raises(Discarded):  # nobody's name would be in the queue
        await services.visits.check_in.again(waiter.visitor, waiter.token)
    assert await ward.order(mine) == []
    with pytest.raises(Discarded):  # no chart would ever get the note
        await services.visit_records.notes.keep(mine, waiter.visit_id, "Called back.")


@pytest.mark.parametrize("first", ["note", "discard"])
async def test_a_note_and_a_discard_at_once(ward: Ward, first: str) -> None:
    """Either the note is refused, or the visit is kept for its sake."""
    services = ward.house.services
    mine = await ward.room("Shared")
    for _ in range(5):
        waiter = await ward.check_in(mine)
        await services.visits.waiting_room.leave(waiter.visitor)
        acts = [
            services.visit_records.notes.keep(mine, waiter.visit_id, "Called back."),
            services.visits.identification.discard(mine, waiter.visit_id),
        ]
        if first == "discard":
            acts.reverse()
        done = await asyncio.gather(*acts, return_exceptions=True)
        assert sum(isinstance(one, Conflict) for one in done) == 1, done


async def test_who_came_and_left_pushes_out_nobody(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unidentified, "_PAGE", 3)
    services = ward.house.services
    mine = await ward.room("Shared")
    first = await ward.check_in(mine)
    await services.conversations.visit_chat.say(first.visitor, first.visit_id, "Please call me", "")
    await services.visits.waiting_room.leave(first.visitor)
    for _ in range(7):
        waiter = await ward.check_in(mine)
        await services.visits.waiting_room.leave(waiter.visitor)
    assert [one.id for one in await services.visit_records.unidentified.of_room(mine)] == [
        first.visit_id
    ]


async def test_only_those_in_charge_say_anything(ward: Ward) -> None:
    services, house = ward.house.services, ward.house
    mine = await ward.room("Shared")
    waiter = await ward.check_in(mine, NAME, BORN)
    hers = await stranger(ward)
    asked = services.visits.identification
    for access in (
        hers,
        await house.services.people.permissions.room(house.here.receptionist, house.here.room.id),
    ):
        with pytest.raises(NotFound):
            await asked.asked(access, waiter.visit_id)
        with pytest.raises(NotFound):
            await asked.override(access, waiter.visit_id, NAME, BORN, "Curious")
        with pytest.raises(NotFound):
            await asked.discard(access, waiter.visit_id)


# --- nearly the same -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "born", "why"),
    [
        ("Lindqvist, Maya", BORN, []),
        ("Prof. Maya Lindqvist", BORN, []),
        ("Maya Lindkvist", BORN, [Reason.LETTER_FAMILY]),
        ("Mya Lindqvist", BORN, [Reason.LETTER_FIRST]),
        ("Maya Elin Lindqvist", BORN, [Reason.LEFT_OUT]),
        ("Maya", BORN, [Reason.LEFT_OUT]),
        ("Maya Lindqvist", date(1991, 3, 4), [Reason.DATE_DIGIT]),
        ("Maya Lindqvist", None, [Reason.NO_DATE_TYPED]),
    ],
)
async def test_who_is_nearly_the_same_is_offered_with_the_reason(
    ward: Ward, name: str, born: date | None, why: list[Reason]
) -> None:
    identification, maya = ward.house.services.visits.identification, ward.house.patients[0]
    mine = await ward.room("Shared")
    waiter = await ward.check_in(mine, name, born)
    typed, _ = await identification.asked(mine, waiter.visit_id)
    [one] = await identification.suggested(mine, typed)
    assert (one.patient.id, list(one.likeness.reasons)) == (maya.id, why)
    assert not (await ward.row(waiter.visit_id)).patient_id, "staff decide"
    with pytest.raises(MayHaveChart if why else HasChart):
        await identification.add(mine, waiter.visit_id)
    await identification.confirm(mine, waiter.visit_id, maya.id)
    assert (await ward.row(waiter.visit_id)).patient_id == maya.id


async def test_several_who_fit_are_listed_to_choose_from(ward: Ward) -> None:
    identification, house = ward.house.services.visits.identification, ward.house
    mine = await ward.room("Shared")
    async with house.services.database.unit_of_work() as work:
        second = await house.services.people.patients.add(
            work,
            house.here.administrator,
            Demographics(name="MAYA LINDQVIST", birth_date=BORN),
            [mine.room_id],
        )
        third = await house.services.people.patients.add(
            work,
            house.here.administrator,
            Demographics(name="Maya Lindqvist", birth_date=None),
            [mine.room_id],
        )
    waiter = await ward.check_in(mine, NAME, BORN)
    typed, _ = await identification.asked(mine, waiter.visit_id)
    likely = await identification.suggested(mine, typed)
    assert {one.patient.id for one in likely[:2]} == {house.patients[0].id, second.id}
    assert [one.equal for one in likely] == [True, True, False]
    assert likely[2].patient.id == third.id
    assert likely[2].likeness.reasons == (Reason.NO_DATE_KNOWN,)


async def test_twins_are_not_offered_for_each_other(ward: Ward) -> None:
    identification = ward.house.services.visits.identification
    mine = await ward.room("Shared")
    waiter = await ward.check_in(mine, "Bella Lindqvist", BORN)
    typed, _ = await identification.asked(mine, waiter.visit_id)
    assert await identification.suggested(mine, typed) == []
    await identification.add(mine, waiter.visit_id)
