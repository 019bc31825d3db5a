"""The components in a real browser, under the product's content policy: every state, by
keyboard."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bedside.edge.rendering import STATIC, environment
from tests.peers.chromium import Chromium, Person
from tests.peers.page_checks import accessible, checked

pytestmark = pytest.mark.anyio

POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
DATE_PAGE = """{% extends "patient/layout.html" %}
{% from "components/field.html" import date_of_birth_field %}
{% block title %}Is this for you?{% endblock %}
{% block content %}
<form id="who">{{ date_of_birth_field("Your date of birth") }}</form>
{% endblock %}
{% block footer %}<button class="button button-primary" form="who">Continue</button>{% endblock %}
"""
FOUND = """{% from "components/shell.html" import palette_option %}
{{ palette_option("Maya Lindqvist", "#found", person="Maya Lindqvist") }}"""


class Desk(BaseHTTPRequestHandler):
    """Serves the style guide, one patient page, the assets, and one result of the palette."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/static/"):
            file = STATIC / Path(path).name
            self._answer(file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream"))
        elif path == "/date":
            self._page(environment().from_string(DATE_PAGE).render())
        else:
            self._page(environment().get_template("console/styleguide.html").render())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._page(environment().from_string(FOUND).render())

    def _page(self, text: str) -> None:
        self._answer(text.encode(), "text/html; charset=utf-8")

    def _answer(self, body: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def guide() -> Iterator[str]:
    """The address of a server with the style guide."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def clerk(chromium: Chromium, guide: str) -> tuple[Person, Page]:
    """Somebody at a desk with the style guide open and the panel closed."""
    person = await chromium.desktop(guide)
    page = await person.page("/styleguide")
    await page.locator("#panel [data-panel-close]").click()
    return person, page


@pytest.mark.parametrize("width", [1366, 1024, 800, 390, 320])
async def test_every_state_is_accessible_and_fits(
    chromium: Chromium, guide: str, width: int
) -> None:
    person = await chromium.phone(guide, width=width)
    page = await person.page("/styleguide")
    await checked(page)
    await accessible(page)
    await person.leave()


async def test_a_menu_is_opened_walked_and_left_by_keys(chromium: Chromium, guide: str) -> None:
    person, page = await clerk(chromium, guide)
    dots = page.get_by_role("button", name="Actions for José Ramírez")

    async def at(item: str) -> None:
        await expect(page.get_by_role("menuitem", name=item, exact=True)).to_be_focused()

    await dots.focus()
    await page.keyboard.press("ArrowDown")
    await at("Start call")
    await expect(dots).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("ArrowDown")
    await at("Chat")
    await page.keyboard.press("t")
    await at("Transfer")
    await page.keyboard.press("End")
    await at("Remove")
    await accessible(page)
    await page.keyboard.press("Escape")
    await expect(dots).to_be_focused()
    await expect(dots).to_have_attribute("aria-expanded", "false")
    await person.leave()


@pytest.mark.parametrize("opened_by", ["key", "click"])
async def test_keys_that_follow_at_once_are_not_lost_to_a_menu(
    chromium: Chromium, guide: str, opened_by: str
) -> None:
    """All in one task of the page, so before it learns that the menu is open."""
    person, page = await clerk(chromium, guide)
    walked = await page.evaluate(
        """async (openedBy) => {
          const dots = document.querySelector("[aria-label='Actions for José Ramírez']");
          const list = document.getElementById(dots.getAttribute("popovertarget"));
          const told = new Promise((resolve) => list.addEventListener("toggle", resolve));
          const press = (key) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
          const here = () => document.activeElement.textContent.trim();
          dots.focus();
          if (openedBy === "click") dots.click(); else press("ArrowDown");
          press("ArrowDown");
          const atOnce = here();
          press("ArrowDown");
          press("ArrowUp");
          await told;
          await new Promise((resolve) => setTimeout(resolve));
          return [atOnce, here(), list.matches(":popover-open"), dots.ariaExpanded];
        }""",
        opened_by,
    )
    assert walked == ["Chat", "Chat", True, "true"]
    await person.leave()


async def test_the_palette_finds_sections_and_patients(chromium: Chromium, guide: str) -> None:
    person, page = await clerk(chromium, guide)
    await page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Find a patient or an action")
    await expect(field).to_be_focused()
    await field.type("a")
    found = page.get_by_role("option")
    await expect(found.filter(has_text="Maya Lindqvist")).to_be_visible()
    await expect(found.filter(has_text="Inbox")).to_be_hidden()
    await accessible(page)
    await page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    await expect(chosen).to_have_count(1)
    await expect(field).to_have_attribute(
        "aria-activedescendant", str(await chosen.get_attribute("id"))
    )
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(field).to_be_hidden()
    await expect(page).to_have_url(re.compile("#found$"))
    await person.leave()


async def test_single_keys_are_listed_and_can_be_switched_off(
    chromium: Chromium, guide: str
) -> None:
    person, page = await clerk(chromium, guide)
    await page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard keys")
    await expect(keys).to_contain_text("Next patient")
    await accessible(page)
    await keys.get_by_role("checkbox").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await page.keyboard.press("/")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await expect(page.locator("#palette")).to_be_visible()
    await person.leave()


async def test_keys_are_letters_in_a_text_field(chromium: Chromium, guide: str) -> None:
    person, page = await clerk(chromium, guide)
    field = page.locator("#guide-name")
    await field.fill("")
    await field.press_sequentially("n/?")
    await expect(field).to_have_value("n/?")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await person.leave()


async def test_a_dialog_gives_the_focus_back(chromium: Chromium, guide: str) -> None:
    person, page = await clerk(chromium, guide)
    opener = page.get_by_role("button", name="Open a dialog")
    await opener.click()
    await expect(page.get_by_role("dialog", name="Transfer Maya Lindqvist")).to_be_visible()
    await accessible(page)
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await opener.click()
    await page.mouse.click(5, 5)
    await expect(page.locator("#guide-dialog")).to_be_hidden()
    await person.leave()


async def test_the_panel_covers_a_phone_and_gives_the_page_back(
    chromium: Chromium, guide: str
) -> None:
    person = await chromium.phone(guide)
    page = await person.page("/styleguide")
    covered = page.locator(".page")
    await expect(covered).to_have_js_property("inert", True)
    await page.keyboard.press("Escape")
    await expect(page.locator("#panel")).to_be_hidden()
    await expect(covered).to_have_js_property("inert", False)
    await page.get_by_role("button", name="More", exact=True).last.click()
    await expect(page.locator("#rail")).to_be_visible()
    await accessible(page)
    await person.leave()


async def test_the_chosen_theme_is_kept_for_the_server(chromium: Chromium, guide: str) -> None:
    person, page = await clerk(chromium, guide)
    body = page.locator("body")
    light = str(await page.evaluate("getComputedStyle(document.body).color"))
    await page.get_by_role("button", name="Dark", exact=True).click()
    await expect(body).not_to_have_css("color", light)
    await page.wait_for_function("() => document.cookie === 'theme=dark'")
    await page.get_by_role("button", name="As the device", exact=True).click()
    await expect(body).to_have_css("color", light)
    await person.leave()


async def test_a_toast_says_itself_and_stops_for_the_pointer(
    chromium: Chromium, guide: str
) -> None:
    person, page = await clerk(chromium, guide)
    await page.clock.install()
    await page.evaluate(
        "document.dispatchEvent(new CustomEvent('toast', {detail: {text: 'Moved', tone: 'good'}}))"
    )
    said = page.locator("#toasts .toast")
    await expect(said).to_have_text("Moved")
    await page.clock.run_for(100)
    await expect(page.locator("#announce")).to_have_text("Moved")
    await said.hover()
    await page.clock.run_for(20_000)
    await expect(said).to_be_visible()
    await page.mouse.move(5, 5)
    await page.clock.run_for(20_000)
    await expect(said).to_have_count(0)
    await person.leave()


async def test_dropped_files_arrive_as_if_they_were_chosen(chromium: Chromium, guide: str) -> None:
    person, page = await clerk(chromium, guide)
    names = await page.evaluate(
        """() => {
          const files = new DataTransfer();
          files.items.add(new File(["a"], "one.pdf"));
          files.items.add(new File(["b"], "two.pdf"));
          const input = document.getElementById("guide-drop");
          const heard = [];
          input.addEventListener("change", () => {
            for (const file of input.files) heard.push(file.name);
          });
          const drop = new DragEvent(
            "drop", {dataTransfer: files, bubbles: true, cancelable: true});
          input.closest("[data-drop-zone]").dispatchEvent(drop);
          return [heard, drop.defaultPrevented];
        }"""
    )
    assert names == [["one.pdf", "two.pdf"], True]
    await person.leave()


@pytest.mark.feature("R2")
async def test_a_date_of_birth_is_typed_without_a_stop(chromium: Chromium, guide: str) -> None:
    person = await chromium.phone(guide)
    page = await person.page("/date")
    await checked(page)
    await accessible(page)
    day, month, year = (page.locator(f"#birth_{part}") for part in ("day", "month", "year"))
    await day.focus()
    await page.keyboard.type("431991")
    for box, value in ((day, "4"), (month, "3"), (year, "1991")):
        await expect(box).to_have_value(value)
    for _ in range(5):
        await page.keyboard.press("Backspace")
    await expect(month).to_be_focused()
    await person.leave()


@pytest.mark.feature("R2")
async def test_the_date_page_needs_no_script_and_two_further_requests(
    chromium: Chromium, guide: str
) -> None:
    person = await chromium.phone(guide, script=False)
    asked: list[str] = []
    person.context.on("request", lambda request: asked.append(request.url))
    page = await person.page("/date")
    await expect(page.get_by_role("button", name="Continue")).to_be_in_viewport()
    await expect(page.get_by_role("group", name="Your date of birth")).to_be_visible()
    assert len([url for url in asked if not url.endswith((".js", "/favicon.ico"))]) <= 3
    await person.leave()
