"""Waiting rooms and the card of a visit, as pages: who sees what, and what can be done."""

import re
from datetime import date

import httpx
import pytest

from bedside.audit import Action
from bedside.calls.states import Mode
from bedside.kernel import clock
from bedside.visits.waiting_room import DeviceTest
from tests.house import House
from tests.web.pages import FRAGMENT, enter, lines
from tests.web.visiting import arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio]
JSON = {"accept": "application/json"}


@pytest.mark.feature("V3")
async def test_an_empty_room_teaches_its_address(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    await enter(visitor, quick_house)
    assert (await visitor.get("/rooms")).headers["location"] == f"/rooms/{rooms.reception.id}"
    page = await visitor.get(f"/rooms/{rooms.reception.id}")
    assert "Nobody is waiting. Share your room's address:" in page.text
    assert "localhost:8080/r/reception" in page.text
    code = await visitor.get(f"/rooms/{rooms.reception.id}/qr.svg")
    assert code.headers["content-type"] == "image/svg+xml"
    assert code.text.startswith("<?xml")


@pytest.mark.feature("V3")
async def test_the_queue_says_who_waits_since_when_and_how_well(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    await arrive(quick_house, rooms.reception, "Maya Lindqvist", born=date(1991, 3, 14))
    blocked = DeviceTest(camera="ok", microphone="blocked", speaker="ok", connection="ok")
    await arrive(quick_house, rooms.reception, "Kofi Asante", test=blocked)
    await arrive(quick_house, rooms.reception, "Edith Brown", connected=False)
    await arrive(quick_house, rooms.own, "Somebody Else")
    await enter(visitor, quick_house)
    text = (await visitor.get(f"/rooms/{rooms.reception.id}")).text
    assert text.index("Maya Lindqvist") < text.index("Kofi Asante") < text.index("Edith Brown")
    for said in ("Camera, sound good", "Microphone blocked", "Reconnecting, place kept", "0 min"):
        assert said in text
    assert "Somebody Else" not in text
    assert 'data-badge="rooms">3<' in text
    assert len(await lines(quick_house, Action.QUEUE_OPENED)) == 1
    part = await visitor.get(f"/rooms/{rooms.reception.id}/queue", headers=FRAGMENT)
    assert "Maya Lindqvist" in part.text
    assert "<html" not in part.text


@pytest.mark.feature("V3")
async def test_a_room_of_others_is_not_found(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.own)
    await enter(visitor, quick_house)
    for address in (
        f"/rooms/{rooms.own.id}",
        f"/rooms/{rooms.own.id}/queue",
        f"/visits/{seen.visit_id}/card",
        f"/visits/{seen.visit_id}/transfer",
        f"/visits/{seen.visit_id}/remove",
    ):
        assert (await visitor.get(address)).status_code == 404, address
    for address in (f"/rooms/{rooms.own.id}/open", f"/visits/{seen.visit_id}/remove"):
        assert (await visitor.post(address, data={})).status_code == 404, address
    everywhere = (await visitor.get("/rooms/all")).text
    assert "Dr Okafor&#39;s room" in everywhere
    tiles = everywhere[everywhere.index('id="room-tiles"') :]
    assert f'href="/rooms/{rooms.reception.id}"' in tiles
    assert f'href="/rooms/{rooms.own.id}"' not in tiles
    assert "Nobody waits" in tiles
    assert "<strong>1 waits</strong>, longest" in tiles
    assert "Kofi Asante" not in everywhere


@pytest.mark.feature("V3")
async def test_a_tile_says_by_whom_patients_are_seen(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, rooms = quick_house, await rooms_of(quick_house)
    for who, name in (
        (house.here.clinician, "Kofi Asante"),
        (house.here.receptionist, "Noor Haddad"),
        (house.here.administrator, "Liv Andersson"),
    ):
        seen = await arrive(house, rooms.reception, name)
        room = await in_charge(house, rooms.reception.id, who)
        await house.services.calls.control.start(room, seen.visit_id, Mode.VIDEO)
    await arrive(house, rooms.reception, "Waits Still")
    await enter(visitor, house)
    tiles = (await visitor.get("/rooms/all/list", headers=FRAGMENT)).text
    assert "3 are being seen by Ada Norberg, Dr Amara Okafor, Rita Sandberg" in tiles
    assert "<strong>1 waits</strong>" in tiles
    assert "Nobody is being seen" in tiles


@pytest.mark.feature("V4")
async def test_the_card_shows_the_visit_with_the_actions_in_their_order(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(
        quick_house, rooms.reception, "Maya Lindqvist", born=date(1991, 3, 14), reason="Rash"
    )
    await enter(visitor, quick_house)
    card = (await visitor.get(f"/visits/{seen.visit_id}/card", headers=FRAGMENT)).text
    assert "Who is this?" in card
    assert "Request photos" not in card
    confirmed = await visitor.post(
        f"/visits/{seen.visit_id}/identify",
        data={"patient": quick_house.patients[0].id},
        headers=JSON,
    )
    assert confirmed.status_code == 204
    card = (await visitor.get(f"/visits/{seen.visit_id}/card", headers=FRAGMENT)).text
    order = ("Start call", "Voice call", "Chat", "Transfer", "File transfer", "Request photos")
    places = [card.index(f"<span>{name}</span>") for name in (*order, "Remove")]
    assert places == sorted(places)
    menu = (await visitor.get(f"/rooms/{rooms.reception.id}/queue", headers=FRAGMENT)).text
    places = [menu.index(f"<span>{name}</span>") for name in (*order, "Remove")]
    assert places == sorted(places)
    same = (
        await visitor.get(f"/patients/{quick_house.patients[0].id}/card", headers=FRAGMENT)
    ).text
    assert "Rash" in same
    assert f"/visits/{seen.visit_id}/call" in same
    assert "<h1" in (await visitor.get(f"/visits/{seen.visit_id}/card")).text


async def test_who_says_twice_who_it_is_is_led_on_to_the_card(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception, "Nora Newcome")
    await enter(visitor, quick_house)
    here = f"/visits/{seen.visit_id}/identify"
    new = (f"{here}/new", {"another": ""})
    for address, typed in (new, new, (here, {"patient": quick_house.patients[0].id})):
        answer = await visitor.post(address, data=typed)
        assert answer.headers.get("location", "").startswith(f"/visits/{seen.visit_id}/card"), (
            address,
            answer.status_code,
        )
    refused = await visitor.post(new[0], data=new[1], headers=JSON)
    assert refused.status_code == 409


@pytest.mark.feature("V3")
async def test_who_is_being_seen_by_whom(quick_house: House, visitor: httpx.AsyncClient) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    theirs = await in_charge(quick_house, rooms.reception.id, quick_house.here.clinician)
    await quick_house.calls.control.start(theirs, seen.visit_id, Mode.VIDEO)
    await enter(visitor, quick_house)
    page = (await visitor.get(f"/rooms/{rooms.reception.id}")).text
    assert "Being seen" in page
    assert "With Dr Amara Okafor" in page
    assert "Return to waiting room" in page
    card = (await visitor.get(f"/visits/{seen.visit_id}/card")).text
    assert "In a call with Dr Amara Okafor" in card
    assert "Start call" not in card


@pytest.mark.feature("V3")
async def test_rows_that_are_kept_follow_every_change_and_every_pair_of_eyes(
    quick_house: House, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, rooms = quick_house, await rooms_of(quick_house)
    address = f"/rooms/{rooms.reception.id}/queue"
    seen = await arrive(house, rooms.reception, "Maya Lindqvist", born=date(1991, 3, 14))
    await enter(visitor, house, house.here.clinician)
    assert "0 min" in (await visitor.get(address, headers=FRAGMENT)).text
    now = clock.now()
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: now + 7 * clock.MINUTE)
        assert "7 min" in (await visitor.get(address, headers=FRAGMENT)).text
    at_reception = await in_charge(house, rooms.reception.id)
    await house.services.visits.identification.confirm(
        at_reception, seen.visit_id, house.patients[0].id
    )
    chart = await house.services.people.permissions.chart(
        house.here.receptionist, house.patients[0].id
    )
    renamed = house.patients[0].demographics.model_copy(update={"name": "Maya Berg"})
    async with house.services.database.unit_of_work() as work:
        await house.services.people.patients.change(work, chart, renamed)
    page = (await visitor.get(address, headers=FRAGMENT)).text
    assert "Maya Berg" in page
    assert "Lindqvist" not in page
    theirs = await in_charge(house, rooms.reception.id, house.here.clinician)
    await house.calls.control.start(theirs, seen.visit_id, Mode.VIDEO)
    mine = (await visitor.get(address, headers=FRAGMENT)).text
    assert "With you" in mine
    assert "Back to the call" in mine
    await enter(visitor, house)
    others = (await visitor.get(address, headers=FRAGMENT)).text
    assert "With Dr Amara Okafor" in others
    assert "Back to the call" not in others


@pytest.mark.feature("V1")
async def test_opening_and_closing(quick_house: House, visitor: httpx.AsyncClient) -> None:
    rooms = await rooms_of(quick_house)
    await enter(visitor, quick_house)
    address = f"/rooms/{rooms.reception.id}"
    closed = await visitor.post(f"{address}/open", data={"open": "no"})
    assert closed.headers["location"] == address
    page = (await visitor.get(address)).text
    assert 'aria-checked="false"' in page
    assert "Nobody is waiting, and the room is closed" in page
    again = await visitor.post(f"{address}/open", data={"open": "yes"}, headers=JSON)
    assert again.status_code == 204
    bar = (await visitor.get(f"{address}/bar", headers=FRAGMENT)).text
    assert 'aria-checked="true"' in bar


@pytest.mark.feature("V17")
async def test_a_message_to_everyone_and_its_withdrawal(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    await enter(visitor, quick_house)
    address = f"/rooms/{rooms.reception.id}"
    empty = await visitor.post(f"{address}/messages", data={"text": "  "})
    assert empty.status_code == 422
    assert "data-open-at-once" in empty.text
    sent = await visitor.post(f"{address}/messages", data={"text": "Running late <today>."})
    assert sent.status_code == 303
    page = (await visitor.get(address)).text
    assert "Running late &lt;today&gt;." in page
    found = re.search(r"/messages/(\w+)/withdraw", page)
    assert found
    await visitor.post(f"{address}/messages/{found[1]}/withdraw", data={})
    assert "Running late" not in (await visitor.get(address)).text
    repeated = await visitor.post(f"{address}/messages/{found[1]}/withdraw", data={})
    assert repeated.status_code == 404
    for text in ("Ten minutes late.", "Twenty minutes late."):
        await visitor.post(f"{address}/messages", data={"text": text})
    before, _, folded = (await visitor.get(address)).text.partition(
        "1 earlier message, still shown"
    )
    assert "Twenty minutes late." in before
    assert "Ten minutes late." in folded


@pytest.mark.feature("V16")
async def test_arrivals_are_told_until_somebody_has_looked_and_never_by_name(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    await arrive(quick_house, rooms.reception)
    await arrive(quick_house, rooms.own)
    await enter(visitor, quick_house)
    told = (await visitor.get("/rooms/alerts", headers=JSON)).json()
    assert told == {
        "arrived": [
            {"room": rooms.reception.id, "sentence": "Somebody is waiting in Reception"},
        ]
    }
    await visitor.post(f"/rooms/{rooms.reception.id}/looked", data={}, headers=JSON)
    assert (await visitor.get("/rooms/alerts", headers=JSON)).json() == {"arrived": []}


@pytest.mark.feature("V16")
async def test_opening_the_card_is_having_looked(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    await enter(visitor, quick_house)
    await visitor.get(f"/visits/{seen.visit_id}/card", headers=FRAGMENT)
    assert (await visitor.get("/rooms/alerts", headers=JSON)).json() == {"arrived": []}


@pytest.mark.feature("V4")
async def test_removing_asks_without_script_and_says_so_to_who_comes_late(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    await enter(visitor, quick_house)
    address = f"/visits/{seen.visit_id}/remove"
    assert "Remove Kofi Asante" in (await visitor.get(address)).text
    assert (await visitor.post(address, data={})).status_code == 303
    late = await visitor.post(address, data={}, headers=JSON)
    assert late.status_code == 409
    assert late.json()["sentence"] == "Rita Sandberg has removed this patient."
    now = await visitor.get(f"/visits/{seen.visit_id}/card/now", headers=FRAGMENT)
    assert "Rita Sandberg has removed this patient." in now.text


@pytest.mark.feature("V18")
async def test_the_chart_has_the_visit(quick_house: House, visitor: httpx.AsyncClient) -> None:
    rooms = await rooms_of(quick_house)
    patient = quick_house.patients[0]
    await enter(visitor, quick_house)
    assert "No visit yet" in (await visitor.get(f"/patients/{patient.id}/visits")).text
    seen = await arrive(
        quick_house, rooms.reception, patient.name, born=date(1991, 3, 14), reason="Rash"
    )
    room = await in_charge(quick_house, rooms.reception.id)
    await quick_house.calls.control.end_visit(room, seen.visit_id)
    assert "No visit yet" in (await visitor.get(f"/patients/{patient.id}/visits")).text
    await quick_house.visits.identification.confirm(room, seen.visit_id, patient.id)
    chart = (await visitor.get(f"/patients/{patient.id}")).text
    assert f'href="/patients/{patient.id}/visits"' in chart
    listed = (await visitor.get(f"/patients/{patient.id}/visits")).text
    assert "Reception · 1 minute in all · Completed" in listed
    record = (await visitor.get(f"/patients/{patient.id}/visits/{seen.visit_id}")).text
    for said in ("Checked in at Reception", "Rash", "Completed", "Nobody wrote a note."):
        assert said in record
    card = (await visitor.get(f"/patients/{patient.id}/card")).text
    assert f"/patients/{patient.id}/visits/{seen.visit_id}" in card
    other = quick_house.patients[1]
    missing = await visitor.get(f"/patients/{other.id}/visits/{seen.visit_id}")
    assert missing.status_code == 404


@pytest.mark.feature("V3")
async def test_somebody_in_charge_of_no_room_is_told_what_to_do(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    administrator = quick_house.administer()
    staff_id = quick_house.here.administrator.staff_id
    await quick_house.people.staff.unassign(administrator, staff_id, quick_house.here.room.id)
    await enter(visitor, quick_house, quick_house.here.administrator)
    page = await visitor.get("/rooms")
    assert page.status_code == 200
    assert "You are in charge of no room" in page.text
    assert "/settings/rooms" in page.text
