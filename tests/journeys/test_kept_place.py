"""“About 30 minutes”: the phone is locked for that long, an SMS says that the turn comes, and the
link in it leads back into the place."""

import re
from datetime import date

import pytest
from playwright.async_api import Page, expect

from bedside.calls.states import Mode
from bedside.kernel import clock
from bedside.visits.states import Presence, State
from tests.journeys.waiting import Door, door, fill
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey
from tests.visits.ward import Ward

__all__ = ["door"]
pytestmark = [pytest.mark.anyio, pytest.mark.feature("V25")]

WAITS = 15 * clock.MINUTE
BORN = date(1985, 3, 27)


async def somebody_waits(door: Door, ward: Ward) -> str:
    """Let somebody be seen after a quarter of an hour, which makes the estimate, and somebody else
    wait. Returns the visit of the latter."""
    calls, typed = door.house.calls, {"consented": True, "reason": "Cough"}
    before = await ward.check_in(door.charge, "Seen Before", BORN, **typed)
    with clock.shifted(WAITS):
        await calls.control.start(door.charge, before.visit_id, Mode.VIDEO)
        await calls.control.end_visit(door.charge, before.visit_id)
    return (await ward.check_in(door.charge, "First Inline", BORN, **typed)).visit_id


async def becomes(door: Door, page: Page, visit_id: str, wanted: Presence) -> None:
    """Wait until the queue shows this presence."""
    for _ in range(150):
        [shown] = [one.presence for one in await door.queue() if one.visit_id == visit_id]
        if shown is wanted:
            return
        await page.wait_for_timeout(100)
    raise AssertionError(f"{shown}, not {wanted}")


async def path_in(ward: Ward, of: str, words: str) -> str:
    """Return the path in the only text with this cause, which has these words."""
    [(to, text)] = await ward.texts(of)
    assert to == "+46701740631"
    assert words in text
    found = re.search(r"/visit/\S+", text)
    assert found
    return found[0]


async def test_a_locked_phone_keeps_the_place_and_comes_back_by_the_text(
    door: Door, chromium: Chromium
) -> None:
    house, seen, ward = door.house, Journey("kept-place"), Ward(door.house)
    calls, turn_texts = house.calls, house.visits.turn_texts
    first = await somebody_waits(door, ward)
    phone = await chromium.phone(door.served.url)
    page = await phone.page(door.address)
    await fill(page)
    await page.get_by_label(re.compile("phone", re.IGNORECASE)).fill("070 174 06 31")
    await page.get_by_role("button", name="Check in").click()
    await page.wait_for_url("**/visit/*")
    visit_id = page.url.partition("/visit/")[2]
    await page.get_by_role("button", name="Go on without the test").click()
    kept = page.locator("#visit-kept")
    await expect(page.locator("#visit-wait")).to_contain_text("30 minutes")
    await expect(kept).to_contain_text("we keep your place for 35 minutes")
    await expect(kept).to_contain_text("We text you when it is your turn soon.")
    await seen.seen(page, "told")

    await page.goto("about:blank")  # locked: the system discards the tab
    await becomes(door, page, visit_id, Presence.RECONNECTING)
    for minutes in (5, 20, 33):
        with clock.shifted(minutes * clock.MINUTE):
            await house.visits.presence.heartbeat()
            await house.visits.presence.expire()
        assert (await ward.row(visit_id)).state == State.WAITING
    with clock.shifted(4 * clock.MINUTE):
        await turn_texts.sweep()
        assert await ward.texts("/turn/") == [], "somebody else is first"
        await calls.control.start(door.charge, first, Mode.VIDEO)
        await turn_texts.sweep()
    await page.goto(await path_in(ward, "/turn/", "it is your turn soon"))
    await expect(page.get_by_role("heading", name="will see you soon")).to_be_visible()
    await seen.seen(page, "back")
    await becomes(door, page, visit_id, Presence.HERE)
    assert (await ward.row(visit_id)).leg == 1

    await page.goto("about:blank")
    await becomes(door, page, visit_id, Presence.RECONNECTING)
    await calls.control.end_visit(door.charge, first)
    await calls.control.next_patient(door.charge, Mode.VIDEO)
    with clock.shifted(11 * clock.SECOND):
        await ward.do_jobs()
    await page.goto(await path_in(ward, "/called/", "we are calling you now"))
    await expect(page.get_by_role("heading", name="Your call with")).to_be_visible()
    await phone.leave()


async def test_on_another_phone_the_text_leads_to_the_door_and_reveals_nobody(
    door: Door, chromium: Chromium
) -> None:
    ward, seen = Ward(door.house), Journey("kept-place-elsewhere")
    waiter = await ward.check_in(
        door.charge, "Nora Newcome", BORN, consented=True, reason="Rash", phone="070 174 06 31"
    )
    await ward.lose(waiter)
    with clock.shifted(4 * clock.MINUTE):
        await door.house.visits.turn_texts.sweep()
    [(_to, text)] = await ward.texts("/turn/")
    found = re.search(r"/visit/\S+", text)
    assert found
    phone = await chromium.phone(door.served.url)
    page = await phone.page(found[0])
    await expect(page.get_by_role("button", name="Check in")).to_be_visible()
    await expect(page.get_by_text("Nora")).to_have_count(0)
    await expect(page.get_by_role("link", name="Send me my link again")).to_be_visible()
    await seen.seen(page, "door")
    await phone.leave()
