"""Access that was withdrawn: the device of an ended visit, a removed guest, staff after a
transfer. The calls are those of the matrix that worked a moment before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import httpx
import pytest

from tests.matrix.people import Access, Kind
from tests.matrix.row import Row
from tests.matrix.rows import ROWS
from tests.matrix.sockets import Refused, connected
from tests.matrix.test_routes import ask
from tests.matrix.world import Template, World, entered

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S2")]

_SAFE = ("GET", "HEAD")
_LATER = "glabella"
"""Said by the patient in the next room."""


def rows_for(*needed: Access) -> Iterator[tuple[tuple[str, str], Row]]:
    """Yield the rows that need one of these."""
    return ((place, row) for place, row in sorted(ROWS.items()) if row.access in needed)


async def _post(world: World, kind: Kind, address: str, **data: str) -> httpx.Response:
    async with world.client(kind) as client:
        answer = await client.post(address.format(**world.facts.ids), data=data)
    assert answer.status_code in (200, 204, 303), (address, answer.text[:300])
    return answer


# --- the device of a visit that has ended ---------------------------------------------------------

_STAYS = {"", "/now", "/chat", "/chat/list", "/transfers", "/transfers/list"}
"""Pages that the patient may still read for a day."""
_DOES = {"/again", "/chat/read"}


async def test_after_the_end_the_device_reads_and_changes_nothing(
    template: Template, tmp_path: Path
) -> None:
    async with entered(template, tmp_path / "world") as world:
        await _post(world, Kind.RIGHT, "/visits/{visit_id}/end", leg="1")
        for place, row in rows_for(Access.VISITOR):
            end = place[1].removeprefix("/visit/{visit}")
            before = world.state()
            answer = await ask(world, place, row, Kind.VISITOR)
            said = f"{place}: {answer.status_code} {answer.text[:200]}"
            assert answer.status_code < 500, said
            if place[0] in _SAFE and end in _STAYS:
                assert answer.status_code == 200, said
            elif place[0] in _SAFE and not _is_own_file(end):
                assert answer.status_code in (404, 409), said
            assert end in _DOES or world.state() == before, f"{said} changed something"


async def test_a_day_after_the_end_the_device_is_a_stranger(
    template: Template, tmp_path: Path
) -> None:
    async with entered(template, tmp_path / "world") as world:
        await _post(world, Kind.RIGHT, "/visits/{visit_id}/end", leg="1")
        with apsw.Connection(str(world.path / "bedside.db")) as db:
            db.execute("UPDATE visit_devices SET expires_at = 1")
        before = world.state()
        for place, row in rows_for(Access.VISITOR):
            answer = await ask(world, place, row, Kind.VISITOR)
            assert answer.status_code == 401, (place, answer)
        assert world.state() == before


# --- a removed guest ----------------------------------------------------------------------------


def _is_own_file(path: str) -> bool:
    """Whether it is a file that one was given, as a download or to look at."""
    return path.endswith("/file") or "/look" in path


@pytest.mark.parametrize("do", ["revoke", "end"])
async def test_a_guest_who_was_sent_away_finds_nothing(
    do: str, template: Template, tmp_path: Path
) -> None:
    """By name, or with everybody else when the call ends. The page left open closes by itself."""
    async with entered(template, tmp_path / "world") as world:
        facts = world.facts
        guest = facts["guest_id"]
        async with connected(world, f"/guest/{guest}/live", Kind.GUEST) as page:
            for topic in (f"call:{facts['call_id']}", f"whiteboard:{facts['call_id']}"):
                await page.say({"action": "subscribe", "topic": topic, "since": 0})
                await page.until("snapshot")
            target = "/guests/{guest_id}/revoke" if do == "revoke" else "/end"
            await _post(world, Kind.RIGHT, "/calls/{call_id}" + target, then="return")
            assert await page.closed() == 4401
        before = world.state()
        for place, row in rows_for(Access.GUEST, Access.INVITATION, Access.DOOR):
            answer = await ask(world, place, row, Kind.GUEST)
            assert answer.status_code in (401, 410), (place, answer)
        assert world.state() == before
        with pytest.raises(Refused):
            async with connected(world, f"/guest/{guest}/live", Kind.GUEST) as page:
                await page.all()


# --- staff, after the patient was transferred ----------------------------------------------------


async def _handed_over(world: World) -> None:
    """Transfer the visit to the room upstairs, where the administrator is in charge and, since
    today, a colleague; the receptionist is in charge of the first room only."""
    assert await _post(
        world, Kind.RIGHT, "/settings/people/{staff_id}/teams", teams=world.facts["other_room"]
    )
    await _post(
        world,
        Kind.RIGHT,
        "/visits/{visit_id}/transfer",
        room=world.facts["other_room"],
        note="",
        leg="1",
    )
    body = {"body": f"The {_LATER}.", "draft_id": "", "leg": "2"}
    await _post(world, Kind.VISITOR, "/visit/{visit}/chat", **body)
    await _post(
        world,
        Kind.VISITOR,
        "/visit/{visit}/transfers",
        name=f"{_LATER}.txt",
        media_type="text/plain",
        size="1000",
    )


async def test_the_sender_of_a_patient_sees_and_does_no_more(
    template: Template, tmp_path: Path
) -> None:
    """Except their own note, which can be finished, what had arrived before, and a card left open,
    which says where the patient went."""
    async with entered(template, tmp_path / "world") as world:
        topics = [f"{kind}:{world.facts['visit_id']}" for kind in ("visit", "chat", "transfers")]
        async with connected(world, "/live", Kind.WRONG_ROLE) as page:
            for topic in topics:
                await page.say({"action": "subscribe", "topic": topic, "since": 0})
                await page.until("snapshot")
            await _handed_over(world)
            told = await page.all()
            assert told, "nothing was heard at all"
            assert {message["type"] for message in told} == {"elsewhere"}, told
            for topic in topics:
                await page.say({"action": "subscribe", "topic": topic, "since": 1})
            told = [message for message in await page.all() if message["type"] != "elsewhere"]
            assert {message["type"] for message in told} == {"refused"}, told
        for place, row in rows_for(Access.ROOM):
            if not place[1].startswith("/visits/{visit_id}") or "visit_id" in row.path:
                continue  # of rooms, or of somebody who is still waiting there
            before = world.state()
            answer = await ask(world, place, row, Kind.WRONG_ROLE)
            said = f"{place}: {answer.status_code} {answer.text[:200]}"
            assert _LATER not in answer.text.lower(), said
            stays = ("/note", "/card/now", "/transfer/rooms")
            if place[1].endswith(stays) or _is_own_file(place[1]):
                assert answer.status_code in (200, 303), said
                continue
            assert answer.status_code in (404, 409), said
            assert world.state() == before, f"{said} changed something"


async def test_the_receiver_of_a_patient_sees_nothing_that_was_open_before(
    template: Template, tmp_path: Path
) -> None:
    async with entered(template, tmp_path / "world") as world:
        await _handed_over(world)
        shown = ""
        for end in ("chat", "transfers", "captures", "note", "card"):
            async with world.client(Kind.UNASSIGNED) as client:
                answer = await client.get(f"/visits/{world.facts['visit_id']}/{end}")
            assert answer.status_code == 200, (end, answer.text[:200])
            shown += "" if end == "card" else answer.text.lower()
        assert _LATER in shown
        for word in ("borborygmus", "quetzal", "xanthoma"):
            assert word not in shown
        for name in ("given", "got", "sending", "offered"):
            await _cannot_open(world, world.facts[name])


async def _cannot_open(world: World, transfer_id: str) -> None:
    visit = f"/visits/{world.facts['visit_id']}/transfers/{transfer_id}"
    async with world.client(Kind.UNASSIGNED) as client:
        assert (await client.get(f"{visit}/file")).status_code == 404
        assert (await client.post(f"{visit}/cancel")).status_code == 404


async def test_who_loses_a_room_hears_no_more_of_it(template: Template, tmp_path: Path) -> None:
    """The page of the waiting room is open when the administrator removes the room."""
    async with entered(template, tmp_path / "world") as world:
        facts = world.facts
        waiting = facts["waiting_visit"]
        topics = [f"room:{facts['room_id']}", f"visit:{waiting}", f"chat:{waiting}"]
        async with connected(world, "/live", Kind.WRONG_ROLE) as page:
            for topic in topics:
                await page.say({"action": "subscribe", "topic": topic, "since": 0})
                await page.until("snapshot")
            person = f"/settings/people/{facts['receptionist']}/unassign"
            await _post(world, Kind.RIGHT, person, target=facts["room_id"])
            said: dict[str, Any] = {"body": "Still here.", "draft_id": "", "leg": "1"}
            async with world.client(Kind.VISITOR_B) as client:
                answer = await client.post(f"/visit/{waiting}/chat", data=said)
                assert answer.status_code == 303
            told = [message for message in await page.all() if message["topic"] in topics]
            assert told, "nothing was heard at all"
            assert {message["type"] for message in told} == {"elsewhere"}, told
