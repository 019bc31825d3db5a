"""Colleagues as pages: who is in a room, a question, its answer."""

import httpx
import pytest

from bedside.colleagues.presence import Colleague, Whereabouts
from bedside.edge.colleague_words import who_is_here
from tests.house import House
from tests.web.pages import FRAGMENT, enter
from tests.web.visiting import arrive, rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V26")]
JSON = {"accept": "application/json"}


def colleague(name: str, state: Whereabouts = Whereabouts.HERE) -> Colleague:
    return Colleague(name, name, state, "rom_1", state is Whereabouts.IN_CALL)


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ([], "Nobody has it open"),
        ([colleague("Dr Meyer")], "Dr Meyer is here"),
        ([colleague("Dr Meyer"), colleague("Nurse Berg")], "Dr Meyer, Nurse Berg are here"),
        (
            [colleague("Dr Meyer", Whereabouts.IN_CALL), colleague("Øyvind Å.")],
            "Dr Meyer (in a call), Øyvind Å. are here",
        ),
        ([colleague(name) for name in "ABCDE"], "A, B, C, 2 more are here"),
    ],
)
async def test_who_is_here_in_words(people: list[Colleague], said: str) -> None:
    assert who_is_here(people) == said


async def test_the_transfer_says_who_is_there(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    rooms = await rooms_of(quick_house)
    arrived = await arrive(quick_house, rooms.reception)
    await enter(visitor, quick_house)
    form = f"/visits/{arrived.visit_id}/transfer"
    assert "Nobody has it open" in (await visitor.get(form)).text
    clinician = quick_house.here.clinician
    room = await quick_house.people.permissions.room(clinician, rooms.own.id)
    await quick_house.colleagues.presence.opened_room(room)
    for address in (form, f"{form}/rooms"):
        assert "Dr Amara Okafor is here" in (await visitor.get(address, headers=FRAGMENT)).text


async def test_a_question_goes_there_and_back(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    here, service = quick_house.here, quick_house.colleagues.questions
    await enter(visitor, quick_house)
    assert "Ask a colleague" in (await visitor.get("/colleagues/ask")).text
    sent = {"to": here.clinician.staff_id, "text": "Two <b>minutes</b>?"}
    assert (await visitor.post("/colleagues/ask", data=sent, headers=FRAGMENT)).status_code == 200
    (asked,) = await service.open(here.clinician)
    await service.answer(here.clinician, asked.id, "Yes & gladly")
    shown = await visitor.get("/colleagues/questions", headers=FRAGMENT)
    assert "Yes &amp; gladly" in shown.text
    assert "Two &lt;b&gt;minutes" in shown.text
    closed = await visitor.post(f"/colleagues/questions/{asked.id}/close", headers=JSON)
    assert closed.status_code == 204
    assert "gladly" not in (await visitor.get("/colleagues/questions", headers=FRAGMENT)).text


@pytest.mark.parametrize("to", ["clinician", "", "stf_nobody"])
async def test_what_was_typed_stays_when_it_cannot_be_sent(
    quick_house: House, visitor: httpx.AsyncClient, to: str
) -> None:
    await enter(visitor, quick_house)
    clinician = quick_house.here.clinician
    await quick_house.colleagues.presence.choose(clinician, "do_not_disturb")
    sent = {"to": clinician.staff_id if to == "clinician" else to, "text": "Kept words"}
    answer = await visitor.post("/colleagues/ask", data=sent, headers=FRAGMENT)
    if to == "stf_nobody":
        assert answer.status_code == 404
        return
    assert answer.status_code in (409, 422)
    assert "Kept words" in answer.text


async def test_the_menu_shows_what_was_chosen(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    chosen = await visitor.post("/account/status", data={"status": "away"}, headers=JSON)
    assert chosen.json()["label"] == "Away"
    assert 'class="person-detail">Away<' in (await visitor.get("/account")).text
    wrong = await visitor.post("/account/status", data={"status": "asleep"}, headers=JSON)
    assert wrong.status_code == 422
