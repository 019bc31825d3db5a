"""Commands of calls by forms and by scripts."""

from urllib.parse import urlsplit

import httpx
import pytest

from bedside.calls import ice
from bedside.calls.states import Mode
from bedside.kernel import clock
from tests.calls.agreeing import all_agree
from tests.calls.calling import Ward
from tests.house import House
from tests.web.pages import enter

pytestmark = pytest.mark.anyio

JSON = {"accept": "application/json"}


@pytest.fixture
async def ward(quick_house: House, visitor: httpx.AsyncClient) -> Ward:
    """The waiting room, with the clinician signed in at the door."""
    await enter(visitor, quick_house, quick_house.here.clinician)
    return Ward(quick_house)


@pytest.mark.feature("V5")
async def test_starting_leads_to_the_call(ward: Ward, visitor: httpx.AsyncClient) -> None:
    patient = await ward.wait()
    form = {"mode": "voice", "leg": "1"}
    answer = await visitor.post(f"/visits/{patient.visit_id}/call", data=form)
    assert answer.status_code == 303
    call = answer.headers["location"]
    joined = (await visitor.post(f"{call}/join", data={"camera": "true"})).json()
    assert set(joined) == {
        "call_id",
        "participant_id",
        "connection_id",
        "state",
        "mode",
        "topology",
    }
    assert (call, joined["mode"]) == (f"/calls/{joined['call_id']}", "voice")
    relays = (await visitor.get(f"{call}/ice")).json()
    assert set(relays) == {"iceServers", "lasts", "expires"}
    assert (await visitor.post(f"{call}/video", headers=JSON)).json() == {}
    people = (await visitor.get(f"{call}/people")).json()["people"]
    assert people[joined["participant_id"]]["you"]
    assert {p["name"] for p in people.values()} == {"Dr Amara Okafor", "Wilma Waiting"}
    ended = await visitor.post(f"{call}/end", data={"then": "return"}, headers=JSON)
    assert ended.json() == {}
    gone = await visitor.post(f"{call}/join", data={"camera": "true"}, headers=JSON)
    assert (gone.status_code, gone.json()["code"]) == (410, "call_ended")


async def test_next_patient_and_nobody(ward: Ward, visitor: httpx.AsyncClient) -> None:
    room = f"/rooms/{ward.house.here.room.id}"
    nobody = await visitor.post(f"{room}/next", data={"mode": "video"})
    assert (nobody.status_code, nobody.headers["location"]) == (303, room)
    said = (await visitor.post(f"{room}/next", data={"mode": "video"}, headers=JSON)).json()
    assert said == {"call_id": "", "sentence": "Nobody is waiting right now."}
    await ward.wait()
    taken = (await visitor.post(f"{room}/next", data={"mode": "video"}, headers=JSON)).json()
    assert taken["href"] == f"/calls/{taken['call_id']}"


@pytest.mark.feature("V6")
async def test_in_another_call_the_patient_can_be_added(
    ward: Ward, visitor: httpx.AsyncClient
) -> None:
    pair, second = await ward.both(), await ward.wait("Second")
    address, call = f"/visits/{second.visit_id}/call", f"/calls/{pair.call_id}"
    told = await visitor.post(address, data={"mode": "video"}, headers=JSON)
    assert (told.status_code, told.json()["call_id"]) == (409, pair.call_id)
    page = await visitor.post(address, data={"mode": "video", "leg": "1"})
    assert page.status_code == 409
    assert f'action="{call}/add"' in page.text
    assert f'value="{second.visit_id}"' in page.text
    form = {"visit": second.visit_id, "leg": "1"}
    added = await visitor.post(f"{call}/add", data=form)
    assert (added.status_code, added.headers["location"]) == (303, call)
    await all_agree(ward.house.services, pair.call_id)
    assert (await ward.seat(second)).call_id == pair.call_id


async def test_a_stale_page_is_told(ward: Ward, visitor: httpx.AsyncClient) -> None:
    """The patient was called by a colleague; the button was still there."""
    patient = await ward.wait()
    await ward.calls.control.start(
        await ward.room(ward.house.here.receptionist), patient.visit_id, Mode.VIDEO
    )
    answer = await visitor.post(f"/visits/{patient.visit_id}/call", data={"mode": "video"})
    assert answer.status_code == 409
    assert "Rita Sandberg is seeing this patient already." in answer.text


@pytest.mark.feature("V18")
@pytest.mark.parametrize(("do", "state"), [("return", "waiting"), ("end", "ended")])
async def test_what_becomes_of_the_visit(
    ward: Ward, visitor: httpx.AsyncClient, do: str, state: str
) -> None:
    pair = await ward.both()
    answer = await visitor.post(f"/visits/{pair.visitor.visit_id}/{do}", data={"leg": "1"})
    assert answer.headers["location"] == f"/rooms/{ward.house.here.room.id}"
    async with ward.database.read() as db:
        from bedside.visits.rows import by_id

        row = await db.one(by_id, of=pair.visitor.visit_id)
    assert row.state == state


@pytest.mark.feature("V6")
async def test_a_guest_by_link(ward: Ward, visitor: httpx.AsyncClient) -> None:
    pair = await ward.both()
    call = f"/calls/{pair.call_id}"
    invited = (await visitor.post(f"{call}/guests", data={"email": ""}, headers=JSON)).json()
    secret = urlsplit(invited["link"]).path.removeprefix("/g/")
    guest_id, token = await ward.calls.guests.enter(secret, "Gustav Guest", "")
    assert guest_id == invited["guest_id"]
    people = (await visitor.get(f"{call}/people")).json()["people"].values()
    assert [(p["name"], p["guest_id"]) for p in people if p["kind"] == "guest"] == [
        ("Gustav Guest", guest_id)
    ]
    page = f"/guest/{guest_id}"
    visitor.cookies.set("bedside-guest", token)
    knocks = await visitor.get(f"{page}/ice", headers=JSON)
    assert (knocks.status_code, knocks.json()["code"]) == (409, "not_in_call")
    admitted = await visitor.post(f"{call}/guests/{guest_id}/admit", headers=JSON)
    assert admitted.json() == {}
    asked = (await visitor.post(f"{page}/call/join", data={"camera": "true"}, headers=JSON)).json()
    assert (asked["state"], asked["connection_id"]) == ("agreeing", "")
    await all_agree(ward.house.services, pair.call_id)
    form = {"camera": "true", "muted": "false"}
    joined = (await visitor.post(f"{page}/call/join", data=form, headers=JSON)).json()
    assert joined["state"] == "joined"
    assert (await visitor.get(f"{page}/ice", headers=JSON)).status_code == 200
    names = (await visitor.get(f"{page}/call/people", headers=JSON)).json()["people"].values()
    assert {p["name"] for p in names} == {"Dr Amara Okafor", "Patient", "Guest"}
    left = await visitor.post(f"{page}/call/leave", headers=JSON)
    assert left.json() == {}
    assert (await visitor.get(f"{page}/ice", headers=JSON)).status_code == 409
    knocking = (await visitor.post(f"{page}/call/join", data=form, headers=JSON)).json()
    assert (knocking["state"], knocking["connection_id"]) == ("knocking", "")
    await visitor.post(f"{call}/guests/{guest_id}/refuse", headers=JSON)
    gone = await visitor.post(f"{page}/call/join", data=form, headers=JSON)
    assert (gone.status_code, gone.json()["code"]) == (410, "guest_link_closed")


@pytest.mark.feature("V15")
async def test_a_patient_gets_relays_for_a_call_and_now_and_then_for_a_device_test(
    ward: Ward, visitor: httpx.AsyncClient
) -> None:
    patient = await ward.wait()
    visitor.cookies.clear()
    visitor.cookies.set("bedside-visitor", ward.tokens[patient.visit_id])
    address = f"/visit/{patient.visit_id}/ice"
    tested = [await visitor.get(address, headers=JSON) for _ in range(13)]
    assert [answer.status_code for answer in tested] == [200] * 12 + [429]
    assert tested[0].json()["lasts"] == ice.VALID_FOR_A_TEST == 5 * clock.MINUTE
    await ward.start(patient)
    called = [await visitor.get(address, headers=JSON) for _ in range(7)]
    assert [answer.json()["lasts"] for answer in called] == [ice.VALID] * 7
    assert ice.VALID == 10 * clock.MINUTE


async def test_the_patients_own_side(ward: Ward, visitor: httpx.AsyncClient) -> None:
    patient = await ward.wait()
    visitor.cookies.clear()
    visitor.cookies.set("bedside-visitor", ward.tokens[patient.visit_id])
    visit = f"/visit/{patient.visit_id}"
    assert (await visitor.get(f"{visit}/ice", headers=JSON)).json()["iceServers"] == []
    early = await visitor.post(f"{visit}/call/join", data={"camera": "true"}, headers=JSON)
    assert (early.status_code, early.json()["code"]) == (409, "not_in_call")
    host = await ward.start(patient)
    joined = (
        await visitor.post(f"{visit}/call/join", data={"camera": "true"}, headers=JSON)
    ).json()
    assert (joined["call_id"], joined["state"]) == (host.call_id, "joined")
    people = (await visitor.get(f"{visit}/call/people", headers=JSON)).json()["people"].values()
    assert {p["name"] for p in people} == {"Dr Amara Okafor", "Patient"}
    assert not any({"visit_id", "room_id", "leg", "guest_id"} & set(p) for p in people)
    for _ in range(2):
        left = await visitor.post(f"{visit}/call/leave")
        assert (left.status_code, left.headers["location"]) == (303, visit)
