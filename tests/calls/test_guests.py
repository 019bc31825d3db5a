"""Guests of a call: invited by link, admitted by staff, locked out when the call ends."""

import asyncio

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.calls.guests import KEPT_FOR, VALID, GuestLinkClosed, LinkInUse
from bedside.calls.states import NotInCall, Standing
from bedside.errors import NotFound, NotSignedIn, WrongInput
from bedside.kernel import clock
from tests.calls.agreeing import add_patient, admit_guest
from tests.calls.calling import ADDRESS, Ward
from tests.house import House
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V6")]


@pytest.fixture
def ward(house: House) -> Ward:
    """The waiting room, on SQLite and then on PostgreSQL."""
    return Ward(house)


async def invited(ward: Ward, host: object) -> str:
    """Return the secret of a new invitation."""
    return (await ward.calls.guests.invite(host)).link.rpartition("/")[2]


async def test_opening_a_link_changes_nothing(ward: Ward) -> None:
    pair = await ward.both()
    secret = await invited(ward, pair.host)
    for _ in range(3):
        assert (await ward.calls.guests.open(secret)).state == "invited"
    assert [guest.state for guest in await ward.calls.guests.listed(pair.host)] == ["invited"]
    with pytest.raises(NotFound):
        await ward.calls.guests.open(secret[:-1] + "_")


async def test_a_guest_waits_until_staff_let_them_in(ward: Ward) -> None:
    pair = await ward.both()
    guest = await ward.guest(pair.host)
    seat = await ward.calls.seats.guest(guest)
    knocking = await ward.join(seat)
    assert (knocking.state, knocking.connection_id) == (Standing.KNOCKING, "")
    with pytest.raises(NotFound):  # neither names nor what happens in it
        await ward.calls.people.of(seat)
    with pytest.raises(NotFound):
        await ward.live_call(guest, pair.call_id)
    for _ in range(2):
        await admit_guest(ward.house.services, pair.host, guest.guest_id)
    joined = await ward.join(seat)
    assert joined.state == Standing.JOINED
    names = {person.name for person in await ward.calls.people.of(seat)}
    assert names == {"Dr Amara Okafor", "Patient", "Guest"}
    assert "Gustav Guest" in {person.name for person in await ward.calls.people.of(pair.host)}


async def test_a_guest_keeps_a_call_going_and_knocks_again_after_leaving(ward: Ward) -> None:
    pair, room = await ward.both(), await ward.room()
    guest = await ward.guest(pair.host)
    await admit_guest(ward.house.services, pair.host, guest.guest_id)
    seat = await ward.calls.seats.guest(guest)
    await ward.join(seat)
    await ward.calls.control.end_visit(room, pair.visitor.visit_id)
    assert (await ward.join(seat)).state == Standing.JOINED
    second = await ward.wait("Second")
    await add_patient(ward.house.services, pair.host, room, second.visit_id)
    await ward.calls.control.leave(seat)
    assert (await ward.join(seat)).state == Standing.KNOCKING


async def test_the_end_of_the_call_ends_every_invitation(ward: Ward) -> None:
    pair = await ward.both()
    guest = await ward.guest(pair.host)
    unopened = await invited(ward, pair.host)
    await ward.calls.control.end_for_all(pair.host)
    with pytest.raises(GuestLinkClosed):
        await ward.calls.guests.open(unopened)
    with pytest.raises(GuestLinkClosed):
        await ward.calls.guests.enter(unopened, "Late", ADDRESS)
    with pytest.raises(GuestLinkClosed):
        await resumed(ward, guest.guest_id)


async def resumed(ward: Ward, guest_id: str) -> object:
    """Reconnect the last guest's device."""
    return await ward.calls.guests.resume(ward.tokens[guest_id], guest_id, ADDRESS)


@pytest.mark.parametrize("how", ["refuse", "revoke"])
async def test_who_is_sent_away_stays_away(ward: Ward, how: str) -> None:
    pair = await ward.both()
    guest = await ward.guest(pair.host)
    if how == "revoke":
        await admit_guest(ward.house.services, pair.host, guest.guest_id)
        await ward.join(await ward.calls.seats.guest(guest))
    for _ in range(2):  # a double click
        await getattr(ward.calls.guests, how)(pair.host, guest.guest_id)
    kind = {"refuse": Action.GUEST_REFUSED, "revoke": Action.GUEST_REVOKED}[how]
    assert len(await ward.house.audit.log.lines(ward.house.clinic.id, Filter(action=kind))) == 1
    with pytest.raises(GuestLinkClosed):
        await resumed(ward, guest.guest_id)
    with pytest.raises(NotFound):
        await ward.calls.seats.guest(guest)
    with pytest.raises(NotFound):
        await admit_guest(ward.house.services, pair.host, guest.guest_id)
    assert await ward.calls.guests.listed(pair.host) == []


async def test_an_invitation_lasts_a_day_at_most(ward: Ward) -> None:
    pair = await ward.both()
    secret = await invited(ward, pair.host)
    guest = await ward.guest(pair.host)
    with clock.shifted(VALID + 1_000):
        with pytest.raises(GuestLinkClosed):
            await ward.calls.guests.open(secret)
        with pytest.raises(GuestLinkClosed):
            await resumed(ward, guest.guest_id)


async def test_a_second_device_on_the_link_is_another_guest(ward: Ward) -> None:
    """A link that was passed on lets nobody in by itself, and the first device stays."""
    pair = await ward.both()
    secret = await invited(ward, pair.host)
    guest_id, first = await ward.calls.guests.enter(secret, "Ana Ruiz", ADDRESS)
    another, second = await ward.calls.guests.enter(secret, "Ana Ruiz", ADDRESS)
    assert another != guest_id
    await admit_guest(ward.house.services, pair.host, guest_id)
    seen = await ward.calls.guests.resume(first, guest_id, ADDRESS)
    assert (await ward.join(await ward.calls.seats.guest(seen))).state == Standing.JOINED
    unseen = await ward.calls.guests.resume(second, another, ADDRESS)
    assert (await ward.join(await ward.calls.seats.guest(unseen))).state == Standing.KNOCKING
    with pytest.raises(NotInCall):
        await ward.calls.seats.let_in(unseen)
    for token, guest in ((first, another), (second, guest_id)):
        with pytest.raises(NotSignedIn):
            await ward.calls.guests.resume(token, guest, ADDRESS)


async def test_staff_are_told_that_two_devices_came_by_one_link(ward: Ward) -> None:
    pair = await ward.both()
    alone = await ward.guest(pair.host, "Alone")
    secret = await invited(ward, pair.host)
    guest_id, _ = await ward.calls.guests.enter(secret, "Ana Ruiz", ADDRESS)
    assert not any(person.same_link for person in await ward.calls.people.of(pair.host))
    another, _ = await ward.calls.guests.enter(secret, "Ana Ruiz", ADDRESS)
    told = {p.guest_id for p in await ward.calls.people.of(pair.host) if p.same_link}
    assert told == {guest_id, another}
    assert alone.guest_id not in told
    seat = await ward.seat(pair.visitor)
    assert not any(person.same_link for person in await ward.calls.people.of(seat))
    lines = await ward.house.audit.log.lines(
        ward.house.clinic.id, Filter(action=Action.GUEST_KNOCKED)
    )
    knocked = {line.actor_id: line.details["invitation"] for line in lines}
    assert knocked == {alone.guest_id: alone.guest_id, guest_id: guest_id, another: guest_id}


async def test_nobody_takes_the_place_of_a_guest_who_is_in(ward: Ward) -> None:
    pair = await ward.both()
    secret = await invited(ward, pair.host)
    guest_id, token = await ward.calls.guests.enter(secret, "Ana Ruiz", ADDRESS)
    await admit_guest(ward.house.services, pair.host, guest_id)
    guest = await ward.calls.guests.resume(token, guest_id, ADDRESS)
    joined = await ward.join(await ward.calls.seats.guest(guest))
    stranger, _ = await ward.calls.guests.enter(secret, "Mallory", ADDRESS)
    assert (await ward.calls.guests.get(guest)).state == Standing.JOINED
    assert (await ward.calls.guests.get(guest)).name == "Ana Ruiz"
    await ward.calls.guests.refuse(pair.host, stranger)  # and the link ends with it
    with pytest.raises(GuestLinkClosed):
        await ward.calls.guests.open(secret)
    with pytest.raises(GuestLinkClosed):
        await ward.calls.guests.enter(secret, "Mallory", ADDRESS)
    again = await ward.calls.guests.resume(token, guest_id, ADDRESS)
    assert (
        await ward.join(await ward.calls.seats.guest(again))
    ).participant_id == joined.participant_id


async def test_two_devices_that_enter_at_once_are_two_guests(ward: Ward) -> None:
    pair = await ward.both()
    secret = await invited(ward, pair.host)
    entered = await asyncio.gather(
        *(ward.calls.guests.enter(secret, f"Guest {number}", ADDRESS) for number in range(4))
    )
    assert len({guest_id for guest_id, _ in entered}) == 4
    for guest_id, token in entered:
        assert await ward.calls.guests.resume(token, guest_id, ADDRESS)
    with pytest.raises(LinkInUse):
        await ward.calls.guests.enter(secret, "Guest 5", ADDRESS)


async def test_guests_are_of_one_call_only(ward: Ward) -> None:
    pair, other = await ward.both(), await ward.wait("Other")
    host = await ward.start(other, ward.house.here.receptionist)
    guest = await ward.guest(host)
    for do in (ward.calls.guests.admit, ward.calls.guests.refuse, ward.calls.guests.revoke):
        for guest_id in (guest.guest_id, "gst_x", ""):
            with pytest.raises(NotFound):
                await do(pair.host, guest_id)
    with pytest.raises(NotInCall):
        await ward.calls.seats.visitor(await ward.wait("Third"))


@pytest.mark.parametrize("name", ["", "  \n ", "x" * 81, "\u200b\u202e", "\u200d", "…"])
async def test_a_guest_has_a_name(ward: Ward, name: str) -> None:
    pair = await ward.both()
    with pytest.raises(WrongInput):
        await ward.calls.guests.enter(await invited(ward, pair.host), name, ADDRESS)


async def test_an_invitation_is_sent(ward: Ward) -> None:
    pair = await ward.both()
    with pytest.raises(WrongInput):
        await ward.calls.guests.invite(pair.host, email="nobody at example")
    with pytest.raises(WrongInput):
        await ward.calls.guests.invite(pair.host, phone="070 174 06 05 ext. 3")
    invitation = await ward.calls.guests.invite(
        pair.host, email="interpreter@example.org", phone="070 174 06 99"
    )
    async with ward.database.read() as db:
        from sqlalchemy import select

        from bedside.notifications.models import notifications

        queued = await db.all(select(notifications))
    cause = f"{invitation.guest_id}/invitation"
    assert sorted(row.channel for row in queued if row.cause_id == cause) == ["email", "sms"]
    await do_jobs(ward.house)


async def test_a_guest_is_forgotten_a_month_after_the_call(ward: Ward) -> None:
    """Until then the link says that the invitation has ended."""
    pair = await ward.both()
    secret = await invited(ward, pair.host)
    guest_id, token = await ward.calls.guests.enter(secret, "Gustav Guest", ADDRESS)
    forget = ward.registered.sweeps["calls.forget_guests"][1]
    with clock.shifted(VALID + KEPT_FOR + clock.MINUTE):
        assert await forget() == 0, "the call goes on"
    await ward.calls.control.end_for_all(pair.host)
    with clock.shifted(VALID + KEPT_FOR - clock.MINUTE):
        assert await forget() == 0
        with pytest.raises(GuestLinkClosed):
            await ward.calls.guests.open(secret)
    with clock.shifted(VALID + KEPT_FOR + clock.MINUTE):
        assert await forget() == 1
        with pytest.raises(NotFound):
            await ward.calls.guests.open(secret)
        with pytest.raises(NotSignedIn):
            await ward.calls.guests.resume(token, guest_id, ADDRESS)
        assert await ward.calls.guests.names(ward.house.clinic.id, {guest_id}) == {}
