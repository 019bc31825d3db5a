"""Files, links and accesses in the patient's app."""

import re

import httpx
import pytest

from bedside.audit import Action
from bedside.kernel import clock
from bedside.web.app import create_app
from tests.accounts.people import signed_in as device_of
from tests.house import House, at_the_door
from tests.peers.shl_client import payload_of, receive
from tests.requests.sending import jpeg
from tests.sharing.people import given
from tests.web.pages import enter, lines

pytestmark = [pytest.mark.anyio]


@pytest.fixture
async def phone(quick_house: House) -> httpx.AsyncClient:
    """The phone of the first patient, signed in to the app."""
    client = at_the_door(create_app(quick_house.services))
    client.cookies.set("bedside-app", (await device_of(quick_house)).token)
    return client


def app(house: House, path: str = "") -> str:
    """Return an address of the first patient's app."""
    return f"/app/{house.patients[0].id}{path}"


@pytest.mark.feature("F12")
async def test_files_are_listed_opened_and_saved(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    assert "No files yet" in (await phone.get(app(quick_house, "/files"))).text
    photo = await given(quick_house, "knee.jpg", jpeg())
    letter = await given(quick_house)
    await given(quick_house, "internal.pdf", channel="staff_upload")
    listed = (await phone.get(app(quick_house, "/files"))).text
    assert "knee.jpg" in listed
    assert "letter.pdf" in listed
    assert "internal.pdf" not in listed
    for entry_id, media_type in ((photo, "image/jpeg"), (letter, "application/pdf")):
        page = app(quick_house, f"/files/{entry_id}")
        shown = (await phone.get(page)).text
        for picture in re.findall(r'<img src="([^"]+content[^"]+)"', shown):
            seen = await phone.get(picture.replace("&amp;", "&"))
            assert seen.headers["content-type"].startswith("image/")
        saved = await phone.get(f"{page}/content")
        assert saved.headers["content-type"] == media_type
        assert saved.headers["content-disposition"].startswith("attachment")
        original = await phone.get(f"{page}/content", params={"form": "original"})
        assert original.status_code == 404
    assert {line.actor_kind for line in await lines(quick_house, Action.FILE_DOWNLOADED)} == {
        "patient"
    }


@pytest.mark.feature("F17")
async def test_this_is_not_mine(
    quick_house: House, phone: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    letter = await given(quick_house)
    page = app(quick_house, f"/files/{letter}")
    assert "This is not mine" in (await phone.get(page)).text
    form = (await phone.get(f"{page}/report")).text
    draft = re.findall(r'name="draft" value="(\w+)"', form)[0]
    long = await phone.post(f"{page}/report", data={"words": "x" * 501, "draft": draft})
    assert long.status_code == 422
    assert draft in long.text
    said = {"what": "not_mine", "words": "I have no knee.", "draft": draft}
    for _ in range(2):  # a double tap
        done = await phone.post(f"{page}/report", data=said)
        assert (done.status_code, done.headers["location"]) == (303, app(quick_house, "/files"))
    listed = (await phone.get(app(quick_house, "/files"))).text
    assert "The clinic looks at it" in listed
    assert (await phone.get(page)).status_code == 404
    assert (await phone.get(f"{page}/content")).status_code == 404
    (report,) = await quick_house.charts.reports.queue(quick_house.here.receptionist)
    await enter(visitor, quick_house)
    answer = f"/patients/{quick_house.patients[0].id}/reports/{report.id}"
    await visitor.post(answer, data={"state": "kept", "words": "It is the right knee."})
    listed = (await phone.get(app(quick_house, "/files"))).text
    assert "It is the right knee." in listed
    assert page in listed
    assert "The clinic answered what you reported" in (await phone.get(app(quick_house))).text


@pytest.mark.feature("P5")
async def test_a_letter_is_shared_opened_and_ended(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    letter = await given(quick_house)
    await given(quick_house, "private.pdf")
    form = (await phone.get(app(quick_house, f"/sharing/new?entry={letter}"))).text
    assert re.search(rf'value="{letter}" checked', form)
    passcode = re.findall(r'name="passcode"[^>]* value="(\d{6})"', form)[0]
    draft = re.findall(r'name="draft" value="(\w+)"', form)[0]
    given_in = {"draft": draft, "label": "Dr Ekström", "passcode": passcode, "days": "7"}
    without = await phone.post(app(quick_house, "/sharing/new"), data=given_in)
    assert without.status_code == 422
    assert "Please choose at least one file." in without.text
    assert passcode in without.text
    for _ in range(2):
        made = await phone.post(
            app(quick_house, "/sharing/new"), data={**given_in, "entry": letter}
        )
        assert made.status_code == 303
    page = made.headers["location"]
    shown = (await phone.get(page)).text
    assert passcode in shown
    assert "Nobody yet." in shown
    link = re.findall(r'value="(http[^"]+#shlink:/[\w-]+)"', shown)[0]
    assert link.startswith(f"{quick_house.services.settings.base_url}/shared#")
    code = await phone.get(f"{page}/code.svg")
    assert code.headers["content-type"] == "image/svg+xml"
    assert payload_of(link)["key"] not in code.text

    got = await receive(phone, link, "Dr Ekström, Uppsala", passcode=passcode)
    assert len(got.resources) == 1
    assert "Dr Ekström, Uppsala" in (await phone.get(page)).text
    assert "opened 1 time" in (await phone.get(app(quick_house, "/sharing"))).text
    assert "opened 1 time" in (await phone.get(app(quick_house))).text

    for _ in range(2):
        ended = await phone.post(f"{page}/end", data={"end": "yes"})
        assert ended.status_code == 303
    over = (await phone.get(page)).text
    assert "This link no longer works." in over
    assert payload_of(link)["url"] not in over
    assert (await phone.get(f"{page}/code.svg")).status_code == 404


@pytest.mark.feature("P3")
@pytest.mark.feature("P6")
async def test_who_opened_my_files_and_why(
    quick_house: House, phone: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    letter = await given(quick_house)
    await enter(visitor, quick_house, quick_house.here.clinician)
    entry = f"/patients/{quick_house.patients[0].id}/entries/{letter}"
    await visitor.get(f"/patients/{quick_house.patients[0].id}")
    await visitor.get(entry)
    page = (await phone.get(app(quick_house, "/accesses"))).text
    assert "Dr Amara Okafor" in page
    assert "looked at one file" in page
    assert "Looks after you: Reception" in page
    ask = re.findall(r'href="([^"]+/accesses/\d+/ask)"', page)[0]
    form = (await phone.get(ask)).text
    assert "The clinic answers within 7 days." in form
    draft = re.findall(r'name="draft" value="(\w+)"', form)[0]
    for _ in range(2):
        done = await phone.post(ask, data={"text": "Who is she?", "draft": draft})
        assert done.status_code == 303
    page = (await phone.get(app(quick_house, "/accesses"))).text
    assert "“Who is she?”" in page
    assert "Answer by" in page
    with clock.shifted(8 * clock.DAY):
        late = at_the_door(create_app(quick_house.services))
        late.cookies.set("bedside-app", (await device_of(quick_house)).token)
        assert "The answer was due" in (await late.get(app(quick_house, "/accesses"))).text
    (question,) = await quick_house.sharing.questions.queue(quick_house.here.receptionist)
    answer = f"/patients/{quick_house.patients[0].id}/questions/{question.id}"
    await enter(visitor, quick_house)
    await visitor.post(answer, data={"text": "She reads the letters of Dr Berg."})
    page = (await phone.get(app(quick_house, "/accesses"))).text
    assert "She reads the letters of Dr Berg." in page
    assert "Rita Sandberg" in page
    assert "The clinic answered your question" in (await phone.get(app(quick_house))).text


@pytest.mark.parametrize(
    "path",
    [
        "/files?older=x",
        "/files?older=9999999999999999-ent_x",
        "/files?older=-1-ent_1",
        "/accesses?before=abc",
        "/accesses?before=99999999999999999999",
        "/accesses?before=²",
    ],
)  # fmt: skip - one line for each kind of address
async def test_strange_addresses_show_the_first_page(
    quick_house: House, phone: httpx.AsyncClient, path: str
) -> None:
    assert (await phone.get(app(quick_house, path))).status_code == 200


@pytest.mark.parametrize("seq", ["0", "x", "²", "99999999999999999999999", "-1"])
async def test_there_is_nothing_to_ask_about(
    quick_house: House, phone: httpx.AsyncClient, seq: str
) -> None:
    page = app(quick_house, f"/accesses/{seq}/ask")
    assert (await phone.get(page)).status_code == 404
    assert (await phone.post(page, data={"text": "Why?"})).status_code == 404


async def test_files_of_somebody_else_are_not_found(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    theirs = await given(quick_house, patient=1)
    other = f"/app/{quick_house.patients[1].id}"
    for page in (app(quick_house, f"/files/{theirs}"), f"{other}/files", f"{other}/accesses"):
        assert (await phone.get(page)).status_code == 404
    refused = await phone.post(
        app(quick_house, "/sharing/new"), data={"entry": theirs, "days": "7"}
    )
    assert refused.status_code == 422
    assert "letter.pdf" not in refused.text
