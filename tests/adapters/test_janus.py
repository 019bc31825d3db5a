"""Group calls through a real Janus: who sees whom, who leaves, and what happens if it dies."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bedside.adapters.janus import JanusServer
from bedside.adapters.janus.rooms import Room
from bedside.calls.media_server import (
    MOST_PUBLISHERS,
    CallIsFull,
    Interruption,
    MediaServer,
    MediaServerDown,
    SubscriptionOffer,
)
from bedside.errors import NotFound, WrongInput
from tests.peers.janus import SECRET, Janus
from tests.peers.media_member import Member, until

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("janus"), pytest.mark.feature("V6")]

CALL = "cal_the_one_of_the_tests"


@dataclass
class Calls:
    """A fake of calls: passes the media server's offers to the right members."""

    server: MediaServer
    members: dict[str, Member] = field(default_factory=dict[str, Member])
    interruptions: list[Interruption] = field(default_factory=list[Interruption])

    async def enter(self, *names: str, call_id: str = CALL, sound: bool = True) -> list[Member]:
        """Open the room, and let these members publish in parallel."""
        await self.server.open_room(call_id)
        came = [Member(self.server, call_id, name, sound=sound) for name in names]
        self.members.update({member.name: member for member in came})
        await asyncio.gather(*(member.publish() for member in came))
        return came

    async def leave(self, member: Member) -> None:
        """Leave like somebody who presses the button."""
        await self.server.leave(member.name)
        await member.hang_up()

    async def offered(self, offer: SubscriptionOffer) -> None:
        await self.members[offer.connection_id].offered(offer)

    async def interrupted(self, interruption: Interruption) -> None:
        self.interruptions.append(interruption)


@asynccontextmanager
async def calls_on(server: MediaServer) -> AsyncIterator[Calls]:
    """Calls on a media server, ended afterwards."""
    calls = Calls(server)
    server.on_offer(calls.offered)
    server.on_interruption(calls.interrupted)
    yield calls
    await server.stop()
    await asyncio.gather(*(member.hang_up() for member in calls.members.values()))


async def see_each_other(*members: Member) -> None:
    """Wait until these see each other, and nobody else."""
    names = {member.name for member in members}
    await asyncio.gather(*(member.sees(*names - {member.name}) for member in members))


@pytest.fixture
async def calls(anyio_backend: object, janus: Janus) -> AsyncIterator[Calls]:
    """Calls through the Janus of this test process; its room is closed at the end."""
    server = JanusServer(janus.url, SECRET)
    async with calls_on(server) as calls:
        yield calls
        await server.close_room(CALL)


@pytest.fixture
def own_janus() -> Iterator[Janus]:
    """A Janus that may be killed."""
    own = Janus()
    own.start()
    yield own
    own.remove()


async def test_three_see_each_other_until_one_leaves(calls: Calls) -> None:
    ada, ben, cleo = await calls.enter("ada", "ben", "cleo")
    await see_each_other(ada, ben, cleo)
    await calls.leave(ben)
    await see_each_other(ada, cleo)
    assert ben.offers[0].fresh
    assert [offer.fresh for offer in ada.offers[1:]] == [False] * len(ada.offers[1:])
    assert calls.interruptions == []


async def test_who_comes_later_and_comes_back_is_seen(calls: Calls) -> None:
    ada, ben = await calls.enter("ada", "ben")
    await see_each_other(ada, ben)
    (cleo,) = await calls.enter("cleo")
    await see_each_other(ada, ben, cleo)
    await calls.leave(cleo)
    await see_each_other(ada, ben)
    (cleo,) = await calls.enter("cleo")
    await see_each_other(ada, ben, cleo)
    assert cleo.offers[0].fresh


async def test_sound_and_pictures_say_whose_they_are(calls: Calls) -> None:
    ada, ben = await calls.enter("ada", "ben")
    await ada.sees("ben")
    streams = ada.offers[-1].streams
    assert {(s.publisher, s.kind, s.publisher_mid) for s in streams} == {
        ("ben", "audio", "0"),
        ("ben", "video", "1"),
    }
    await ben.show_screen()
    await ada.sees("ben", "ben")
    screen = ada.offers[-1].streams[-1]
    assert (screen.publisher, screen.kind, screen.publisher_mid) == ("ben", "video", "2")
    assert not ada.offers[-1].fresh


async def test_twelve_people(calls: Calls) -> None:
    names = [f"person{number}" for number in range(12)]
    people = await calls.enter(*names, sound=False)
    await see_each_other(*people)
    await calls.leave(people[0])
    await see_each_other(*people[1:])
    assert calls.interruptions == []


async def test_an_offer_waits_for_the_answer_to_the_one_before(calls: Calls) -> None:
    offers: list[SubscriptionOffer] = []

    async def note(offer: SubscriptionOffer) -> None:
        offers.append(offer)

    ada, ben = await calls.enter("ada", "ben")
    await ada.sees("ben")
    ada.offered = note  # Ada's browser is slow from here on
    await calls.enter("cleo")
    await until(lambda: len(offers) == 1, "an offer with Cleo")
    (dora,) = await calls.enter("dora")
    await dora.sees("ada", "ben", "cleo")
    await calls.leave(ben)
    await dora.sees("ada", "cleo")
    assert len(offers) == 1
    await calls.server.restart_ice("ada")  # the offer may have been lost with the network
    await until(lambda: len(offers) == 2, "the same offer again")
    assert offers[1] is offers[0]
    await calls.server.answer("ada", offers[0].number - 1, "too old")
    assert len(offers) == 2
    del ada.offered
    await ada.offered(offers[0])
    await ada.sees("cleo", "dora")


async def test_who_only_watches_gets_everybody_and_sends_nothing(calls: Calls) -> None:
    ada, ben = await calls.enter("ada", "ben")
    cleo = calls.members["cleo"] = Member(calls.server, CALL, "cleo")
    await calls.server.watch(CALL, "cleo")
    await cleo.sees("ada", "ben")
    await ada.sees("ben")
    await cleo.publish()
    await see_each_other(ada, ben, cleo)


async def test_a_new_connection_begins_anew(calls: Calls) -> None:
    ada, ben = await calls.enter("ada", "ben")
    await ben.sees("ada")
    await ada.publish()  # the page was loaded again and kept its place
    await see_each_other(ada, ben)
    assert [offer.fresh for offer in ada.offers].count(True) == 2
    assert [offer.fresh for offer in ben.offers].count(True) == 1


async def test_a_browser_that_vanished_is_to_publish_again(calls: Calls) -> None:
    ada, ben = await calls.enter("ada", "ben")
    await ada.sees("ben")
    await ben.hang_up()
    await until(lambda: calls.interruptions != [], "Ben's media ended")
    assert calls.interruptions == [Interruption(CALL, ("ben",), over=True)]
    await until(lambda: ada.gets == [], "Ada gets nobody")
    await ben.publish()
    await see_each_other(ada, ben)


async def test_calls_do_not_see_each_other(calls: Calls) -> None:
    ada, ben = await calls.enter("ada", "ben")
    cleo, dora = await calls.enter("cleo", "dora", call_id="cal_another")
    await ada.sees("ben")
    await cleo.sees("dora")
    await calls.server.close_room("cal_another")
    await calls.server.close_room("cal_another")
    await ben.sees("ada")
    with pytest.raises(NotFound):
        await dora.publish()
    assert calls.interruptions == []


async def test_two_processes_share_a_room(calls: Calls, janus: Janus) -> None:
    async with calls_on(JanusServer(janus.url, SECRET)) as others:
        (ada,) = await calls.enter("ada")
        (ben,) = await others.enter("ben")
        await see_each_other(ada, ben)
        await others.server.close_room(CALL)
        await until(lambda: ada.is_cut_off, "that Ada's media ended")
        with pytest.raises(NotFound):
            await ada.publish()
        assert calls.interruptions == others.interruptions == []


async def test_what_is_no_offer_is_refused_and_disturbs_nobody(calls: Calls) -> None:
    ada, _ = await calls.enter("ada", "ben")
    await ada.sees("ben")
    strange = ("", "garbage", "v=0\r\na=fingerprint:sha-256 AB\r\n")
    for offer in strange:
        with pytest.raises(WrongInput, match="Reload the page"):
            await calls.server.publish(CALL, "mallory", offer)
    await calls.server.trickle("mallory", "publish", {"candidate": "candidate:1"})
    await calls.server.trickle("ben", "publish", {"candidate": "x" * 9999, "sdpMLineIndex": "1"})
    await calls.server.trickle("ben", "subscribe", None)
    await calls.server.answer("mallory", 1, "garbage")
    await calls.server.leave("mallory")
    with pytest.raises(NotFound):
        await calls.server.publish("cal_closed", "ben", ada.answers[0])
    await ada.sees("ben")


async def test_an_answer_that_is_none_is_refused(calls: Calls) -> None:
    (ada,) = await calls.enter("ada")
    offers: list[SubscriptionOffer] = []

    async def note(offer: SubscriptionOffer) -> None:
        offers.append(offer)

    ada.offered = note
    await calls.enter("ben")
    await until(lambda: offers != [], "an offer")
    with pytest.raises(WrongInput):
        await calls.server.answer("ada", offers[0].number, "garbage")
    del ada.offered
    await ada.offered(offers[0])
    await ada.sees("ben")


async def test_a_full_call_says_so(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_PUBLISHERS >= 12
    monkeypatch.setattr("bedside.adapters.janus.rooms.MOST_PUBLISHERS", 2)
    ada, ben = await calls.enter("ada", "ben")
    await ada.sees("ben")
    with pytest.raises(CallIsFull):
        await calls.enter("cleo")
    await calls.leave(ben)
    await calls.enter("cleo")
    await ada.sees("cleo")


async def test_secrets_stay_here(calls: Calls) -> None:
    room = Room(CALL, SECRET)
    ada, ben = await calls.enter("ada", "ben")
    await ada.sees("ben")
    given_out = "".join(
        [*ada.answers, *ben.answers, *(repr(offer) for offer in [*ada.offers, *ben.offers])]
    )
    assert "a=mid:1" in given_out
    for secret in (SECRET, str(room.number), room.token("ada"), room.token("ben"), room.secret):
        assert secret not in given_out
    assert room.token("ada") != room.token("ben")


async def test_another_secret_is_down(janus: Janus) -> None:
    server = JanusServer(janus.url, "a guess")
    assert await server.state() == "down"
    with pytest.raises(MediaServerDown, match="does not answer"):
        await server.open_room(CALL)
    await server.stop()


async def test_after_a_crash_everybody_publishes_again(own_janus: Janus) -> None:
    async with calls_on(JanusServer(own_janus.url, SECRET)) as calls:
        ada, ben = await calls.enter("ada", "ben")
        await ada.sees("ben")
        assert await calls.server.state() == "ok"
        own_janus.crash()
        await until(lambda: calls.interruptions != [], "that media stopped")
        assert not calls.interruptions[0].over
        assert calls.interruptions[0].call_id == CALL
        assert sorted(calls.interruptions[0].connection_ids) == ["ada", "ben"]
        assert await calls.server.state() == "down"
        with pytest.raises(MediaServerDown):
            await ada.publish()
        await calls.server.leave("cleo")  # who was never there
        own_janus.start()
        await until(lambda: len(calls.interruptions) == 2, "that it can go on")
        assert calls.interruptions[1].over
        assert sorted(calls.interruptions[1].connection_ids) == ["ada", "ben"]
        await asyncio.gather(ada.publish(), ben.publish())
        await see_each_other(ada, ben)
        assert ada.offers[-1].call_id == CALL
        assert sum(offer.fresh for offer in ada.offers) == 2


async def test_who_left_while_it_was_down_is_not_called_back(own_janus: Janus) -> None:
    async with calls_on(JanusServer(own_janus.url, SECRET)) as calls:
        await calls.enter("ada", "ben")
        await calls.enter("cleo", call_id="cal_another")
        own_janus.crash()
        await until(lambda: len(calls.interruptions) == 2, "that media stopped in both")
        await calls.server.leave("ben")
        await calls.server.close_room("cal_another")
        own_janus.start()
        await until(lambda: len(calls.interruptions) == 3, "that it can go on")
        assert calls.interruptions[2] == Interruption(CALL, ("ada",), over=True)


async def test_one_that_stands_still_is_down(own_janus: Janus) -> None:
    async with calls_on(JanusServer(own_janus.url, SECRET, seconds=0.5)) as calls:
        await calls.enter("ada")
        own_janus.pause()
        with pytest.raises(MediaServerDown):
            await calls.enter("ben")
        await until(lambda: calls.interruptions != [], "that media stopped")
        own_janus.go_on()
        await until(lambda: len(calls.interruptions) == 2, "that it can go on")
        assert await calls.server.state() == "ok"
