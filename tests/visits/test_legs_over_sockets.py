"""The next room receives nothing of the previous leg over its socket (feature V11)."""

from typing import Any

import pytest

from bedside.kernel.ids import new_id
from bedside.people.permissions import RoomAccess, VisitorAccess
from bedside.transfers.service import Chosen
from bedside.visits.rooms import RoomChange
from tests.calls.calling import Ward
from tests.house import Served
from tests.web.calls.test_call_sockets import Page, opened

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V11")]

SIZE, POSITION = 71_471_147, 18_158_158


@pytest.fixture
def ward(served: Served) -> Ward:
    """The waiting room behind a server."""
    return Ward(served.house)


async def next_room(ward: Ward) -> RoomAccess:
    """Return another room, open, of somebody who is in charge of no other one."""
    administrator, receptionist = ward.house.administer(), ward.house.here.receptionist
    made = await ward.visits.rooms.create(administrator, RoomChange("Surgery"))
    await ward.people.staff.assign(administrator, receptionist.staff_id, made.id)
    await ward.people.staff.unassign(administrator, receptionist.staff_id, ward.house.here.room.id)
    access = await ward.people.permissions.room(receptionist, made.id)
    await ward.visits.rooms.open(access)
    return access


async def talk_and_send(ward: Ward, room: RoomAccess, visitor: VisitorAccess) -> list[str]:
    """Offer and send a file, and write a message that is read. Returns the ids of both."""
    visit_id = visitor.visit_id
    offered = await ward.transfers.exchange.offer(room, visit_id, Chosen("care.pdf", "", SIZE))
    holder, _ = await ward.transfers.exchange.sender(room, offered.id)
    await ward.transfers.exchange.moved(holder, POSITION)
    message_id = await ward.conversations.visit_chat.say(
        visitor, visit_id, "Is it bad?", new_id("drf")
    )
    await ward.conversations.visit_chat.read(room, visit_id)
    return [offered.id, message_id]


async def heard_by(page: Page, visit_id: str, since: int = 1) -> list[dict[str, Any]]:
    """Return everything sent to a page that claims to have missed events."""
    for kind in ("transfers", "chat", "visit"):
        await page.say(action="subscribe", topic=f"{kind}:{visit_id}", since=since)
    return await page.all()


def types(heard: list[dict[str, Any]]) -> set[str]:
    """Return the types of these messages."""
    return {message["type"] for message in heard}


async def test_the_next_clinician_catches_up_with_nothing_of_the_leg_before(
    served: Served, ward: Ward
) -> None:
    visitor, room = await ward.wait(), await ward.room()
    there = await next_room(ward)
    ids = [one for _ in range(2) for one in await talk_and_send(ward, room, visitor)]
    visit_id = visitor.visit_id
    told = {"transfer.moved", "chat.message_added", "chat.read"}
    async with opened(served, "/live", await ward.house.cookie(room.staff)) as page:
        heard = await heard_by(page, visit_id)
        assert told <= types(heard)

    await ward.visits.transfers.transfer(room, visit_id, there.room_id, expected_leg=1)
    async with opened(served, "/live", await ward.house.cookie(there.staff)) as page:
        heard = await heard_by(page, visit_id)
        assert "refused" not in types(heard)
        assert {m["data"]["leg"] for m in heard if m["type"] not in ("elsewhere", "snapshot")} == {
            2
        }
        for secret in (*ids, SIZE, POSITION):
            assert str(secret) not in str(heard)
        theirs = await talk_and_send(ward, there, visitor)
        heard = await page.all()
        assert told | {"transfer.changed"} <= types(heard)
        assert all(one in str(heard) for one in theirs)
    cookies = {"bedside-visitor": ward.tokens[visit_id]}
    async with opened(served, f"/visit/{visit_id}/live", cookies) as phone:
        heard = await heard_by(phone, visit_id)
        assert all(one in str(heard) for one in (*ids[2:], *theirs)), "the patient may hear all"


async def test_who_gets_a_patient_back_hears_nothing_of_the_room_between(
    served: Served, ward: Ward
) -> None:
    """Their page has been subscribed all the time; what ends with the leg is published after it
    has ended."""
    visitor, room = await ward.wait(), await ward.room()
    there, visit_id = await next_room(ward), visitor.visit_id
    async with opened(served, "/live", await ward.house.cookie(room.staff)) as page:
        await heard_by(page, visit_id, since=0)
        await ward.visits.transfers.transfer(room, visit_id, there.room_id, expected_leg=1)
        ids = await talk_and_send(ward, there, visitor)
        back = room.room_id
        await ward.visits.transfers.transfer(there, visit_id, back, expected_leg=2)
        mine = await talk_and_send(ward, room, visitor)
        heard = await page.all()
        assert all(one in str(heard) for one in mine)
        assert not any(one in str(heard) for one in ids)
