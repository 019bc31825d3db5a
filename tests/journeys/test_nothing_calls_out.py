"""Pages request nothing from anybody but the clinic's own server (S6)."""

import re

import pytest

from tests.house import PASSWORD, Served
from tests.peers.chromium import Chromium

PAGES = ("/inbox", "/patients", "/requests", "/outbox", "/audit", "/settings/people", "/account")


@pytest.mark.anyio
@pytest.mark.feature("S6")
async def test_every_request_of_every_page_goes_to_the_own_server(
    served: Served, chromium: Chromium
) -> None:
    asked: list[str] = []
    person = await chromium.desktop()
    page = await person.page(served.url + "/sign-in")
    page.on("request", lambda request: asked.append(request.url))
    email = await served.house.email(served.house.here.administrator)
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url(re.compile(r"/(inbox|rooms/\w+)$"))
    for path in PAGES:
        answer = await page.goto(served.url + path)
        assert answer is not None
        assert answer.ok, path
    await person.leave()  # which fails, too, if anything went elsewhere
    assert len(asked) > len(PAGES)
    assert [url for url in asked if not url.startswith((served.url, "data:", "blob:"))] == []
