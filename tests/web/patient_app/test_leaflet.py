"""“Our app”: the page, leaflet and poster that tell patients of it, and who is led there."""

import httpx
import pytest

from bedside.edge.accounts import app_cookie_name
from bedside.edge.qr_codes import qr_code_data
from bedside.visits.rooms import RoomOptions
from tests.accounts.people import signed_in
from tests.house import House
from tests.web.visits.test_room_pages import checked_in, opened

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P1")]


async def test_anybody_reads_it_and_the_code_leads_there(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    page = f"/our-app/{quick_house.clinic.id}"
    leaflet, poster = await visitor.get(page), await visitor.get(f"{page}/poster")
    address = f"{quick_house.services.settings.base_url}{page}"
    for answer in (leaflet, poster):
        assert answer.status_code == 200
        assert quick_house.clinic.name in answer.text
        assert qr_code_data(address).replace("&", "&amp;") in answer.text
    assert 'href="/app"' in leaflet.text


async def test_it_speaks_the_language_of_the_reader(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    page = f"/our-app/{quick_house.clinic.id}"
    for language in ("de", "fr", "es"):
        answer = await visitor.get(page, headers={"Accept-Language": language})
        assert f'<html lang="{language}"' in answer.text
        assert "Everything from us" not in answer.text


@pytest.mark.parametrize("clinic", ["cli_01", "cli_00000000000000000000000000", "x"])
async def test_a_clinic_that_is_not_here_is_not_found(
    visitor: httpx.AsyncClient, clinic: str
) -> None:
    assert (await visitor.get(f"/our-app/{clinic}")).status_code == 404


async def test_of_several_clinics_none_is_meant(visitor: httpx.AsyncClient) -> None:
    """There are two clinics in the house."""
    assert (await visitor.get("/our-app")).status_code == 404


async def test_whoever_waits_is_led_there_unless_they_have_it(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, RoomOptions(ask_birth_date="no", ask_reason="no"))
    waiting = (await checked_in(visitor, room)).headers["location"] + "?view=waiting"
    page = f"/our-app/{quick_house.clinic.id}"
    assert page in (await visitor.get(waiting)).text
    there = await signed_in(quick_house)
    visitor.cookies.set(app_cookie_name(quick_house.services.settings), there.token)
    assert page not in (await visitor.get(waiting)).text
