"""Every page of patients: wrong input is marked in one way, and the clinic's words for an emergency
stand on each."""

import html
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from bedside.people.clinics import ClinicOptions
from bedside.requests.photos.options import PhotoOptions
from bedside.visits.rooms import RoomOptions
from bedside.web.app import create_app
from tests.calls.calling import Ward
from tests.house import House, at_the_door
from tests.requests.sending import Sent, jpeg, send
from tests.web.invitations.test_invitation_pages import invited
from tests.web.pages import born, enter
from tests.web.visits.test_room_pages import opened

pytestmark = pytest.mark.anyio

WEB = Path(__file__).parents[2] / "src" / "bedside" / "web"
EMERGENCY = "Ring 112 when you cannot breathe."
ASKS = RoomOptions(
    ask_birth_date="required",
    ask_phone="required",
    ask_reason="required",
    consent_text="I agree to be seen by video.",
)


class Elements(HTMLParser):
    """The elements of a page: tag and attributes, in order; and what is in the title."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str]]] = []
        self.feed(page)
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
        self.title = html.unescape(title[1]) if title else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect an element."""
        self.all.append((tag, {name: value or "" for name, value in attrs}))

    def by_id(self, name: str) -> tuple[str, dict[str, str]]:
        """Return an element by its id."""
        return next(found for found in self.all if found[1].get("id") == name)

    def of_class(self, name: str) -> list[tuple[str, dict[str, str]]]:
        """Return the elements with a class."""
        return [one for one in self.all if name in one[1].get("class", "").split()]


def is_marked(page: str, *fields: str) -> None:
    """Check the pattern: title, a summary that takes the focus and leads to each wrong field, and
    each field described by its error."""
    found = Elements(page)
    assert found.title.startswith("Error: ")
    [(_tag, summary)] = found.of_class("form-summary")
    assert summary["role"] == "alert"
    assert summary["tabindex"] == "-1"
    assert "autofocus" in summary
    begun = page.index('class="form-summary"')
    listed = re.findall(r'<a href="#([\w-]+)">', page[begun : page.index("</ul>", begun)])
    assert listed == list(fields)
    for field in fields:
        attributes = found.by_id(field)[1]
        assert attributes["aria-invalid"] == "true", field
        errors = [found.by_id(name) for name in attributes["aria-describedby"].split()]
        assert any("field-error" in one[1].get("class", "") for one in errors), field
    forms = [one for tag, one in found.all if tag == "form" and one.get("method") == "post"]
    assert not fields or any(
        "novalidate" in one for one in forms
    )  # no bubbles in the browser's language


async def says(house: House, text: str = EMERGENCY, **photos: int) -> None:
    """Set the clinic's words for an emergency."""
    async with house.database.unit_of_work() as work:
        await house.people.clinics.change(
            work,
            house.here.administrator.actor,
            house.clinic.id,
            ClinicOptions(emergency_text=text, time_zone="Europe/Stockholm"),
            *([PhotoOptions(**photos)] if photos else []),
        )


@pytest.fixture
async def phone(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A patient's browser without script."""
    async with at_the_door(create_app(quick_house.services)) as client:
        yield client


async def let_in(phone: httpx.AsyncClient, sent: Sent) -> str:
    """Open the link and answer. Returns the address of the request's pages."""
    page = (await phone.get(f"/l/{await sent.secret()}")).headers["location"]
    return (await phone.post(page, data=born())).headers["location"]


async def test_the_date_of_birth_of_a_link(quick_house: House, phone: httpx.AsyncClient) -> None:
    sent = await send(quick_house)
    page = (await phone.get(f"/l/{await sent.secret()}")).headers["location"]
    wrong = (born("", "", ""), born("31", "2", "1991"), born("14", "3", "91"), born("14", "4"))
    for typed in wrong:
        answered = await phone.post(page, data=typed)
        assert answered.status_code == 422
        is_marked(answered.text, "birth_year")  # the clinic's first box
    asked = await phone.post(f"{page}/not-me", data={"sure": ""})
    is_marked(asked.text, "sure")


async def test_the_door_of_a_room(quick_house: House, phone: httpx.AsyncClient) -> None:
    room = await opened(quick_house, ASKS)
    empty = await phone.post(f"/r/{room.slug}", data={"draft": "x"})
    is_marked(empty.text, "name", "birth_year", "phone", "reason", "consented")
    half = {"name": "Nora Newcome", **born("27", "3", "1985"), "phone": "070", "reason": "Rash"}
    is_marked((await phone.post(f"/r/{room.slug}", data=half)).text, "phone", "consented")


async def test_an_invitation(
    quick_house: House, visitor: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    room = await opened(quick_house, ASKS)
    link = await invited(quick_house, visitor, room)
    page = (await phone.get(link)).headers["location"]
    is_marked((await phone.post(page, data=born("", "", ""))).text, "birth_year", "consented")
    is_marked((await phone.post(page, data=born())).text, "consented")


async def test_the_chat_of_a_visit(quick_house: House, phone: httpx.AsyncClient) -> None:
    room = await opened(quick_house, RoomOptions(ask_birth_date="no"))
    entered = await phone.post(f"/r/{room.slug}", data={"draft": "x" * 26, "name": "Nora Newcome"})
    chat = f"{entered.headers['location']}/chat"
    empty = {"draft_id": "msg_" + "0" * 26, "leg": "1", "body": " "}
    is_marked((await phone.post(chat, data=empty)).text, "chat-body")


async def test_a_guest(
    quick_house: House, visitor: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.here.clinician)
    pair = await Ward(quick_house).both()
    guests = f"/calls/{pair.call_id}/guests"
    made = await visitor.post(guests, data={"email": ""}, headers={"accept": "application/json"})
    secret = made.json()["link"].rsplit("/", 1)[1]
    door = (await phone.get(f"/g/{secret}")).headers["location"]
    is_marked((await phone.post(door, data={"name": " "})).text, "name")


@pytest.mark.parametrize(
    ("photos", "sentence"),
    [
        (0, "Choose at least one photo first."),
        (3, "There is no room for more photos."),
    ],
)
async def test_photos_without_script(
    quick_house: House, phone: httpx.AsyncClient, photos: int, sentence: str
) -> None:
    await says(quick_house, photo_limit=2)
    here = await let_in(phone, await send(quick_house))
    given = [
        ("photo", (f"{n}.jpg", jpeg(colour=(n * 60, 90, 90)), "image/jpeg")) for n in range(photos)
    ]
    nothing = [("photo", ("", b"", "application/octet-stream"))]
    answered = await phone.post(f"{here}/photos", files=given or nothing)
    shown = await phone.get(answered.headers["location"])
    assert shown.status_code == 200
    assert sentence in html.unescape(shown.text)
    is_marked(shown.text, *([] if photos else ["photo"]))
    again = await phone.get(answered.headers["location"])
    assert not Elements(again.text).title.startswith("Error: ")
    assert sentence not in html.unescape(again.text)


# --- in an emergency ------------------------------------------------------------------------------

NOT_OF_A_CLINIC = {
    "components/link_not_let_in.html": "a device that may not know whose page it is",
    "links/unknown.html": "no link",
    "visits/not_let_in.html": "a device that may not know whose page it is",
    "visits/room_unknown.html": "no room",
    "calls/guest.html": "guests are no patients",
    "calls/guest_closed.html": "guests are no patients",
    "calls/guest_door.html": "guests are no patients",
    "sharing/shared.html": "for a professional whom a patient gave a link; knows no clinic yet",
    "chat/patient_page.html": "opened from the page of the visit, somebody answers",
    "file_transfer/patient_page.html": "opened from the page of the visit",
    "file_transfer/look_patient_page.html": "opened from the page of the visit",
    "visits/place_link.html": "knows no clinic before the press that leads to the visit",
    "visits/visit.html": "the frame of the views below",
}
VIEWS = ("test", "waiting", "leave", "ended")
"""The views of a visit, in `visits/visit.html`; in the call a clinician is there."""


def test_no_page_of_patients_forgets_the_emergency() -> None:
    pages = {
        path.relative_to(WEB).as_posix()
        for path in WEB.rglob("*.html")
        if 'extends "patient/layout.html"' in path.read_text()
    }
    assert NOT_OF_A_CLINIC.keys() <= pages
    promised = (pages - NOT_OF_A_CLINIC.keys()) | {f"visits/{view}.html" for view in VIEWS}
    said = {name for name in promised if "{{ emergency(" in (WEB / name).read_text()}
    assert promised - said == set()


async def test_the_clinics_words_are_on_every_page_of_a_request(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    await says(quick_house)
    sent = await send(quick_house)
    page = (await phone.get(f"/l/{await sent.secret()}")).headers["location"]
    shown = [await phone.get(page), await phone.get(f"{page}/not-me")]
    here = (await phone.post(page, data=born())).headers["location"]
    shown += [await phone.get(here), await phone.get(f"{here}/photos")]
    await quick_house.requests.all.revoke(sent.chart, sent.id)
    shown.append(await phone.get(page))
    shown.append(await phone.get(here))
    told = await phone.post(f"{page}/new-link")
    shown.append(await phone.get(told.headers["location"]))
    assert [one.status_code for one in shown] == [200, 200, 200, 200, 410, 410, 200]
    assert [EMERGENCY in one.text for one in shown] == [True] * len(shown)


async def test_the_clinics_words_are_on_every_view_of_a_visit(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    await says(quick_house)
    room = await opened(quick_house, RoomOptions(ask_birth_date="no"))
    shown: list[httpx.Response] = [await phone.get(f"/r/{room.slug}")]
    entered = await phone.post(f"/r/{room.slug}", data={"draft": "x" * 26, "name": "Nora Newcome"})
    visit = entered.headers["location"]
    shown.append(await phone.get(visit))
    await phone.post(f"{visit}/device-test", data={"camera": "skipped"})
    shown.append(await phone.get(visit))
    shown.append(await phone.get(f"{visit}?view=leave"))
    shown.append(await phone.get(f"/r/{room.slug}"))
    await phone.post(f"{visit}/leave")
    shown.append(await phone.get(visit))
    assert [EMERGENCY in one.text for one in shown] == [True] * len(shown)
