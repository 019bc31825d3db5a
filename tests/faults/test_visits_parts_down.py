"""Parts that are down while people wait or are in a call: what they see, and recovery."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from bedside.calls.events import MediaInterrupted
from bedside.calls.rows import call_row
from bedside.database import outbox
from bedside.edge.signed_in import cookie_name
from bedside.errors import BedsideError
from bedside.kernel import clock
from bedside.people.permissions import VisitorAccess
from bedside.realtime.envelopes import FROM_SUBSCRIBE
from bedside.serving import PROTOCOLS
from tests.calls.calling import Ward
from tests.calls.test_group_calls import crowd, heard, publish, ward_with
from tests.house import House, Served, create_tables, living_in, served_with, serving
from tests.peers.janus import Janus
from tests.peers.ports import PATIENCE, free_port
from tests.peers.postgres import Postgres
from tests.peers.smtp_sink import SmtpSink
from tests.requests.sending import do_jobs
from tests.web.calls.test_call_sockets import opened, until

pytestmark = pytest.mark.anyio

TRY_AGAIN = 1013
GRACE = 3 * clock.MINUTE


def cookies(ward: Ward, visitor: VisitorAccess) -> dict[str, str]:
    """Return the cookies of the patient's device."""
    return {"bedside-visitor": ward.tokens[visitor.visit_id]}


async def presence(ward: Ward, visitor: VisitorAccess) -> str:
    """Return the presence in the queue; “gone” for a visit that has ended."""
    for row in await ward.visits.waiting_room.queue(await ward.room()):
        if row.visit_id == visitor.visit_id:
            return str(row.presence)
    return "gone"


# --- the database ---------------------------------------------------------------------------------


@pytest.fixture
async def on_postgres(
    anyio_backend: object, tmp_path: Path
) -> AsyncIterator[tuple[Served, Postgres]]:
    """The house behind uvicorn, on a PostgreSQL of its own."""
    own, port = Postgres(), free_port()
    await asyncio.to_thread(own.start)
    try:
        url = await asyncio.to_thread(own.fresh, create_tables)
        async with (
            living_in(tmp_path / "data", url, port=port) as house,
            serving(house.services, port) as address,
        ):
            yield Served(house, address), own
            await asyncio.to_thread(own.crash)
            await asyncio.to_thread(own.start)
    finally:
        await asyncio.to_thread(own.remove)


@pytest.mark.feature("V15")
async def test_the_database_restarts_while_people_wait(
    on_postgres: tuple[Served, Postgres],
) -> None:
    """Pages are told to reconnect, not to sign in; nobody loses their place, and nobody whose page
    closed in the meantime stays “here”."""
    served, database = on_postgres
    ward = Ward(served.house)
    stays, closes = await ward.wait("Stays Here"), await ward.wait("Closes Meanwhile")
    for visitor in (stays, closes):
        await ward.visits.presence.left(visitor, f"sck_{visitor.visit_id}")
    own = cookies(ward, stays)
    path = f"/visit/{stays.visit_id}"
    headers = {"hx-request": "true", "sec-fetch-site": "same-origin"}
    async with (
        opened(served, f"{path}/live", own) as page,
        httpx.AsyncClient(base_url=served.url, cookies=own, headers=headers) as http,
    ):
        await page.say(action="subscribe", topic=f"visit:{stays.visit_id}")
        await page.hear(f"visit:{stays.visit_id}", "snapshot")
        async with opened(
            served, f"/visit/{closes.visit_id}/live", cookies(ward, closes)
        ) as closing:
            await closing.all()
            await asyncio.to_thread(database.crash)
            answer = await http.get(f"{path}/now", timeout=PATIENCE)
            assert answer.status_code == 503
            assert "not available right now" in answer.text
        await _is_told_to_come_back(served, f"{path}/live", own)
        await _is_told_to_come_back(served, "/live", {cookie_name(ward.settings): "a" * 43})
        await page.connection.ping()  # an open page stays open
        await asyncio.to_thread(database.start)
        await until(lambda: _answers(http, f"{path}/now"))
        await until(lambda: _heartbeats(ward, closes))
        assert await presence(ward, stays) == "here"
        with clock.shifted(GRACE - clock.SECOND):
            await ward.visits.presence.heartbeat()
            await ward.visits.presence.expire()
            assert await presence(ward, closes) == "reconnecting"
        await page.say(action="subscribe", topic=f"visit:{stays.visit_id}")
        await page.hear(f"visit:{stays.visit_id}", "snapshot")


async def _is_told_to_come_back(served: Served, path: str, cookies: dict[str, str]) -> None:
    """Not that the session ended: the page would be redirected to the sign-in."""
    async with opened(served, path, cookies) as page:
        await asyncio.wait_for(page.connection.wait_closed(), PATIENCE)
        assert page.connection.close_code == TRY_AGAIN


async def _answers(http: httpx.AsyncClient, path: str) -> bool:
    return (await http.get(path, timeout=PATIENCE)).status_code == 200


async def _heartbeats(ward: Ward, closed: VisitorAccess) -> bool:
    """Send heartbeats, after which a page that closed in the meantime is known to be gone."""
    with suppress(BedsideError):
        await ward.visits.presence.heartbeat()
    return await presence(ward, closed) == "reconnecting"


# --- networks -------------------------------------------------------------------------------------


@pytest.fixture
async def impatient(
    monkeypatch: pytest.MonkeyPatch, anyio_backend: object, tmp_path: Path, empty_sqlite: Path
) -> AsyncIterator[Served]:
    """A server that pings its pages more often than every twenty seconds."""
    monkeypatch.setitem(PROTOCOLS, "ws_ping_interval", 0.3)
    monkeypatch.setitem(PROTOCOLS, "ws_ping_timeout", 0.3)
    async with served_with(tmp_path / "data", empty_sqlite) as served:
        yield served


@pytest.mark.feature("V15")
async def test_a_network_that_is_dead_without_a_word_is_noticed(impatient: Served) -> None:
    """The socket never closes: the phone is in a tunnel. The queue says “reconnecting”."""
    ward = Ward(impatient.house)
    visitor = await ward.wait()
    await ward.visits.presence.left(visitor, f"sck_{visitor.visit_id}")
    port = int(impatient.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /visit/{visitor.visit_id}/live HTTP/1.1\r\nHost: localhost:{port}\r\n"
        f"Origin: {impatient.url}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Cookie: bedside-visitor={ward.tokens[visitor.visit_id]}\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    assert b" 101 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    await until(lambda: _is(ward, visitor, "here"))
    await until(lambda: _is(ward, visitor, "reconnecting"))  # nothing was ever answered
    async with opened(impatient, f"/visit/{visitor.visit_id}/live", cookies(ward, visitor)) as page:
        await until(lambda: _is(ward, visitor, "here"))
        await page.all()
    writer.close()


async def _is(ward: Ward, visitor: VisitorAccess, wanted: str) -> bool:
    return await presence(ward, visitor) == wanted


@pytest.mark.feature("V15")
async def test_a_page_that_answers_slowly_stays(impatient: Served) -> None:
    """It sends nothing by itself for longer than the timeout, but answers pings."""
    ward = Ward(impatient.house)
    visitor = await ward.wait()
    await ward.visits.presence.left(visitor, f"sck_{visitor.visit_id}")
    address = impatient.url.replace("http", "ws") + f"/visit/{visitor.visit_id}/live"
    headers = {
        "Cookie": f"bedside-visitor={ward.tokens[visitor.visit_id]}",
        "Origin": impatient.url,
    }
    async with connect(address, additional_headers=headers, ping_interval=None) as socket:
        for _ in range(4):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 0.4)
        assert await presence(ward, visitor) == "here"


# --- the clock ------------------------------------------------------------------------------------


@pytest.mark.feature("V15")
@pytest.mark.parametrize("jump", [2 * clock.HOUR, -2 * clock.HOUR])
async def test_a_clock_that_is_set_ends_nobodys_visit(quick_house: House, jump: int) -> None:
    """Whoever is disconnected has the whole grace time from then on: not less, and not two hours
    more."""
    ward = Ward(quick_house)
    stays, away = await ward.wait("Stays Here"), await ward.wait("Is Away")
    await ward.visits.presence.left(away, f"sck_{away.visit_id}")
    await ward.visits.presence.expire()
    with clock.jumped(jump):
        await ward.visits.presence.expire()
        assert await presence(ward, stays) == "here"
        assert await presence(ward, away) == "reconnecting"
        for later, expected in ((GRACE - clock.SECOND, "reconnecting"), (GRACE, "gone")):
            with clock.shifted(later + clock.SECOND // 2):
                await ward.visits.presence.expire()
                assert await presence(ward, stays) == "here"
                assert await presence(ward, away) == expected


@pytest.mark.feature("V15")
async def test_nobody_is_given_up_for_a_time_that_nobody_watched(quick_house: House) -> None:
    """The process was stalled, or the database was down: nobody could reconnect then."""
    ward = Ward(quick_house)
    away = await ward.wait()
    await ward.visits.presence.left(away, f"sck_{away.visit_id}")
    ward.visits.presence._watch = clock.Watch(-1)  # any time at all is too long
    await ward.visits.presence.expire()
    with clock.shifted(clock.HOUR):
        await ward.visits.presence.expire()
        assert await presence(ward, away) == "reconnecting"


@pytest.mark.feature("V15")
async def test_a_clock_that_is_set_throws_nobody_out_of_a_call(quick_house: House) -> None:
    """Whoever is briefly disconnected has the whole minute from then on."""
    ward = Ward(quick_house)
    pair = await ward.both()
    absences = ward.registered.sweeps["calls.absences"][1]
    await absences()
    with clock.jumped(clock.HOUR):
        await absences()
        assert await _state(ward, pair.call_id) == "active"
        with clock.shifted(2 * clock.MINUTE + clock.SECOND // 2):
            await absences()
            assert await _state(ward, pair.call_id) == "ended"


async def _state(ward: Ward, call_id: str) -> str:
    async with ward.database.read() as db:
        call = await call_row(db, call_id)
    assert call is not None
    return str(call.state)


# --- mail -----------------------------------------------------------------------------------------


@pytest.mark.feature("V16")
async def test_mail_is_down_when_nobody_is_there(tmp_path: Path, empty_sqlite: Path) -> None:
    """The patient waits undisturbed; the owner is alerted once, as soon as mail works again."""
    sink = SmtpSink(starttls=False)
    address = f"smtp://127.0.0.1:{sink.port}?starttls=never"
    try:
        async with served_with(
            tmp_path / "data", empty_sqlite, smtp_url=address, mail_from="hello@riverside.example"
        ) as served:
            ward = Ward(served.house)
            visitor = await ward.wait("Wilma Waiting")
            for later in (clock.HOUR, clock.HOUR + 2 * clock.MINUTE):
                with clock.shifted(later):
                    await ward.visits.presence.heartbeat()
                    await do_jobs(ward.house)
                    assert await presence(ward, visitor) == "here"
            await asyncio.to_thread(sink.start)
            with clock.shifted(clock.HOUR + 10 * clock.MINUTE):
                await do_jobs(ward.house)
                await do_jobs(ward.house)
            sent = sorted(mail.recipients[0] for mail in sink.mails)
            people = ("ada", "amara", "rita")
            assert sent == [f"{name}@riverside.example" for name in people]
            for mail in sink.mails:
                assert "Reception" in mail.part("plain")
                assert "Wilma" not in mail.part("plain") + str(mail.message["subject"])
    finally:
        await asyncio.to_thread(sink.stop)


# --- the media server -----------------------------------------------------------------------------


@pytest.mark.feature("V6")
@pytest.mark.xdist_group("janus")
async def test_the_media_server_crashes_in_a_group_call(tmp_path: Path) -> None:
    """Everybody sees it, nobody leaves; the call resumes when it is back."""
    own = Janus()
    await asyncio.to_thread(own.start)
    try:
        async with ward_with(own, tmp_path) as ward:
            pair, joined = await crowd(ward)
            [first, *_], last = joined.items(), list(joined.items())[-1]
            peers = [await publish(ward, *first), await publish(ward, *last)]
            await heard(ward, first[1].connection_id, FROM_SUBSCRIBE)
            both = sorted(one.connection_id for _, one in (first, last))
            own.crash()
            assert await _interruptions(ward, pair.call_id, 1) == [(both, False)]
            call = await ward.live_call(pair.visitor, pair.call_id)
            assert [one["state"] for one in call["participants"].values()] == ["joined"] * 5
            assert await ward.registered.checks["media server"]() == "down"
            await asyncio.to_thread(own.start)
            told = await _interruptions(ward, pair.call_id, 2)
            assert told == [(both, False), (both, True)]
            before = await _offers(ward, first[1].connection_id)
            peers += [await publish(ward, *first, 2), await publish(ward, *last, 2)]
            offered = await heard(ward, first[1].connection_id, FROM_SUBSCRIBE, before + 1)
            assert {one["connection_id"] for one in offered["streams"]} <= set(both)
            assert await ward.registered.checks["media server"]() == "ok"
            for peer in peers:
                await peer.close()
    finally:
        await asyncio.to_thread(own.remove)


async def _interruptions(ward: Ward, call_id: str, count: int) -> list[tuple[list[str], bool]]:
    """Return what everybody in the call was told about the media server, once there is that much
    of it."""
    told: list[tuple[list[str], bool]] = []

    async def enough() -> bool:
        async with ward.database.read() as db:
            events = await outbox.events_since(db, f"call:{call_id}", 0) or []
        told[:] = [
            (sorted(e.payload["connection_ids"]), e.payload["over"])
            for e in events
            if e.type == MediaInterrupted.type
        ]
        return len(told) >= count

    await until(enough)
    return told


async def _offers(ward: Ward, connection_id: str) -> int:
    async with ward.database.read() as db:
        events = await outbox.events_since(db, f"signals:{connection_id}", 0) or []
    return len([e for e in events if e.payload["from_connection"] == FROM_SUBSCRIBE])
