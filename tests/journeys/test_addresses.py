"""Referrers: browsers reveal the origin that people come from, and no path."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bedside.web.app import create_app
from tests.house import PASSWORD, Served, copied, living_in, serving_app
from tests.journeys.asked import answer
from tests.peers.chromium import Chromium
from tests.peers.firefox import Firefox
from tests.peers.ports import free_port
from tests.requests.sending import send

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium"), pytest.mark.feature("S2")]


@dataclass
class Listening:
    """The application, with the headers of each request recorded."""

    app: ASGIApp
    heard: list[tuple[str, str, Headers]] = field(default_factory=list[tuple[str, str, Headers]])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            method = scope.get("method", "socket")
            self.heard.append((method, scope["path"], Headers(scope=scope)))
        await self.app(scope, receive, send)


@pytest.fixture
async def listening(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path
) -> AsyncIterator[tuple[Served, Listening]]:
    """The house behind uvicorn and a recorder."""
    data, port = tmp_path / "data", free_port()
    async with living_in(data, copied(empty_sqlite, data), port=port) as house:
        listener = Listening(create_app(house.services))
        async with serving_app(listener, port, house.services.settings) as url:
            yield Served(house, url), listener


async def test_chromium_says_the_origin_of_forms_and_no_path(
    listening: tuple[Served, Listening], chromium: Chromium
) -> None:
    await _says_no_path(*listening, chromium)


async def test_firefox_says_the_origin_of_forms_and_no_path(
    listening: tuple[Served, Listening], firefox: Firefox
) -> None:
    await _says_no_path(*listening, firefox)


async def _says_no_path(served: Served, listener: Listening, browser: Chromium | Firefox) -> None:
    """Open a link, answer its form, sign in; then check every request."""
    house = served.house
    secret = await (await send(house)).secret()
    phone = await browser.phone(served.url)
    page = await phone.page(f"{served.url}/l/{secret}")
    await answer(page)
    await page.wait_for_url("**/my/*")
    await page.goto(f"{served.url}/sign-in")
    await page.get_by_label("E-mail").fill(await house.email(house.here.receptionist))
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url(re.compile(r"/(inbox|rooms/\w+)$"))
    await phone.leave()

    posts = {path: headers for method, path, headers in listener.heard if method == "POST"}
    assert {"/sign-in"} < set(posts)
    assert any(path.startswith("/link/") for path in posts)
    for path, headers in posts.items():
        assert headers["origin"] == served.url, path
    for _, path, headers in listener.heard:
        assert headers.get("referer", f"{served.url}/") == f"{served.url}/", path
        assert headers.get("origin", served.url) == served.url, path
        if not path.startswith("/l/"):
            assert secret not in path
            assert secret not in str(parse_qs(headers.get("referer", "")))
