"""Transfer of a patient as pages: the dialog, its refusals, what the sender sees."""

import httpx
import pytest

from bedside.calls.states import Mode
from bedside.visits.options import VisitOptions
from tests.house import House
from tests.web.pages import FRAGMENT, enter
from tests.web.visiting import arrive, in_charge, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V9")]
JSON = {"accept": "application/json"}


async def test_the_dialog_lists_the_rooms_and_why_some_cannot_be_chosen(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    await arrive(quick_house, rooms.own)
    await enter(visitor, quick_house)
    address = f"/visits/{seen.visit_id}/transfer"
    dialog = (await visitor.get(address, headers=FRAGMENT)).text
    assert '<dialog class="dialog" id="in-dialog"' in dialog
    assert "1 waits" in dialog
    assert f'value="{rooms.reception.id}"' not in dialog
    own = await in_charge(quick_house, rooms.own.id, quick_house.here.clinician)
    await quick_house.visits.rooms.close(own)
    listed = (await visitor.get(f"{address}/rooms", headers=FRAGMENT)).text
    assert "Closed: nobody there takes patients now." in listed
    assert " disabled" in listed
    assert "<h1" in (await visitor.get(address)).text


async def test_a_refusal_keeps_what_was_chosen_and_typed(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    own = await in_charge(quick_house, rooms.own.id, quick_house.here.clinician)
    await quick_house.visits.rooms.close(own)
    await enter(visitor, quick_house)
    given = {"room": rooms.own.id, "note": "Please look at the stitch.", "leg": "1"}
    for headers in ({}, FRAGMENT):
        answer = await visitor.post(
            f"/visits/{seen.visit_id}/transfer", data=given, headers=headers
        )
        assert answer.status_code == 409
        assert "closed right now. Choose a room that is open." in answer.text
        assert "Please look at the stitch." in answer.text
    nowhere = await visitor.post(f"/visits/{seen.visit_id}/transfer", data={**given, "room": ""})
    assert nowhere.status_code == 422
    assert "Please choose a room." in nowhere.text


@pytest.mark.feature("V10")
@pytest.mark.feature("V13")
async def test_both_sides_are_told_and_the_sender_takes_back(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms, here = await rooms_of(quick_house), quick_house.here
    seen = await arrive(quick_house, rooms.reception)
    await enter(visitor, quick_house)
    given = {"room": rooms.own.id, "note": "Please look at the stitch.", "leg": "1"}
    sent = await visitor.post(f"/visits/{seen.visit_id}/transfer", data=given, headers=FRAGMENT)
    assert sent.json()["sentence"] == "Transferred to Dr Okafor's room"
    assert "Transferred to Dr Okafor&#39;s room" in sent.json()["card"]
    page = (await visitor.get(f"/rooms/{rooms.reception.id}")).text
    assert "Handed over, not admitted yet" in page
    gone = (await visitor.get(f"/visits/{seen.visit_id}/card/now", headers=FRAGMENT)).text
    assert "Rita Sandberg has transferred this patient to Dr Okafor&#39;s room." in gone

    await enter(visitor, quick_house, here.clinician)
    queue = (await visitor.get(f"/rooms/{rooms.own.id}/queue", headers=FRAGMENT)).text
    assert "Transferred by Rita Sandberg" in queue
    assert "Please look at the stitch." in queue
    assert "stitch" in (await visitor.get(f"/visits/{seen.visit_id}/card")).text

    await enter(visitor, quick_house)
    [transfer] = await quick_house.visits.transfers.open_of(here.receptionist)
    assert (await visitor.get("/transfers/notices", headers=FRAGMENT)).text.strip() == ""
    await quick_house.visits.transfers.unanswered({"transfer_id": transfer.id})
    notices = (await visitor.get("/transfers/notices", headers=FRAGMENT)).text
    assert "Kofi Asante was not admitted yet" in notices
    back = await visitor.post(f"/transfers/{transfer.id}/take-back", data={})
    assert back.headers["location"] == f"/rooms/{rooms.reception.id}"
    assert "Handed over" not in (await visitor.get(f"/rooms/{rooms.reception.id}")).text
    twice = await visitor.post(f"/transfers/{transfer.id}/take-back", data={}, headers=JSON)
    assert twice.status_code == 409


@pytest.mark.feature("V13")
async def test_the_sender_reads_who_admitted(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms, here = await rooms_of(quick_house), quick_house.here
    seen = await arrive(quick_house, rooms.reception)
    room = await in_charge(quick_house, rooms.reception.id)
    transfer = await quick_house.visits.transfers.transfer(room, seen.visit_id, rooms.own.id)
    await enter(visitor, quick_house)
    early = await visitor.get(f"/transfers/{transfer}/notice", headers=JSON)
    assert early.status_code == 404
    own = await in_charge(quick_house, rooms.own.id, here.clinician)
    await quick_house.calls.control.start(own, seen.visit_id, Mode.VIDEO)
    said = await visitor.get(f"/transfers/{transfer}/notice", headers=JSON)
    assert said.json() == {"text": "Dr Amara Okafor has admitted Kofi Asante in Dr Okafor's room."}
    await enter(visitor, quick_house, here.clinician)
    theirs = await visitor.get(f"/transfers/{transfer}/notice", headers=JSON)
    assert theirs.status_code == 404


@pytest.mark.feature("V14")
async def test_where_it_is_switched_off_nobody_is_offered_it(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    seen = await arrive(quick_house, rooms.reception)
    async with quick_house.database.unit_of_work() as work:
        actor = quick_house.here.administrator.actor
        await quick_house.people.clinics.change(
            work, actor, quick_house.clinic.id, VisitOptions(transfer_allowed=False)
        )
    await enter(visitor, quick_house)
    assert "<span>Transfer</span>" not in (await visitor.get(f"/visits/{seen.visit_id}/card")).text
    answer = await visitor.post(
        f"/visits/{seen.visit_id}/transfer", data={"room": rooms.own.id, "note": "", "leg": "1"}
    )
    assert answer.status_code == 403
