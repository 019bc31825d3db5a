"""Nobody hears a patient before all who would hear each other have agreed."""

import asyncio

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.calls import rows
from bedside.calls.states import Kind, NotInCall, Standing
from bedside.errors import Conflict, NotFound
from bedside.kernel import clock
from bedside.people.permissions import VisitorAccess
from tests.calls.agreeing import add_patient, all_agree
from tests.calls.calling import Pair, Ward
from tests.house import House
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V6")]


@pytest.fixture
def ward(house: House) -> Ward:
    """The waiting room, on SQLite and then on PostgreSQL."""
    return Ward(house)


async def place(
    ward: Ward, call_id: str, person_id: str, kind: Kind = Kind.PATIENT
) -> rows.ParticipantRow:
    async with ward.database.read() as db:
        found = await rows.of_person(db, call_id, kind, person_id)
    assert found is not None
    return found


async def asked(ward: Ward, pair: Pair, name: str = "Second") -> tuple[str, str]:
    """Ask a second patient into the call. Returns the visit and the participant."""
    second = await ward.wait(name)
    await ward.calls.newcomers.ask(pair.host, await ward.room(), second.visit_id)
    return second.visit_id, (await place(ward, pair.call_id, second.visit_id)).id


async def visitor(ward: Ward, visit_id: str) -> VisitorAccess:
    return await ward.visits.devices.resume(ward.tokens[visit_id], visit_id, "198.51.100.7")


@pytest.mark.parametrize("last", ["inside", "outside"])
async def test_the_last_answer_lets_them_in(ward: Ward, last: str) -> None:
    pair = await ward.both()
    visit_id, newcomer = await asked(ward, pair)
    second = await visitor(ward, visit_id)
    with pytest.raises(NotInCall):  # before anybody has answered, and while one has not
        await ward.seat(second)
    order = [pair.visitor, second] if last == "outside" else [second, pair.visitor]
    await ward.calls.newcomers.agree(order[0], newcomer)
    with pytest.raises(NotInCall):
        await ward.seat(second)
    with pytest.raises(Conflict):  # a double click
        await ward.calls.newcomers.agree(order[0], newcomer)
    await ward.calls.newcomers.agree(order[1], newcomer)
    assert (await ward.seat(second)).call_id == pair.call_id
    joined = await ward.join(await ward.seat(second))
    assert joined.state == Standing.JOINED


@pytest.mark.parametrize("who", ["inside", "outside"])
async def test_who_would_rather_not_stays_where_they_are(ward: Ward, who: str) -> None:
    pair = await ward.both()
    visit_id, newcomer = await asked(ward, pair)
    second = await visitor(ward, visit_id)
    own = pair.visitor if who == "inside" else second
    await ward.calls.newcomers.refuse(own, newcomer)
    row = await place(ward, pair.call_id, visit_id)
    refuser = await place(ward, pair.call_id, own.visit_id)
    assert (row.state, row.waits_for, row.refused_by) == (Standing.LEFT, "", refuser.id)
    assert (await ward.calls.newcomers.asked(second)) is None
    for answer in (ward.calls.newcomers.agree, ward.calls.newcomers.refuse):
        with pytest.raises(Conflict):
            await answer(pair.visitor, newcomer)
    assert (await ward.seat(pair.visitor)).call_id == pair.call_id
    summary = await ward.calls.summaries.of(pair.host.staff, pair.call_id)
    assert [one.visit_id for one in summary.patients] == [pair.visitor.visit_id]
    # and may be asked once more
    await ward.calls.newcomers.ask(pair.host, await ward.room(), visit_id)
    await all_agree(ward.house.services, pair.call_id)
    assert (await ward.seat(second)).call_id == pair.call_id


async def test_staff_take_it_back_until_all_have_agreed(ward: Ward) -> None:
    pair = await ward.both()
    visit_id, newcomer = await asked(ward, pair)
    second = await visitor(ward, visit_id)
    await ward.calls.newcomers.agree(second, newcomer)
    for _ in range(2):
        await ward.calls.newcomers.take_back(pair.host, newcomer)
    with pytest.raises(Conflict):
        await ward.calls.newcomers.agree(pair.visitor, newcomer)
    with pytest.raises(NotInCall):
        await ward.seat(second)
    await add_patient(ward.house.services, pair.host, await ward.room(), visit_id)
    with pytest.raises(Conflict, match="in the call already"):
        await ward.calls.newcomers.take_back(pair.host, newcomer)


async def test_nobody_else_answers(ward: Ward) -> None:
    pair = await ward.both()
    _, newcomer = await asked(ward, pair)
    third = await ward.wait("Third")
    for answer in (ward.calls.newcomers.agree, ward.calls.newcomers.refuse):
        with pytest.raises(NotFound):
            await answer(third, newcomer)
        with pytest.raises(NotFound):
            await answer(pair.visitor, "prt_00000000000000000000000000")


async def test_only_whoever_is_there_is_asked(ward: Ward) -> None:
    pair = await ward.both()
    second = await ward.wait("Second")
    await ward.visits.presence.left(second, f"sck_{second.visit_id}")
    room = await ward.room()
    with clock.shifted(10_000), pytest.raises(Conflict, match="page is not there"):
        await ward.calls.newcomers.ask(pair.host, room, second.visit_id)


async def test_a_group_agrees_once_and_to_each_guest(ward: Ward) -> None:
    pair, room = await ward.both(), await ward.room()
    second = await ward.wait("Second")
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    guest = await ward.guest(pair.host)
    await ward.calls.guests.admit(pair.host, guest.guest_id)
    asked_about = await place(ward, pair.call_id, guest.guest_id, Kind.GUEST)
    assert (asked_about.state, len(asked_about.waits_for.split())) == (Standing.AGREEING, 2)
    names = {one.name for one in await ward.calls.people.of(await ward.seat(second))}
    assert "Gustav Guest" in names
    third = await ward.wait("Third")
    await ward.calls.newcomers.ask(pair.host, room, third.visit_id)
    row = await place(ward, pair.call_id, third.visit_id)
    assert row.waits_for == row.id  # the others are in a group, and know it
    await ward.calls.newcomers.agree(third, row.id)
    assert (await ward.seat(third)).call_id == pair.call_id


@pytest.mark.parametrize("way", ["refused", "taken back"])
async def test_agreeing_to_somebody_who_never_came_makes_no_group(ward: Ward, way: str) -> None:
    """Each is asked again before a stranger comes in."""
    pair, room = await ward.both(), await ward.room()
    visit_id, newcomer = await asked(ward, pair)
    await ward.calls.newcomers.agree(pair.visitor, newcomer)
    if way == "refused":
        await ward.calls.newcomers.refuse(await visitor(ward, visit_id), newcomer)
    else:
        await ward.calls.newcomers.take_back(pair.host, newcomer)
    third = await ward.wait("Third")
    await ward.calls.newcomers.ask(pair.host, room, third.visit_id)
    row = await place(ward, pair.call_id, third.visit_id)
    own = await place(ward, pair.call_id, pair.visitor.visit_id)
    assert row.waits_for.split() == [own.id, row.id]


async def test_a_call_that_has_filled_up_is_no_patient_s_fault(ward: Ward) -> None:
    """There is room for four without a media server, and two more were asked for at once."""
    pair, room = await ward.both(), await ward.room()
    places: list[rows.ParticipantRow] = []
    for name in ("Second", "Third", "Fourth"):
        one = await ward.wait(name)
        await ward.calls.newcomers.ask(pair.host, room, one.visit_id)
        places.append(await place(ward, pair.call_id, one.visit_id))
    await all_agree(ward.house.services, pair.call_id)
    states = [(await place(ward, pair.call_id, one.person_id)).state for one in places]
    assert sorted(states) == [Standing.ASKED, Standing.ASKED, Standing.LEFT]


async def test_two_newcomers_at_once_hear_of_each_other(ward: Ward) -> None:
    """A guest who was asked for before a second patient came in is asked of that one, too."""
    pair, room = await ward.both(), await ward.room()
    guest = await ward.guest(pair.host)
    await ward.calls.guests.admit(pair.host, guest.guest_id)
    second = await ward.wait("Second")
    await ward.calls.newcomers.ask(pair.host, room, second.visit_id)
    patient = await place(ward, pair.call_id, second.visit_id)
    for one in (second, pair.visitor):
        await ward.calls.newcomers.agree(one, patient.id)
    waiting = await place(ward, pair.call_id, guest.guest_id, Kind.GUEST)
    assert waiting.waits_for.split()[-1] == patient.id
    await ward.calls.newcomers.agree(pair.visitor, waiting.id)
    assert (await place(ward, pair.call_id, guest.guest_id, Kind.GUEST)).state == Standing.AGREEING
    await ward.calls.newcomers.agree(second, waiting.id)
    assert (await place(ward, pair.call_id, guest.guest_id, Kind.GUEST)).state == Standing.ASKED


async def test_who_leaves_holds_nobody_up(ward: Ward) -> None:
    pair, room = await ward.both(), await ward.room()
    second = await ward.wait("Second")
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    await ward.join(await ward.seat(second))
    guest = await ward.guest(pair.host)
    await ward.calls.guests.admit(pair.host, guest.guest_id)
    row = await place(ward, pair.call_id, guest.guest_id, Kind.GUEST)
    await ward.calls.newcomers.agree(second, row.id)
    await ward.calls.control.end_visit(room, pair.visitor.visit_id)
    await do_jobs(ward.house)
    row = await place(ward, pair.call_id, guest.guest_id, Kind.GUEST)
    assert (row.state, row.waits_for) == (Standing.ASKED, "")


@pytest.mark.parametrize("way", ["leaves", "removed", "elsewhere", "call ends"])
async def test_a_patient_who_goes_is_not_asked_any_more(ward: Ward, way: str) -> None:
    pair, room = await ward.both(), await ward.room()
    visit_id, newcomer = await asked(ward, pair)
    second = await visitor(ward, visit_id)
    if way == "leaves":
        await ward.visits.waiting_room.leave(second)
    elif way == "removed":
        await ward.visits.waiting_room.remove(room, visit_id)
    elif way == "elsewhere":
        await ward.start(second, ward.house.here.receptionist)
    else:
        await ward.calls.control.end_for_all(pair.host)
    assert (await place(ward, pair.call_id, visit_id)).state == Standing.LEFT
    assert await ward.calls.newcomers.asked(second) is None
    if way != "call ends":
        with pytest.raises(Conflict):
            await ward.calls.newcomers.agree(pair.visitor, newcomer)


async def test_answers_at_the_same_moment(ward: Ward) -> None:
    pair = await ward.both()
    visit_id, newcomer = await asked(ward, pair)
    second = await visitor(ward, visit_id)
    await asyncio.gather(
        ward.calls.newcomers.agree(pair.visitor, newcomer),
        ward.calls.newcomers.agree(second, newcomer),
    )
    assert (await ward.seat(second)).call_id == pair.call_id
    agreed = Filter(action=Action.CALL_NEWCOMER_AGREED)
    assert len(await ward.audit.log.lines(ward.house.clinic.id, agreed)) == 2
