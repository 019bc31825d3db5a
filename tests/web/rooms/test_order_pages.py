"""The order of a queue, as pages: who is first and why, who was sent back, who left."""

from datetime import date

import httpx
import pytest

from bedside.calls.states import Mode
from bedside.kernel import clock
from tests.house import House
from tests.web.pages import FRAGMENT, enter
from tests.web.visiting import arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V27")]
JSON = {"accept": "application/json"}


async def test_seen_first_stands_first_with_the_reason(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    await arrive(quick_house, rooms.reception, "Maya Lindqvist", born=date(1991, 3, 14))
    kofi = await arrive(quick_house, rooms.reception, "Kofi Asante")
    await enter(visitor, quick_house)
    form = await visitor.get(f"/visits/{kofi.visit_id}/first")
    assert "See Kofi Asante first" in form.text
    assert "born 9 August 1979" in form.text
    dialog = await visitor.get(f"/visits/{kofi.visit_id}/first", headers=FRAGMENT)
    assert "<dialog" in dialog.text
    wrong = await visitor.post(f"/visits/{kofi.visit_id}/first", data={"reason": " "})
    assert wrong.status_code == 422
    assert "Write why." in wrong.text
    given = {"reason": "Short of <b>breath</b>", "urgent": "yes"}
    done = await visitor.post(f"/visits/{kofi.visit_id}/first", data=given)
    assert done.headers["location"] == f"/rooms/{rooms.reception.id}"
    page = (await visitor.get(f"/rooms/{rooms.reception.id}")).text
    assert page.index("Kofi Asante") < page.index("Maya Lindqvist")
    assert "See first: Short of &lt;b&gt;breath&lt;/b&gt;" in page
    assert "<strong>2 wait</strong>, longest" in page
    assert "born 14 Mar 1991" in page
    card = (await visitor.get(f"/visits/{kofi.visit_id}/card", headers=FRAGMENT)).text
    assert "See first: Short of" in card


async def test_moving_by_the_menu_works_with_and_without_script(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    maya = await arrive(quick_house, rooms.reception, "Maya Lindqvist")
    kofi = await arrive(quick_house, rooms.reception, "Kofi Asante")
    await enter(visitor, quick_house)
    order = f"/visits/{kofi.visit_id}/order"
    up = await visitor.post(order, data={"before": maya.visit_id}, headers=JSON)
    assert up.status_code == 204
    page = (await visitor.get(f"/rooms/{rooms.reception.id}")).text
    assert page.index("Kofi Asante") < page.index("Maya Lindqvist")
    assert f'id="down-{kofi.visit_id}"' in page
    assert f'id="up-{kofi.visit_id}"' not in page, "nobody is above"
    down = await visitor.post(order, data={"after": maya.visit_id})
    assert down.status_code == 303
    for neighbour in ("", "vis_nobody", kofi.visit_id):
        answer = await visitor.post(order, data={"before": neighbour}, headers=JSON)
        assert answer.status_code == 409, neighbour
    marked = await visitor.post(
        f"/visits/{maya.visit_id}/urgent", data={"urgent": "yes"}, headers=JSON
    )
    assert marked.status_code == 204
    queue = await visitor.get(f"/rooms/{rooms.reception.id}/queue", headers=FRAGMENT)
    assert "Not urgent" in queue.text


async def test_colleagues_of_other_rooms_change_nothing(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.own)
    await enter(visitor, quick_house)
    for path, data in (
        ("first", {"reason": "In pain"}),
        ("order", {"back": "yes"}),
        ("urgent", {"urgent": "yes"}),
    ):
        answer = await visitor.post(f"/visits/{seen.visit_id}/{path}", data=data)
        assert answer.status_code == 404, path
    assert (await visitor.get(f"/visits/{seen.visit_id}/first")).status_code == 404
    assert (await visitor.get(f"/rooms/{rooms.own.id}/left", headers=FRAGMENT)).status_code == 404


async def test_who_was_sent_back_and_who_left_are_shown(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    services, rooms = quick_house.services, await rooms_of(quick_house)
    room = await in_charge(quick_house, rooms.reception.id)
    kofi = await arrive(quick_house, rooms.reception, "Kofi Asante")
    hana = await arrive(quick_house, rooms.reception, "Hana Kim", born=date(1988, 6, 21))
    with clock.shifted(-clock.MINUTE):
        await services.calls.control.start(room, kofi.visit_id, Mode.VIDEO)
        await services.calls.control.return_to_waiting_room(room, kofi.visit_id)
    await services.visits.waiting_room.leave(hana)
    await enter(visitor, quick_house)
    page = (await visitor.get(f"/rooms/{rooms.reception.id}")).text
    assert "Returned" in page
    assert "1 minute ago</time>" in page
    left = page[page.index("Left in the last hour") :]
    assert "Hana Kim" in left
    assert "born 21 Jun 1988" in left
    assert "nobody saw this patient" in left
    assert "Kofi Asante" not in left


@pytest.mark.feature("V17")
async def test_a_message_says_until_when(quick_house: House, visitor: httpx.AsyncClient) -> None:
    rooms = await rooms_of(quick_house)
    await enter(visitor, quick_house)
    address = f"/rooms/{rooms.reception.id}/messages"
    await visitor.post(address, data={"text": "Running late."})
    await visitor.post(address, data={"text": "No lab today.", "until": "day"})
    shown = (await visitor.get(address, headers=FRAGMENT)).text
    assert "until 00:00" in shown
    assert shown.count("until ") == 2
