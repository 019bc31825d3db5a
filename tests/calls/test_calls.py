"""Starting, adding, joining, leaving and ending calls."""

import asyncio

import pytest
from pydantic import ValidationError

from bedside.calls.states import CallEnded, InAnotherCall, Mode, NotInCall, Standing
from bedside.errors import BedsideError, Conflict, NotFound
from bedside.visits.states import State, Step
from bedside.visits.steps import End, Return
from tests.calls.agreeing import add_patient
from tests.calls.calling import Ward, sends
from tests.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
def ward(house: House) -> Ward:
    """The waiting room, on SQLite and then on PostgreSQL."""
    return Ward(house)


async def state_of(ward: Ward, visit_id: str) -> str:
    """Return the state of a visit."""
    async with ward.database.read() as db:
        from bedside.visits.rows import by_id

        row = await db.one(by_id, of=visit_id)
    return row.state


async def standings(ward: Ward, call_id: str) -> dict[str, str]:
    """Return kinds → state, of everybody who is or was in a call."""
    from bedside.calls.rows import participants_of

    async with ward.database.read() as db:
        everybody = await participants_of(db, call_id)
    return {row.person_id: row.state for row in everybody}


async def call_state(ward: Ward, call_id: str) -> str:
    """Return the state of a call."""
    from bedside.calls.rows import call_row

    async with ward.database.read() as db:
        row = await call_row(db, call_id)
    assert row is not None
    return row.state


@pytest.mark.feature("V5")
async def test_a_call_admits_the_patient(ward: Ward) -> None:
    pair = await ward.both()
    assert await state_of(ward, pair.visitor.visit_id) == State.IN_CALL
    assert pair.here.connection_id != pair.there.connection_id
    assert {pair.here.state, pair.there.state} == {Standing.JOINED}
    assert (pair.here.mode, pair.here.topology) == ("video", "direct")
    await ward.calls.control.end_for_all(pair.host)
    assert await state_of(ward, pair.visitor.visit_id) == State.ENDED
    assert await call_state(ward, pair.call_id) == "ended"
    with pytest.raises(CallEnded):
        await ward.join(pair.host)
    with pytest.raises(NotInCall):
        await ward.seat(pair.visitor)


@pytest.mark.feature("V5")
async def test_next_patient_is_atomic(ward: Ward) -> None:
    """Everybody in charge of the room presses at once; two patients are waiting."""
    waiting = {(await ward.wait(f"Number {n}")).visit_id for n in (1, 2)}
    people = (
        ward.house.here.clinician,
        ward.house.here.receptionist,
        ward.house.here.administrator,
    )
    rooms = [await ward.room(person) for person in people]
    calls = await asyncio.gather(
        *(ward.calls.control.next_patient(room, Mode.VIDEO) for room in rooms)
    )
    started = [call for call in calls if call is not None]
    assert len(started) == 2
    taken = [set(await standings(ward, call)) & waiting for call in started]
    assert set.union(*taken) == waiting
    assert set.intersection(*taken) == set()


async def test_who_waits_longest_is_next_and_who_is_away_comes_later(ward: Ward) -> None:
    first, second = await ward.wait("First"), await ward.wait("Second")
    await ward.visits.presence.left(first, f"sck_{first.visit_id}")
    call_id = await ward.calls.control.next_patient(await ward.room(), Mode.VIDEO)
    assert second.visit_id in await standings(ward, call_id)
    room = await ward.room(ward.house.here.receptionist)
    call_id = await ward.calls.control.next_patient(room, Mode.VOICE)
    assert first.visit_id in await standings(ward, call_id)
    room = await ward.room(ward.house.here.administrator)
    assert await ward.calls.control.next_patient(room, Mode.VIDEO) is None


@pytest.mark.feature("V5")
async def test_two_who_call_the_same_patient(ward: Ward) -> None:
    visitor = await ward.wait()
    rooms = [await ward.room(), await ward.room(ward.house.here.receptionist)]
    done = await asyncio.gather(
        *(ward.calls.control.start(room, visitor.visit_id, Mode.VIDEO) for room in rooms),
        return_exceptions=True,
    )
    [won] = [one for one in done if isinstance(one, str)]
    [lost] = [one for one in done if isinstance(one, BedsideError)]
    assert isinstance(lost, Conflict)
    assert "is seeing this patient already" in lost.sentence
    assert visitor.visit_id in await standings(ward, won)


@pytest.mark.feature("V6")
async def test_who_is_in_a_call_is_told_and_can_add_the_patient(ward: Ward) -> None:
    pair, second = await ward.both(), await ward.wait("Second")
    room = await ward.room()
    with pytest.raises(InAnotherCall) as told:
        await ward.calls.control.start(room, second.visit_id, Mode.VIDEO)
    assert told.value.call_id == pair.call_id
    with pytest.raises(InAnotherCall):
        await ward.calls.control.next_patient(room, Mode.VIDEO)
    assert await state_of(ward, second.visit_id) == State.WAITING
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    joined = await ward.join(await ward.seat(second))
    assert joined.call_id == pair.call_id
    assert await state_of(ward, second.visit_id) == State.IN_CALL


async def test_a_double_click_starts_one_call(ward: Ward) -> None:
    visitor, room = await ward.wait(), await ward.room()
    done = await asyncio.gather(
        *(ward.calls.control.start(room, visitor.visit_id, Mode.VIDEO) for _ in range(2)),
        return_exceptions=True,
    )
    [call_id] = [one for one in done if isinstance(one, str)]
    [told] = [one for one in done if isinstance(one, InAnotherCall)]
    assert told.call_id == call_id


@pytest.mark.feature("V11")
async def test_a_one_to_one_call_ends_with_its_patient_and_a_group_goes_on(ward: Ward) -> None:
    pair, second, room = await ward.both(), await ward.wait("Second"), await ward.room()
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    await ward.calls.control.return_to_waiting_room(room, pair.visitor.visit_id)
    assert await call_state(ward, pair.call_id) == "active"
    assert await state_of(ward, pair.visitor.visit_id) == State.WAITING
    with pytest.raises(NotInCall):
        await ward.seat(pair.visitor)
    await ward.calls.control.end_visit(room, second.visit_id)  # who has not even joined
    assert await call_state(ward, pair.call_id) == "ended"
    assert set((await standings(ward, pair.call_id)).values()) == {Standing.LEFT}


@pytest.mark.feature("V18")
async def test_after_a_call_the_next_one_can_begin(ward: Ward) -> None:
    pair, room = await ward.both(), await ward.room()
    await ward.calls.control.return_to_waiting_room(room, pair.visitor.visit_id)
    again = await ward.calls.control.start(room, pair.visitor.visit_id, Mode.VOICE)
    assert again != pair.call_id
    joined = await ward.join(await ward.seat(pair.visitor))
    assert (joined.call_id, joined.mode) == (again, "voice")


async def test_a_patient_who_hangs_up_waits_again(ward: Ward) -> None:
    pair = await ward.both()
    await ward.calls.control.leave(await ward.seat(pair.visitor))
    assert await state_of(ward, pair.visitor.visit_id) == State.WAITING
    assert await call_state(ward, pair.call_id) == "ended"


async def test_when_no_staff_is_left_everybody_goes_back_to_the_waiting_room(ward: Ward) -> None:
    pair, second, room = await ward.both(), await ward.wait("Second"), await ward.room()
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    await ward.calls.control.leave(pair.host)
    for visitor in (pair.visitor, second):
        assert await state_of(ward, visitor.visit_id) == State.WAITING
    assert await call_state(ward, pair.call_id) == "ended"


@pytest.mark.parametrize(
    ("then", "state"), [(End(Step.COMPLETED), State.ENDED), (Return(), State.WAITING)]
)
async def test_ending_for_all(ward: Ward, then: Return | End, state: State) -> None:
    pair, second, room = await ward.both(), await ward.wait("Second"), await ward.room()
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    await ward.calls.control.end_for_all(pair.host, then)
    for visitor in (pair.visitor, second):
        assert await state_of(ward, visitor.visit_id) == state
    with pytest.raises(CallEnded):
        await ward.calls.control.end_for_all(pair.host, then)


async def test_everybody_leaves_at_the_same_moment(ward: Ward) -> None:
    """Whoever is first; nobody waits forever for somebody else's lock."""
    pair, room = await ward.both(), await ward.room()
    others = [await ward.wait(f"Number {n}") for n in range(2)]
    for visitor in others:
        await add_patient(ward.house.services, pair.host, room, visitor.visit_id)
    seats = [await ward.seat(visitor) for visitor in (pair.visitor, *others)]
    done = await asyncio.gather(
        ward.calls.control.end_for_all(pair.host, Return()),
        *(ward.calls.control.leave(seat) for seat in seats),
        ward.calls.control.end_visit(room, others[0].visit_id),
        return_exceptions=True,
    )
    defects = [one for one in done if one and not isinstance(one, BedsideError)]
    assert defects == []
    assert await call_state(ward, pair.call_id) == "ended"


async def test_only_those_in_a_call_have_a_seat(ward: Ward) -> None:
    pair = await ward.both()
    outside = await ward.wait("Outside")
    for staff in (ward.house.here.receptionist, ward.house.next_door.clinician):
        with pytest.raises(NotFound):
            await ward.calls.seats.host(staff, pair.call_id)
    with pytest.raises(NotInCall):
        await ward.seat(outside)
    for nonsense in ("", "cal_x", pair.host.participant_id):
        with pytest.raises(NotFound):
            await ward.calls.seats.host(pair.host.staff, nonsense)


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.feature("V15")
async def test_a_reload_is_a_new_connection_and_a_lost_network_the_same(ward: Ward) -> None:
    pair = await ward.both()
    seat = await ward.seat(pair.visitor)
    same = await ward.join(seat, connection_id=pair.there.connection_id)
    assert same.connection_id == pair.there.connection_id
    reloaded = await ward.join(seat)
    assert reloaded.connection_id > pair.there.connection_id
    assert reloaded.participant_id == pair.there.participant_id
    stale = await ward.join(seat, connection_id=pair.there.connection_id)
    assert stale.connection_id != pair.there.connection_id
    taken = await ward.join(seat, connection_id=pair.here.connection_id)
    assert taken.connection_id != pair.here.connection_id


async def test_what_a_page_sends_is_told_by_that_page_only(ward: Ward) -> None:
    pair = await ward.both()
    seat = await ward.seat(pair.visitor)
    muted = sends(pair.call_id, pair.there.connection_id, muted=True)
    assert not await ward.calls.participants.media(pair.host.access, muted)
    assert await ward.calls.participants.media(seat.access, muted)
    newer = await ward.join(seat)
    assert not await ward.calls.participants.media(seat.access, muted), "it is the older page"
    assert await ward.calls.participants.media(
        seat.access, sends(pair.call_id, newer.connection_id)
    )


@pytest.mark.feature("V22")
async def test_the_others_know_why_a_microphone_is_silent(ward: Ward) -> None:
    pair = await ward.both()
    seat = await ward.seat(pair.visitor)
    for state in ("interrupted", "blocked", "missing", "ok"):
        sent = sends(pair.call_id, pair.there.connection_id, muted=True, microphone=state)
        assert await ward.calls.participants.media(seat.access, sent)
        call = await ward.calls.live.call(pair.host.access, pair.call_id)
        assert call["participants"][pair.there.participant_id]["microphone"] == state
    blocked = sends(pair.call_id, pair.there.connection_id, microphone="blocked")
    await ward.calls.participants.media(seat.access, blocked)
    reloaded = await ward.join(seat)
    call = await ward.calls.live.call(pair.host.access, pair.call_id)
    assert call["participants"][reloaded.participant_id]["microphone"] == "ok", "not known yet"
    with pytest.raises(ValidationError):
        sends(pair.call_id, pair.there.connection_id, microphone="eaten by the dog")


@pytest.mark.feature("V19")
async def test_a_voice_call_is_turned_to_video_once(ward: Ward) -> None:
    visitor = await ward.wait()
    host = await ward.start(visitor, mode=Mode.VOICE)
    joined = await ward.join(await ward.seat(visitor))
    assert joined.mode == "voice"
    for _ in range(2):
        await ward.calls.control.turn_to_video(await ward.seat(visitor))
    assert (await ward.join(host)).mode == "video"


@pytest.mark.feature("V6")
async def test_a_fifth_person_needs_a_media_server(ward: Ward) -> None:
    pair, room = await ward.both(), await ward.room()
    for number in range(2):
        visitor = await ward.wait(f"Number {number}")
        await add_patient(ward.house.services, pair.host, room, visitor.visit_id)
        await ward.join(await ward.seat(visitor))
    fifth = await ward.wait("Fifth")
    with pytest.raises(Conflict, match="media server"):
        await add_patient(ward.house.services, pair.host, room, fifth.visit_id)
    assert await state_of(ward, fifth.visit_id) == State.WAITING


@pytest.mark.feature("V6")
async def test_adding_the_last_who_has_room_twice_says_nothing_of_room(ward: Ward) -> None:
    """A double click on “Add”, in a call with room for four: the patient is in it."""
    pair, room = await ward.both(), await ward.room()
    added = [await ward.wait(f"Number {number}") for number in range(2)]
    for visitor in added:
        await add_patient(ward.house.services, pair.host, room, visitor.visit_id)
    with pytest.raises(Conflict, match="admitted this patient already") as again:
        await add_patient(ward.house.services, pair.host, room, added[-1].visit_id)
    assert again.value.code == "visit_is_in_call"


async def test_names_are_told_with_ones_own_permission(ward: Ward) -> None:
    pair, second = await ward.both("Wilma Waiting"), await ward.wait("Second")
    room = await ward.room()
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    for_staff = await ward.calls.people.of(pair.host)
    assert {p.name for p in for_staff} == {"Dr Amara Okafor", "Wilma Waiting", "Second"}
    assert {p.visit_id for p in for_staff} == {"", pair.visitor.visit_id, second.visit_id}
    for_patient = await ward.calls.people.of(await ward.seat(pair.visitor))
    assert sorted(p.name for p in for_patient) == ["Dr Amara Okafor", "Patient", "Patient"]
    assert {(p.visit_id, p.room_id, p.guest_id) for p in for_patient} == {("", "", "")}
    assert [p.participant_id for p in for_patient if p.you] == [pair.there.participant_id]
