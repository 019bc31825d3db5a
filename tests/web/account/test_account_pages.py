"""One's own account, and what an administrator may do, through the pages."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from pyotp.totp import TOTP

from bedside.accounts.options import Group
from bedside.kernel import clock
from bedside.people.clinics import ClinicOptions
from bedside.people.options import Options
from bedside.people.sign_in import SignInOptions
from bedside.visits.options import VisitOptions
from bedside.web.app import create_app
from bedside.web.settings.limits import NUMBERS
from bedside.web.settings.numbers import Number
from tests.house import PASSWORD, House, at_the_door

pytestmark = pytest.mark.anyio


@pytest.fixture
async def rita(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    cookies = await quick_house.cookie(quick_house.here.receptionist)
    async with at_the_door(create_app(quick_house.services), cookies=cookies) as client:
        yield client


@pytest.fixture
async def ada(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    cookies = await quick_house.cookie(quick_house.here.administrator)
    async with at_the_door(create_app(quick_house.services), cookies=cookies) as client:
        yield client


async def secret_of(client: httpx.AsyncClient) -> TOTP:
    page = (await client.get("/second-factor/app")).text
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found
    return TOTP(found[1].replace(" ", ""))


# --- one's own account -----------------------------------------------------------------------


@pytest.mark.feature("S1")
async def test_an_app_is_added_used_and_removed(rita: httpx.AsyncClient) -> None:
    app = await secret_of(rita)
    picture = await rita.get("/second-factor/app/code.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert app.secret.encode() not in picture.content
    assert (await secret_of(rita)).secret == app.secret
    wrong = await rita.post("/second-factor/app", data={"code": "000000"})
    assert (wrong.status_code, "does not fit" in wrong.text) == (422, True)
    done = await rita.post("/second-factor/app", data={"code": app.at(clock.now() // 1000)})
    codes = re.findall(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", done.text)
    assert len(codes) == 10
    assert "10 recovery codes left" in (await rita.get("/account")).text
    fresh = await rita.post("/second-factor/codes")
    assert codes[0] not in fresh.text
    removed = await rita.post("/account/app/remove")
    assert removed.headers["location"] == "/account"
    assert "The authenticator app is removed." in (await rita.get("/account")).text
    assert "The authenticator app is removed." not in (await rita.get("/account")).text


@pytest.mark.feature("S1")
async def test_the_session_list_ends_others_and_not_strangers(
    rita: httpx.AsyncClient, quick_house: House
) -> None:
    other = await quick_house.token(quick_house.here.receptionist)
    amara = await quick_house.token(quick_house.here.clinician)
    page = (await rita.get("/account")).text
    ids = re.findall(r'name="session" value="(ses_\w+)"', page)
    assert len(ids) == 2
    [stranger] = {
        s.id for s in await quick_house.services.people.sessions.listed(quick_house.here.clinician)
    } - {quick_house.here.clinician.session_id}
    assert stranger not in page
    refused = await rita.post("/account/sessions/end", data={"session": stranger})
    assert refused.status_code == 404
    assert await quick_house.services.people.sessions.resume(amara, "")
    await rita.post("/account/sessions/end", data={"session": ids[0]})
    await rita.post("/account/sessions/end-others")
    assert (
        len(await quick_house.services.people.sessions.listed(quick_house.here.receptionist)) == 1
    )
    assert (await rita.get("/account")).status_code == 200
    async with at_the_door(create_app(quick_house.services)) as elsewhere:
        elsewhere.cookies.set("bedside", other)
        assert (await elsewhere.get("/account")).status_code == 303


@pytest.mark.feature("S1")
async def test_what_matters_asks_for_the_password_again(rita: httpx.AsyncClient) -> None:
    with clock.shifted(15 * clock.MINUTE):
        asked = await rita.get("/second-factor/app")
        assert asked.headers["location"] == "/account/confirm?next=/second-factor/app"
        posted = await rita.post("/second-factor/codes")
        assert posted.headers["location"] == "/account/confirm?next=/account"
        script = await rita.post(
            "/second-factor/passkey/options", headers={"accept": "application/json"}
        )
        assert script.json()["code"] == "confirmation_needed"
        wrong = await rita.post("/account/confirm", data={"current_password": "no", "next": "/"})
        assert "not your password" in wrong.text
        right = await rita.post(
            "/account/confirm", data={"current_password": PASSWORD, "next": "/second-factor"}
        )
        assert right.headers["location"] == "/second-factor"
        assert (await rita.get("/second-factor/app")).status_code == 200


@pytest.mark.feature("S1")
async def test_a_new_password_has_to_be_good(rita: httpx.AsyncClient) -> None:
    given = {"current_password": PASSWORD, "new_password": "Password1234"}
    refused = await rita.post("/account/password", data=given)
    assert (refused.status_code, "attackers try first" in refused.text) == (422, True)
    done = await rita.post(
        "/account/password", data={**given, "new_password": "marble lantern oxbow"}
    )
    assert done.headers["location"] == "/account"


@pytest.mark.feature("S1")
async def test_half_signed_in_one_reaches_the_next_step_and_nothing_else(
    rita: httpx.AsyncClient, quick_house: House
) -> None:
    app = await secret_of(rita)
    await rita.post("/second-factor/app", data={"code": app.at(clock.now() // 1000)})
    async with at_the_door(create_app(quick_house.services)) as client:
        form = {"email": "rita@riverside.example", "password": PASSWORD, "next": "/patients"}
        done = await client.post("/sign-in", data=form)
        assert done.headers["location"] == "/sign-in/continue"
        step = await client.get("/sign-in/continue")
        assert step.headers["location"] == "/sign-in/second-factor"
        for closed in ("/account", "/patients", "/settings/people", "/", "/inbox"):
            answer = await client.get(closed)
            assert answer.headers["location"] == "/sign-in/continue", closed
        assert (await client.get("/second-factor/app")).status_code == 404
        assert (await client.get("/second-factor/app/code.svg")).status_code == 404
        skipped = await client.get("/sign-in/new-password")
        assert skipped.headers["location"] == "/sign-in/continue"
        with clock.shifted(clock.MINUTE):
            code = {"code": app.at(clock.now() // 1000)}
            inside = await client.post("/sign-in/second-factor", data=code)
        assert inside.headers["location"] == "/patients"


@pytest.mark.feature("S1")
async def test_the_locked_are_told_how_long(visitor: httpx.AsyncClient) -> None:
    form = {"email": "rita@riverside.example", "password": "wrong"}
    for _ in range(5):
        await visitor.post("/sign-in", data=form)
    locked = await visitor.post("/sign-in", data={**form, "password": PASSWORD})
    assert locked.status_code == 429
    assert re.search(r"try again in (29|30) seconds", locked.text)
    assert 'value="rita@riverside.example"' in locked.text


# --- an administrator's pages ------------------------------------------------------------------

PAGES = ["/settings/people", "/settings/people/new", "/settings/teams", "/settings/clinic"]


@pytest.mark.feature("S2")
@pytest.mark.parametrize("path", [*PAGES, "person"])
async def test_settings_are_for_administrators(
    rita: httpx.AsyncClient, ada: httpx.AsyncClient, quick_house: House, path: str
) -> None:
    if path == "person":
        path = f"/settings/people/{quick_house.here.clinician.staff_id}"
    assert (await ada.get(path)).status_code == 200
    refused = await rita.get(path)
    assert (refused.status_code, "Your role does not allow this" in refused.text) == (403, True)


@pytest.mark.feature("S2")
@pytest.mark.parametrize(
    "action", ["role", "teams", "unassign", "password", "second-factor", "disable", "enable"]
)
async def test_nobody_changes_staff_without_the_right(
    rita: httpx.AsyncClient, ada: httpx.AsyncClient, quick_house: House, action: str
) -> None:
    here, there = quick_house.here.clinician.staff_id, quick_house.next_door.clinician.staff_id
    form = {"role": "staff", "teams": quick_house.here.room.id, "target": quick_house.here.room.id}
    refused = await rita.post(f"/settings/people/{here}/{action}", data=form)
    assert refused.status_code == 403
    missing = await ada.post(f"/settings/people/{there}/{action}", data=form)
    assert missing.status_code == 404
    member = await quick_house.services.people.staff.get(quick_house.next_door.clinic.id, there)
    assert (member.role, member.disabled) == ("clinician", False)


@pytest.mark.feature("A2")
async def test_a_new_persons_password_is_shown_once_and_opens_the_door(
    ada: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    form = {"name": "Noor Haddad", "email": "noor@riverside.example", "role": "staff"}
    for missing in form:
        refused = await ada.post("/settings/people", data={**form, missing: ""})
        assert refused.status_code == 422
        assert f'id="{missing}-error"' in refused.text
    page = await ada.post("/settings/people", data=form)
    password = re.search(r'<code class="secret">([\w-]+)</code>', page.text)
    assert password
    given = {"email": form["email"], "password": password[1]}
    done = await visitor.post("/sign-in", data=given)
    assert done.headers["location"] == "/sign-in/continue"
    step = await visitor.get("/sign-in/continue")
    assert step.headers["location"] == "/sign-in/new-password"


@pytest.mark.feature("A2")
async def test_rooms_are_not_made_among_the_teams(
    ada: httpx.AsyncClient, quick_house: House
) -> None:
    """They have a page of their own, which also asks for an address and an owner."""
    room = quick_house.here.room
    page = (await ada.get("/settings/teams")).text
    assert f'value="{room.name}"' not in page
    assert 'href="/settings/rooms"' in page
    assert 'name="kind"' not in page
    await ada.post("/settings/teams", data={"name": "Night shift", "kind": "room"})
    listed = {
        team.name: team.kind for team in await quick_house.people.teams.listed(room.clinic_id)
    }
    assert listed["Night shift"] == "team"
    renamed = await ada.post(f"/settings/teams/{room.id}", data={"name": "Renamed"})
    assert renamed.status_code == 404
    assert room.name in {one.name for one in await quick_house.people.teams.listed(room.clinic_id)}


@pytest.mark.feature("A2")
async def test_the_ticked_teams_are_the_ones_there_are(
    ada: httpx.AsyncClient, quick_house: House
) -> None:
    amara = quick_house.here.clinician.staff_id
    await ada.post("/settings/teams", data={"name": "Night shift"})
    teams = await quick_house.services.people.teams.listed(quick_house.clinic.id)
    night = next(team.id for team in teams if team.name == "Night shift")
    await ada.post(f"/settings/people/{amara}/teams", data={"teams": [night]})
    assigned = await quick_house.services.people.staff.by_groups(quick_house.administer())
    assert assigned[amara] == [night]
    await ada.post(f"/settings/people/{amara}/teams", data={"save": ""})
    assigned = await quick_house.services.people.staff.by_groups(quick_house.administer())
    assert amara not in assigned


def _clinic_form() -> dict[str, str]:
    numbers = {number.name: str(number.bounds()[0]) for number in NUMBERS}
    return {"name": "Riverside Clinic", "language": "en", "time_zone": "UTC", **numbers}


@pytest.mark.feature("S1")
async def test_no_second_factor_any_more_needs_the_password_again(
    ada: httpx.AsyncClient, quick_house: House
) -> None:
    on = {**_clinic_form(), "second_factor_required": "on"}
    with clock.shifted(20 * clock.MINUTE):
        await ada.post("/account/stay")
    with clock.shifted(45 * clock.MINUTE):
        assert (await ada.post("/settings/clinic", data=on)).headers["location"].endswith("/clinic")
        asked = await ada.post("/settings/clinic", data=_clinic_form())
        assert asked.headers["location"] == "/account/confirm?next=/settings/clinic"
        clinic = await quick_house.services.people.clinics.get(quick_house.clinic.id)
        assert clinic.of(SignInOptions).second_factor_required
        await ada.post(
            "/account/confirm", data={"current_password": PASSWORD, "next": "/settings/clinic"}
        )
        done = await ada.post("/settings/clinic", data=_clinic_form())
        assert done.headers["location"] == "/settings/clinic"


@pytest.mark.feature("S1")
@pytest.mark.parametrize("what", ["teams", "unassign", "room", "new room"])
async def test_assigning_people_needs_the_password_again(
    ada: httpx.AsyncClient, quick_house: House, what: str
) -> None:
    """Even oneself: a screen that an administrator left opens no chart to whoever comes by."""
    me, room = quick_house.here.administrator.staff_id, quick_house.here.room.id
    before = await quick_house.services.people.staff.by_groups(quick_house.administer())
    page = {"room": f"/settings/rooms/{room}", "new room": "/settings/rooms"}.get(
        what, f"/settings/people/{me}/{what}"
    )
    form = {"target": quick_house.patients[0].id, "name": "x", "kind": "shared", "slug": "xyz"}
    with clock.shifted(20 * clock.MINUTE):
        await ada.post("/account/stay")
    with clock.shifted(40 * clock.MINUTE):
        asked = await ada.post(page, data=form)
        assert asked.headers["location"].startswith("/account/confirm?next=/settings/")
    assert await quick_house.services.people.staff.by_groups(quick_house.administer()) == before


@pytest.mark.feature("A2")
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.name)
async def test_limits_hold_at_both_ends(
    ada: httpx.AsyncClient, quick_house: House, number: Number
) -> None:
    name, (least, most) = number.name, number.bounds()
    form = _clinic_form()
    for wrong in (str(least - 1), str(most + 1), "", "many", "1.5", "9" * 30):
        refused = await ada.post("/settings/clinic", data={**form, name: wrong})
        assert refused.status_code == 422, wrong
        assert f'id="{name}-error"' in refused.text
    done = await ada.post("/settings/clinic", data={**form, name: str(most)})
    assert done.status_code == 303
    clinic = await quick_house.services.people.clinics.get(quick_house.clinic.id)
    assert getattr(clinic.of(number.kind), name) == most * number.each


@pytest.mark.feature("A2")
async def test_every_option_of_a_clinic_is_on_a_page(ada: httpx.AsyncClient) -> None:
    pages = [
        await ada.get(f"/settings/{name}")
        for name in ("clinic", "visits", "chat", "letters", "messages")
    ]
    page = "".join(one.text for one in pages)
    kinds = Options.__subclasses__()
    assert {ClinicOptions, SignInOptions, VisitOptions} <= set(kinds)
    in_parts = {"chat_hours", "unseen_categories"}
    fields = [name for kind in kinds for name in kind.model_fields if name not in in_parts]
    missing = [name for name in fields if f'name="{name}' not in page]
    assert missing == []
    assert all(f'name="day{day}"' in page for day in range(7))  # the hours of the chat
    proxies = (await ada.get("/settings/proxies")).text
    assert all(f'name="{group}"' in proxies for group in Group)
