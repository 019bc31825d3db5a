"""An e-mail with attachments, as staff see it before it leaves and in the local outbox."""

from dataclasses import replace

import pytest
from playwright.async_api import expect

from bedside.notifications.ports import Attachment
from bedside.requests.photos.details import KEY
from bedside.requests.photos.kind import PHOTOS
from tests.house import Served
from tests.journeys.asked import working
from tests.notifications.attaching import FILES, Documents, attach_from
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

__all__ = ["working"]
pytestmark = [pytest.mark.anyio, pytest.mark.feature("L3")]

SAYS = "The letter is attached to this e-mail, with everything that belongs to it."
LONG = Attachment("Histology, second opinion " * 7 + ".pdf", "application/pdf", b"x" * 3_400_000)


async def test_staff_see_that_files_go_along_and_which(
    working: Served, chromium: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, seen = working.house, Journey("attachments")
    attaching = replace(PHOTOS, attached=lambda _content: "doc_01hzy0000000000000000000ab")
    monkeypatch.setitem(house.requests.kinds._by_key, KEY, attaching)
    attach_from(house, Documents((*FILES, LONG)))
    desk = await chromium.desktop(working.url)
    cookie = await house.cookie(house.here.receptionist)
    await desk.context.add_cookies(
        [{"name": name, "value": value, "url": working.url} for name, value in cookie.items()]
    )
    page = await desk.page(f"/patients/{house.patients[0].id}/requests/new")
    await page.get_by_label("E-mail").check()
    await page.get_by_label("Skin").check()
    await page.get_by_role("button", name="Preview").click()
    await expect(page.locator(".message-mail")).to_contain_text(SAYS)
    await expect(page.locator(".message-sms")).not_to_contain_text(SAYS)
    await seen.seen(page, "preview")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("[data-state=delivered]")).to_be_visible()
    outbox = await desk.page("/outbox")
    email = outbox.locator(".message-mail")
    await expect(email).to_contain_text(SAYS)
    listed = email.get_by_role("list", name="Attachments").get_by_role("listitem")
    await expect(listed).to_have_count(3)
    await expect(listed.nth(2)).to_contain_text("3.4 MB")
    await seen.seen(outbox, "outbox")
    for width in (768, 390):
        await outbox.set_viewport_size({"width": width, "height": 844})
        await seen.seen(outbox, f"outbox-{width}")
    await desk.leave()
