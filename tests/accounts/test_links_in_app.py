"""Links on a device where the patient is signed in to the app: nobody is asked twice."""

import re

import httpx
import pytest

from bedside.accounts.levels import Level
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.people.hidden import ALL
from bedside.requests.messages import page_in_app
from bedside.requests.states import State
from bedside.visits.rooms import RoomOptions
from tests.accounts.people import let_in, side_of, signed_in
from tests.house import House
from tests.requests.forms import sent_form
from tests.requests.sending import Sent, do_jobs, send
from tests.requests.summaries import summed_up
from tests.web.pages import born
from tests.web.visits.test_room_pages import opened

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V2", "P1")]


async def test_the_link_leads_on_without_the_date_of_birth(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    there = await signed_in(house)
    visitor.cookies.set("bedside-app", there.token)
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    led = await visitor.get(page)
    assert led.headers["location"] == f"/my/{sent.id}"
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 200
    assert (await house.requests.all.get(sent.chart, sent.id)).state == "opened"


async def test_the_first_page_of_the_app_lists_it_and_the_sign_out_ends_the_access(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    there = await signed_in(house)
    visitor.cookies.set("bedside-app", there.token)
    home = await visitor.get(f"/app/{house.patients[0].id}")
    assert f'href="/my/{sent.id}"' in home.text
    assert "Waiting for you" in home.text
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 200
    await visitor.post("/app/sign-out")
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 401


async def test_a_notification_leads_to_it_through_the_sign_in(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    sent = await send(quick_house)
    page = page_in_app(sent.id)
    led = await visitor.get(page)
    assert led.headers["location"] == f"/app/sign-in?next={page}"
    assert f'name="next" value="{page}"' in (await visitor.get(led.headers["location"])).text
    there = await signed_in(quick_house)
    visitor.cookies.set("bedside-app", there.token)
    shown = await visitor.get(page, follow_redirects=True)
    assert (shown.status_code, shown.url.path) == (200, f"/my/{sent.id}")
    other = await signed_in(quick_house, 1)
    visitor.cookies.set("bedside-app", other.token)
    assert (await visitor.get(page, follow_redirects=True)).status_code == 401


async def test_another_patient_in_the_app_is_asked_like_a_stranger(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    other = await signed_in(house, 1)
    visitor.cookies.set("bedside-app", other.token)
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 401
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    asked = await visitor.get(page)
    assert asked.status_code == 200
    assert "Date of birth" in asked.text
    assert f"/my/{sent.id}" not in (await visitor.get(f"/app/{house.patients[1].id}")).text


KINDS = {"photos": send, "form": sent_form, "summary": summed_up}


@pytest.mark.parametrize("kind", list(KINDS))
async def test_what_is_opened_from_the_first_page_counts_as_opened(
    quick_house: House, visitor: httpx.AsyncClient, kind: str
) -> None:
    """It stayed “delivered”, and what was filled in was refused as if the link were over."""
    house = quick_house
    sent = await KINDS[kind](house)
    visitor.cookies.set("bedside-app", (await signed_in(house)).token)
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 200
    request = await house.requests.all.get(sent.chart, sent.id)
    assert request.opened_at
    assert request.state in (State.OPENED, State.DONE)
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 200
    again = await house.requests.all.get(sent.chart, sent.id)
    assert again.opened_at == request.opened_at
    assert 'href="/app"' in (await visitor.get(f"/my/{sent.id}")).text, "there is a way back"


async def test_a_form_is_filled_in_from_the_first_page(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await sent_form(house)
    visitor.cookies.set("bedside-app", (await signed_in(house)).token)
    page = (await visitor.get(f"/my/{sent.id}/form")).text
    [version] = re.findall(r'name="version" value="(\d+)"', page)
    fields = {"version": version, "part": "1", "do": "keep", "f1": "Maya"}
    kept = await visitor.post(f"/my/{sent.id}/form", data=fields)
    assert kept.status_code == 303, kept.text
    assert (await house.requests.all.get(sent.chart, sent.id)).state is State.IN_PROGRESS


async def end(house: House, sent: Sent, how: str) -> int:
    """End a link; return how much time has to pass for it."""
    if how == "revoked":
        await house.requests.all.revoke(sent.chart, sent.id)
        await do_jobs(house)
    return 400 * clock.DAY if how == "expired" else 0


@pytest.mark.parametrize("how", ["revoked", "expired"])
@pytest.mark.parametrize("kind", list(KINDS))
async def test_who_is_signed_in_reads_that_a_link_is_over(
    quick_house: House, visitor: httpx.AsyncClient, kind: str, how: str
) -> None:
    house = quick_house
    sent = await KINDS[kind](house)
    later = await end(house, sent, how)
    with clock.shifted(later):
        there = await signed_in(house)
        visitor.cookies.set("bedside-app", there.token)
        over = await visitor.get(f"/my/{sent.id}")
        assert over.status_code == 410
        assert "Riverside" in over.text
        assert "Open the link" not in over.text
        json = await visitor.get(f"/my/{sent.id}", headers={"accept": "application/json"})
        assert json.status_code == 410
        assert f"/my/{sent.id}" not in (await visitor.get(f"/app/{house.patients[0].id}")).text
        visitor.cookies.set("bedside-app", (await signed_in(house, 1)).token)
        assert (await visitor.get(f"/my/{sent.id}")).status_code == 401


async def test_a_new_link_is_asked_for_in_the_app_as_anywhere(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    await end(house, sent, "revoked")
    visitor.cookies.set("bedside-app", (await signed_in(house)).token)
    asked = await visitor.post(f"/my/{sent.id}/new-link", data={"x": ""})
    assert asked.status_code == 200
    assert (await house.requests.all.get(sent.chart, sent.id)).reported == "new_link"


async def test_an_old_device_that_is_signed_in_now_gets_the_newer_link(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    sent = await send(house)
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    assert (await visitor.post(page, data=born())).status_code == 303
    await house.requests.all.reissue(sent.chart, sent.id)
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 410
    visitor.cookies.set("bedside-app", (await signed_in(house)).token)
    assert (await visitor.get(f"/my/{sent.id}")).status_code == 200


async def test_what_is_hidden_from_a_proxy_is_not_even_over(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house = quick_house
    _grant, mother = await let_in(house, level=Level.FULL)
    sent = await send(house)
    await house.people.hidden.hide(await side_of(house), sent.id, {ALL})
    await end(house, sent, "revoked")
    side = await house.accounts.sides.of(mother, house.patients[0].id)
    with pytest.raises(NotFound):
        await house.links.last_of_side(side, sent.id)


@pytest.mark.feature("P1")
async def test_an_invitation_is_on_the_first_page_until_the_visit_is_over(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    house, maya = quick_house, quick_house.patients[0].id
    room = await opened(house, RoomOptions(consent_text="By video."))
    place = await house.visits.rooms.place(room)
    chart = await house.chart()
    invitation = await house.requests.invitations.send(chart, room, place, ("sms",))
    visitor.cookies.set("bedside-app", (await signed_in(house)).token)
    here = f"/app/{maya}/invitations/{invitation}"
    assert f'href="{here}"' in (await visitor.get(f"/app/{maya}")).text
    door = await visitor.get(here)
    assert "There is nothing to type." in door.text
    assert 'name="birth_day"' not in door.text
    unsure = await visitor.post(here, data={"x": ""})
    assert unsure.status_code == 422
    entered = await visitor.post(here, data={"consented": "yes"})
    visit = entered.headers["location"]
    assert (await visitor.get(visit)).status_code == 200
    access = await house.people.permissions.room(house.here.clinician, room.id)
    [waits] = await house.visits.waiting_room.queue(access)
    assert (waits.patient_id, waits.identified) == (maya, "invited")
    assert "Back to your visit" in (await visitor.get(f"/app/{maya}")).text
    again = await visitor.post(here, data={"x": ""})
    assert again.headers["location"] == visit
    await house.visits.waiting_room.remove(access, waits.visit_id)
    assert here not in (await visitor.get(f"/app/{maya}")).text


@pytest.mark.parametrize("how", ["revoked", "expired", "hidden"])
async def test_an_invitation_that_is_over_vanishes(
    quick_house: House, visitor: httpx.AsyncClient, how: str
) -> None:
    house, maya = quick_house, quick_house.patients[0].id
    room = await opened(house, RoomOptions())
    place = await house.visits.rooms.place(room)
    chart = await house.chart()
    invitation = await house.requests.invitations.send(chart, room, place, ("sms",))
    here = f"/app/{maya}/invitations/{invitation}"
    later = await end(house, Sent(house, chart, invitation), how)
    if how == "hidden":
        await house.people.hidden.hide(await side_of(house), invitation, {ALL})
        _grant, mother = await let_in(house)
        side = await house.accounts.sides.of(mother, maya)
        assert await house.requests.in_app.of(side) == []
        return
    with clock.shifted(later):
        visitor.cookies.set("bedside-app", (await signed_in(house)).token)
        assert here not in (await visitor.get(f"/app/{maya}")).text
        assert (await visitor.get(here)).status_code == 410
        assert (await visitor.post(here, data={"x": ""})).status_code == 410
        visitor.cookies.set("bedside-app", (await signed_in(house, 1)).token)
        assert (await visitor.get(here)).status_code == 404
