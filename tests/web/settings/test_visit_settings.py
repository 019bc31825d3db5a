"""Settings → Visits: what an administrator can switch off, and the limits."""

import httpx
import pytest

from bedside.transfers.options import TransferOptions
from bedside.visits.options import VisitOptions
from tests.house import House
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("A2")]

_GIVEN = {
    "visit_grace_minutes": "4",
    "unanswered_minutes": "6",
    "unattended_seconds": "45",
    "transfer_bytes_limit": "80",
    "transfers_at_once": "3",
    "visitor_files_limit": "8",
    "visitor_bytes_limit": "90",
}


@pytest.mark.feature("V14")
async def test_switches_and_limits_are_kept(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house, quick_house.here.administrator)
    page = await visitor.get("/settings/visits")
    assert page.text.count('value="yes" checked') == 3
    answer = await visitor.post("/settings/visits", data={**_GIVEN, "keep_unfinished_files": "yes"})
    assert answer.headers["location"] == "/settings/visits"
    clinic = await quick_house.people.clinics.get(quick_house.clinic.id)
    options, transfers = clinic.of(VisitOptions), clinic.of(TransferOptions)
    assert (options.transfer_allowed, options.shared_rooms_allowed) == (False, False)
    assert transfers.keep_unfinished_files
    assert transfers.transfer_bytes_limit == 80_000_000
    assert (options.visit_grace_minutes, options.unanswered_minutes) == (4, 6)
    assert clinic.options.time_zone == "Europe/Stockholm"


async def test_a_wrong_number_is_said_and_nothing_is_lost(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.here.administrator)
    given = {**_GIVEN, "visit_grace_minutes": "0", "transfers_at_once": "seven"}
    answer = await visitor.post("/settings/visits", data=given)
    assert answer.status_code == 422
    assert "from 1 to 60" in answer.text
    assert 'value="seven"' in answer.text
    kept = await quick_house.people.clinics.options(quick_house.clinic.id, VisitOptions)
    assert kept.visit_grace_minutes == 3


async def test_it_is_for_administrators(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house)
    assert (await visitor.get("/settings/visits")).status_code == 403
