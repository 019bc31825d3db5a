"""Markup, formulas and paths in every text that a person can type, on every page that shows it."""

import csv
import io
import json
import re
import zipfile
from datetime import date
from html.parser import HTMLParser

import httpx
import pytest
from playwright.async_api import expect

from bedside.files.announcing import Allowance, Announced
from bedside.kernel.ids import new_id
from bedside.people.patients import Demographics
from bedside.requests.photos.sending import Draft
from bedside.web.app import create_app
from bedside.web.audit.export import safe_cell
from tests.house import House, Served, at_the_door
from tests.peers.chromium import Chromium
from tests.requests.sending import ADDRESS, do_jobs, jpeg, pieces

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S4")]

MARKUP = """"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}${7*7}</textarea>`"""
LETTER = b"A letter to the patient.\n" * 20 + b"Dose < 5 & > 3 '\" onerror=alert(1)\n"
BORN = date(1991, 3, 14)


class Elements(HTMLParser):
    """Parses a page like a browser, as far as it could do harm."""

    def __init__(self) -> None:
        super().__init__()
        self.harm: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.harm.append("inline script")
        if tag == "img" and given.get("src") == "x":
            self.harm.append("the image")
        for name, value in attrs:
            if name.startswith(("on", "hx-on")) or name == "style":
                self.harm.append(f"{tag} {name}")
            if (value or "").strip().lower().startswith("javascript:"):
                self.harm.append(f"{tag} {name}={value}")


def harm_in(page: str) -> list[str]:
    """Return the ways in which text became markup."""
    elements = Elements()
    elements.feed(page)
    return elements.harm


def test_the_check_finds_what_it_looks_for() -> None:
    assert harm_in(f"<p>{MARKUP}</p>") == ["the image", "img onerror", "inline script"]


async def _fill(house: House) -> tuple[str, str, str]:
    """Put markup everywhere. Returns ids of the patient and of an entry, and the secret of a
    link."""
    room, who = house.here.room, house.here.administrator
    marked = Demographics(
        name=MARKUP,
        birth_date=BORN,
        phone="+46 70 174 06 99",
        email="a@b.example",
        pronouns=MARKUP[:40],
        identifiers={MARKUP[:60]: MARKUP[:60]},
    )
    async with house.services.database.unit_of_work() as work:
        patient = await house.services.people.patients.add(work, who, marked, assigned_to=[room.id])
    await house.people.teams.rename(house.administer(), room.id, MARKUP[:80])
    chart = await house.people.permissions.chart(who, patient.id)
    entry_id = ""
    for name, content in (
        (f"../../{MARKUP}.jpg", jpeg(64, 48)),
        (f"{MARKUP}.txt", LETTER),
    ):
        announced = Announced(name, len(content), MARKUP)
        begun = await house.files.uploads.begin_for_chart(chart, announced, Allowance(len(content)))
        await house.files.uploads.append(chart, begun.id, 0, pieces(content))
        await do_jobs(house)
        found = await house.charts.contents.inbox(who, 50)
        entry_id = next(entry.id for entry in found if entry.file_id == begun.file_id)
        await house.charts.contents.change(
            chart, entry_id, label="", note=MARKUP, category="other", seen_version=1
        )
        await house.charts.contents.change(
            chart, entry_id, label=MARKUP[:80], note=MARKUP, category="other", seen_version=2
        )
    draft = Draft(new_id("req"), ("email",), "general", MARKUP[:80], MARKUP)
    await house.requests.photos.send(chart, draft)
    await do_jobs(house)
    shown = await house.notifications.messages.outbox(who)
    secret = next(re.findall(r"/l/([\w-]+)", m.text) for m in shown if draft.id in m.cause_id)[0]
    looked = await house.links.look(secret)
    answer = await house.links.answer(secret, BORN, ADDRESS)
    link = await house.links.resume(answer.token, draft.id, ADDRESS)
    content = jpeg(64, 48)
    begun = await house.files.uploads.begin_held(
        link,
        Announced(f"{MARKUP}.jpg", len(content), MARKUP),
        await house.requests.answers.allowance(link),
    )
    await house.files.uploads.append(link, begun.id, 0, pieces(content))
    await do_jobs(house)
    return patient.id, entry_id, f"{secret} {looked.id} {draft.id} {answer.token}"


async def test_text_stays_text(quick_house: House) -> None:
    patient, entry, link = await _fill(quick_house)
    secret, link_id, request_id, token = link.split()
    pages = [
        "/inbox",
        "/patients",
        "/patients/new",
        "/requests",
        "/outbox",
        "/audit",
        "/settings/people",
        "/settings/teams",
        "/settings/clinic",
        "/account",
        *(f"/patients/{patient}{end}" for end in ("", "/card", "/details", "/upload", "/requests")),
        f"/patients/{patient}/requests/{request_id}",
        f"/patients/{patient}/entries/{entry}",
        f"/patients/{patient}/entries/{entry}/move",
        f"/link/{link_id}",
        f"/my/{request_id}/photos",
    ]
    posts = {
        "/find": {"words": MARKUP},
        "/patients/search": {"words": MARKUP},
        "/audit/patient": {"words": MARKUP},
        "/patients/new": {"name": MARKUP, "phone": MARKUP, "birth_day": MARKUP},
        "/settings/teams": {"name": MARKUP * 9},
        "/sign-in": {"email": MARKUP, "password": "x", "next": MARKUP},
        f"/patients/{patient}/search": {"words": MARKUP},
        f"/patients/{patient}/entries/{entry}/change": {"label": MARKUP * 9, "note": MARKUP},
        f"/patients/{patient}/entries/{entry}/move": {"words": MARKUP, "reason": MARKUP},
        f"/patients/{patient}/requests/new": {"instructions": MARKUP, "template": "general"},
        f"/link/{link_id}": {"birth_day": MARKUP, "birth_month": MARKUP, "birth_year": MARKUP},
    }
    cookies = await quick_house.cookie(quick_house.here.administrator)
    cookies["bedside-device"] = token
    cookies["bedside-link"] = secret
    escaped = 0
    async with at_the_door(create_app(quick_house.services), cookies=cookies) as client:
        for path in pages:
            for headers in ({}, {"hx-request": "true"}, {"bedside-part": "viewer"}):
                answer = await client.get(path, headers=headers)
                escaped += _is_clean(answer)
        for path, form in posts.items():
            escaped += _is_clean(await client.post(path, data=form))
    assert escaped > 40, "the markup was shown nowhere, so that nothing was tested"


def _is_clean(answer: httpx.Response) -> int:
    assert answer.status_code < 500, answer
    if "json" in answer.headers.get("content-type", ""):
        return 0
    assert harm_in(answer.text) == [], answer.url
    assert "49" not in re.findall(r"\{\{(.*?)\}\}", answer.text)
    return int("onerror=alert" in answer.text)


async def test_file_names_stay_names(quick_house: House) -> None:
    """In headers, in a zip, in CSV."""
    patient, entry, _link = await _fill(quick_house)
    cookies = await quick_house.cookie(quick_house.here.administrator)
    async with at_the_door(create_app(quick_house.services), cookies=cookies) as client:
        file = await client.get(f"/patients/{patient}/entries/{entry}/content?inline=1")
        disposition = file.headers["content-disposition"]
        assert disposition.startswith("attachment; ")
        assert re.fullmatch(r"[\x20-\x7e]+", disposition)
        assert disposition.count('"') == 2
        assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
        found = await quick_house.charts.contents.inbox(quick_house.here.administrator, 50)
        chosen = [one.id for one in found if one.patient_id == patient]
        form = {"do": "download", "chosen": chosen}
        zipped = await client.post(f"/patients/{patient}/several", data=form)
        with zipfile.ZipFile(io.BytesIO(zipped.content)) as archive:
            for name in archive.namelist():
                assert not re.search(r'[/\\:*?"<>|]', name), name
                assert not name.startswith(".")
        exported = (await client.get("/audit/export")).text
    for row in csv.reader(io.StringIO(exported)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1"]
)
def test_no_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


async def test_a_browser_runs_nothing_of_it(chromium: Chromium, served: Served) -> None:
    """In the browser with its scripts: palette, toasts, panels, the patient's own page."""
    patient, entry, link = await _fill(served.house)
    _secret, _link_id, request_id, token = link.split()
    cookies = await served.house.cookie(served.house.here.administrator)
    cookies["bedside-device"] = token
    person = await chromium.desktop(served.url)
    asked: list[str] = []
    person.context.on("dialog", lambda dialog: asked.append(dialog.message))
    await person.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookies.items()]
    )
    page = await person.page("/inbox")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("alert")
    await page.wait_for_timeout(600)
    for path in (
        f"/patients/{patient}",
        f"/patients/{patient}/entries/{entry}",
        f"/patients/{patient}/card",
        f"/my/{request_id}/photos",
    ):
        await page.goto(path, wait_until="networkidle")
        await expect(page.locator("img[src=x]")).to_have_count(0)
    assert asked == []
    await person.leave()


def test_json_in_pages_cannot_end_its_element() -> None:
    """Data for scripts is in attributes or JSON elements; “</script>” in it stays data."""
    from bedside.edge.rendering import environment

    template = environment().from_string(
        "<script type='application/json'>{{ data|tojson }}</script>"
    )
    made = template.render(data={"name": "</script><script>alert(1)"})
    assert harm_in(made) == []
    assert json.loads(made[len("<script type='application/json'>") : -9])["name"].startswith("</")
