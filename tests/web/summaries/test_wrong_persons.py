"""People who do not read a summary: those whose phone was let in by another link, with a wrong date
of birth, and colleagues who do not see the chart."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.people.test_joining import both
from tests.requests.sending import Sent, do_jobs, send
from tests.requests.summaries import WORDS, draft, summed_up, treated
from tests.visits.ward import Ward
from tests.web.pages import born, enter
from tests.web.summaries.test_summary_pages import let_in, path

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V28")]


@pytest.fixture
async def phone(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A patient's browser without script."""
    async with at_the_door(create_app(quick_house.services)) as client:
        yield client


async def test_a_phone_that_another_link_let_in_asks_again(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    first, second = await summed_up(quick_house), await summed_up(quick_house, text="Other words.")
    here = await let_in(phone, first)
    for end in ("", "/summary.pdf"):
        other = await phone.get(f"/my/{second.id}{end}")
        assert other.status_code == 401
        assert "Other words." not in other.text
        assert (await phone.get(here + end)).status_code == 200
    there = await let_in(phone, second)
    assert "Other words." in (await phone.get(there)).text
    assert "wound" in (await phone.get(here)).text  # both, side by side


async def test_a_phone_of_a_photo_request_reads_no_summary(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    asked, sent = await send(quick_house), await summed_up(quick_house)
    page = (await phone.get(f"/l/{await asked.secret()}")).headers["location"]
    mine = (await phone.post(page, data=born())).headers["location"]
    assert (await phone.get(mine)).status_code == 200
    for address in (f"/my/{sent.id}", f"/my/{sent.id}/summary.pdf", f"{mine}/summary.pdf"):
        answer = await phone.get(address)
        assert answer.status_code in {401, 404}, address
        assert "wound" not in answer.text


async def test_a_date_of_birth_that_was_corrected_counts_from_then_on(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await summed_up(house)
    before = (await house.people.patients.get(sent.chart)).demographics
    async with house.database.unit_of_work() as work:
        right = before.model_copy(update={"birth_date": before.birth_date.replace(year=1992)})
        await house.people.patients.change(work, sent.chart, right)
    page = (await phone.get(f"/l/{await sent.secret()}")).headers["location"]
    refused = await phone.post(page, data=born())
    assert refused.status_code == 422
    assert "wound" not in refused.text
    entered = await phone.post(page, data=born(year="1992"))
    assert "wound" in (await phone.get(entered.headers["location"])).text


async def test_a_phone_reads_on_when_charts_are_joined(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    house = quick_house
    kept, joined = await both(house)
    ward = Ward(house)
    room = await ward.room("Annex")
    waiter = await ward.identify(room, await ward.check_in(room), joined.patient_id)
    await ward.admit(room, waiter.visit_id)
    wanted = draft(waiter.visit_id)
    await house.requests.summaries.send(joined, wanted)
    await do_jobs(house)
    here = await let_in(phone, Sent(house, joined, wanted.id))
    details = (await house.people.patients.get(kept)).demographics
    join_id = await house.people.joining.join(kept, joined, details)
    assert "wound" in (await phone.get(here)).text
    await house.people.joining.undo(kept, join_id)
    assert "wound" in (await phone.get(here)).text


async def test_a_colleague_without_the_chart(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    visit_id = await treated(house, 1)
    chart = await house.chart(1)
    await house.requests.summaries.send(chart, draft(visit_id))
    await do_jobs(house)
    [sent] = await house.requests.summaries.of_visit(chart, visit_id)
    for who in (house.next_door.receptionist, house.next_door.administrator):
        await enter(visitor, house, who)
        for address in (
            path(house, visit_id, 1).removesuffix("/summary"),
            path(house, visit_id, 1),
            f"/patients/{chart.patient_id}/requests/{sent.id}",
            f"/patients/{chart.patient_id}",
        ):
            answer = await visitor.get(address)
            assert answer.status_code == 404, address
            assert WORDS[:20] not in answer.text
