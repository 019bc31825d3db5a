"""In which language a page is: the reader's choice, what is known about them, their browser."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bedside.edge.visit_devices import page_of
from bedside.kernel.pseudo_languages import LONG, MIRRORED
from bedside.people.clinics import ClinicOptions
from bedside.people.permissions import ChartAccess
from bedside.web.app import create_app
from tests.accounts.people import signed_in
from tests.house import House, at_the_door, copied, living_in
from tests.requests.sending import Sent, do_jobs, draft
from tests.web.pages import enter
from tests.web.visiting import rooms_of

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P4")]


@pytest.fixture
async def babel(anyio_backend: object, tmp_path: Path, empty_sqlite: Path) -> AsyncIterator[House]:
    """A house that offers the languages for testing."""
    data = tmp_path / "data"
    async with living_in(data, copied(empty_sqlite, data), development=True) as made:
        yield made


@pytest.fixture
async def reader(babel: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the door of that house."""
    async with at_the_door(create_app(babel.services)) as client:
        yield client


def tongue(answer: httpx.Response) -> tuple[str, str]:
    """Return language and direction of a page."""
    found = re.search(r'<html lang="([^"]+)" dir="(\w+)"', answer.text)
    assert found, answer.text[:200]
    return found[1], found[2]


async def choose(client: httpx.AsyncClient, code: str, back: str = "/sign-in") -> httpx.Response:
    """Press a button of the choice."""
    return await client.post("/language", data={"language": code, "back": back})


async def speaks(house: House, code: str, patient: int = 0) -> ChartAccess:
    """Change the language on a patient's card."""
    chart = await house.chart(patient)
    known = await house.people.patients.get(chart)
    async with house.database.unit_of_work() as work:
        changed = known.demographics.model_copy(update={"language": code})
        await house.people.patients.change(work, chart, changed)
    return chart


async def link_for(house: House, code: str) -> str:
    """Send a request to a patient who speaks this language; return its link."""
    chart = await speaks(house, code)
    wanted = draft()
    await house.requests.photos.send(chart, wanted)
    await do_jobs(house)
    return f"/l/{await Sent(house, chart, wanted.id).secret()}"


# --- nobody is known ------------------------------------------------------------------------------


async def test_a_page_before_the_sign_in_is_in_the_browsers_language(
    reader: httpx.AsyncClient,
) -> None:
    assert tongue(await reader.get("/sign-in")) == ("en", "ltr")
    mirrored = await reader.get("/sign-in", headers={"accept-language": MIRRORED})
    assert tongue(mirrored) == (MIRRORED, "rtl")


async def test_a_choice_is_remembered_for_every_page(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/sign-in")
    assert f'name="language" value="{LONG}"' in page.text
    chosen = await choose(reader, LONG)
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/sign-in")
    cookie = chosen.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    for address in ("/sign-in", "/r/nowhere", "/l/nothing", "/nowhere"):
        answer = await reader.get(address, headers={"accept-language": MIRRORED})
        assert tongue(answer) == (LONG, "ltr"), address


@pytest.mark.parametrize("code", ["", "xx", "../../x", "EN", "en-XA\r\nset-cookie: a=b", "é" * 99])
async def test_a_language_that_is_not_offered_changes_nothing(
    reader: httpx.AsyncClient, code: str
) -> None:
    answer = await choose(reader, code)
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
    assert tongue(await reader.get("/sign-in")) == ("en", "ltr")


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/r/reception?who=else", "/r/reception?who=else"),
        ("/visit/vis_1?door=a-b&view=test", "/visit/vis_1?door=a-b&view=test"),
        ("https://elsewhere.example/r/x", "/r/x"),
        ("//elsewhere.example/", "/"),
        ("\\\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: b=c", "/"),
        ("/?next=//elsewhere.example", "/"),
        ("", "/"),
    ],
)
async def test_the_choice_leads_back_to_its_page_and_nowhere_else(
    reader: httpx.AsyncClient, back: str, leads_to: str
) -> None:
    assert (await choose(reader, LONG, back)).headers["location"] == leads_to


async def test_where_only_one_language_is_offered_there_is_no_choice(
    visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bedside.kernel.language.LANGUAGES", {"en": "English"})
    assert "language-choice" not in (await visitor.get("/sign-in")).text


async def test_an_answer_to_a_form_is_not_loaded_again(
    babel: House, reader: httpx.AsyncClient
) -> None:
    """Otherwise everything typed would be gone."""
    room = (await rooms_of(babel)).reception
    door = f"/r/{room.slug}"
    assert "language-choice" in (await reader.get(door)).text
    wrong = await reader.post(door, data={"draft": "x" * 43, "name": ""})
    assert wrong.status_code == 422
    assert "language-choice" not in wrong.text


async def test_a_door_without_a_preference_speaks_the_clinics_language(
    babel: House, reader: httpx.AsyncClient
) -> None:
    door = f"/r/{(await rooms_of(babel)).reception.slug}"
    async with babel.database.unit_of_work() as work:
        actor = babel.here.administrator.actor
        options = ClinicOptions(language="de")
        await babel.people.clinics.change(work, actor, babel.clinic.id, options)
    assert tongue(await reader.get(door)) == ("de", "ltr")
    turkish = await reader.get(door, headers={"accept-language": "tr"})
    assert tongue(turkish) == ("de", "ltr")
    english = await reader.get(door, headers={"accept-language": "en"})
    assert tongue(english) == ("en", "ltr")


# --- patients -------------------------------------------------------------------------------------


async def test_a_link_opens_in_the_language_of_the_card(
    babel: House, reader: httpx.AsyncClient
) -> None:
    link = await link_for(babel, MIRRORED)
    page = await reader.get(link, follow_redirects=True, headers={"accept-language": LONG})
    assert tongue(page) == (MIRRORED, "rtl")
    answer = await reader.post(
        page.url.path, data={"birth_day": "14", "birth_month": "3", "birth_year": "1991"}
    )
    photos = await reader.get(answer.headers["location"])
    assert (photos.status_code, tongue(photos)) == (200, (MIRRORED, "rtl"))


async def test_the_readers_choice_comes_before_the_card(
    babel: House, reader: httpx.AsyncClient
) -> None:
    link = await link_for(babel, MIRRORED)
    page = await reader.get(link, follow_redirects=True)
    chosen = await choose(reader, LONG, page.url.path)
    again = await reader.get(chosen.headers["location"])
    assert (again.status_code, tongue(again)) == (200, (LONG, "ltr"))


async def test_a_card_in_a_language_without_a_catalogue_leaves_it_to_the_browser(
    babel: House, reader: httpx.AsyncClient
) -> None:
    link = await link_for(babel, "tr")
    page = await reader.get(link, follow_redirects=True, headers={"accept-language": LONG})
    assert tongue(page) == (LONG, "ltr")


async def test_a_changed_card_changes_the_page(babel: House, reader: httpx.AsyncClient) -> None:
    link = await link_for(babel, "en")
    await speaks(babel, MIRRORED)
    page = await reader.get(link, follow_redirects=True)
    assert tongue(page) == (MIRRORED, "rtl")


async def test_a_visit_stays_in_the_language_of_its_check_in(
    babel: House, reader: httpx.AsyncClient
) -> None:
    """Also once staff know who it is, whose card says another one."""
    door = f"/r/{(await rooms_of(babel)).reception.slug}"
    form = await reader.get(door, headers={"accept-language": MIRRORED})
    found = re.search(r'name="draft" value="([^"]+)"', form.text)
    assert found
    entered = {"draft": found[1], "name": "Kofi Asante", "consented": "yes"}
    born = {"birth_day": "9", "birth_month": "8", "birth_year": "1979"}
    checked_in = await reader.post(
        door, data={**entered, **born}, headers={"accept-language": MIRRORED}
    )
    assert checked_in.status_code == 303, checked_in.text
    page = await reader.get(checked_in.headers["location"], headers={"accept-language": LONG})
    assert tongue(page) == (MIRRORED, "rtl")
    assert page.url.path.startswith(page_of(""))
    await choose(reader, LONG)
    assert tongue(await reader.get(page.url.path)) == (LONG, "ltr")


# --- staff ----------------------------------------------------------------------------------------


async def test_staff_read_in_the_language_of_their_account(
    babel: House, reader: httpx.AsyncClient
) -> None:
    await enter(reader, babel)
    assert tongue(await reader.get("/", follow_redirects=True)) == ("en", "ltr")
    saved = await reader.post("/account/language", data={"language": MIRRORED})
    assert saved.status_code == 303
    for address in ("/account", "/patients", "/requests"):
        page = await reader.get(address, headers={"accept-language": LONG})
        assert tongue(page) == (MIRRORED, "rtl"), address
    piece = await reader.get("/account", headers={"accept-language": LONG})
    assert f'<option value="{MIRRORED}" selected' in piece.text
    assert (await reader.post("/account/language", data={"language": ""})).status_code == 303
    assert tongue(await reader.get("/account")) == ("en", "ltr")


async def test_a_colleague_keeps_their_own(babel: House, reader: httpx.AsyncClient) -> None:
    await enter(reader, babel)
    await reader.post("/account/language", data={"language": MIRRORED})
    await enter(reader, babel, babel.here.clinician)
    assert tongue(await reader.get("/account")) == ("en", "ltr")


async def test_a_language_that_is_not_offered_is_refused_with_a_sentence(
    babel: House, reader: httpx.AsyncClient
) -> None:
    await enter(reader, babel)
    for code in ("xx", "../x", "EN"):
        wrong = await reader.post("/account/language", data={"language": code})
        assert (wrong.status_code, "Please choose a language." in wrong.text) == (422, True)


async def test_the_sign_in_page_remembers_the_language_of_whoever_signed_in_last(
    babel: House, reader: httpx.AsyncClient
) -> None:
    await enter(reader, babel)
    await reader.post("/account/language", data={"language": MIRRORED})
    await reader.post("/sign-out", data={"x": ""})
    assert tongue(await reader.get("/sign-in")) == (MIRRORED, "rtl")


async def test_what_is_stored_of_a_person_stays_when_the_language_changes(
    babel: House, reader: httpx.AsyncClient
) -> None:
    await enter(reader, babel)
    before = await babel.people.staff.get(babel.clinic.id, babel.here.receptionist.staff_id)
    await reader.post("/account/language", data={"language": LONG})
    after = await babel.people.staff.get(babel.clinic.id, babel.here.receptionist.staff_id)
    assert after == before.model_copy(update={"language": LONG})


async def test_the_app_speaks_as_the_card_does_until_another_language_is_chosen(
    babel: House, reader: httpx.AsyncClient
) -> None:
    await speaks(babel, LONG)
    reader.cookies.set("bedside-app", (await signed_in(babel)).token)
    home = f"/app/{babel.patients[0].id}"
    pages = (home, f"{home}/chat", f"{home}/files", f"{home}/accesses", "/app/account")
    for address in pages:
        assert tongue(await reader.get(address)) == (LONG, "ltr"), address
    assert (await choose(reader, MIRRORED, home)).headers["location"] == home
    for address in pages:
        assert tongue(await reader.get(address)) == (MIRRORED, "rtl"), address
