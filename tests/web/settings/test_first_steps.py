"""First steps of a new clinic, and test messages to oneself."""

import re

import httpx
import pytest

from tests.house import House
from tests.requests.sending import do_jobs
from tests.web.pages import enter

pytestmark = pytest.mark.anyio


async def test_first_steps_say_what_is_left_and_why(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.administer().staff)
    page = (await visitor.get("/settings/first-steps")).text
    left = int(re.findall(r"(\d) steps? (?:is|are) left", page)[0])
    assert 'href="/settings/clinic#phone"' in page
    assert "Not seen from here" in page
    inbox = (await visitor.get("/inbox")).text
    assert f"First steps: {left} to do" in inbox
    shown = await visitor.get("/settings/clinic")
    fields = dict(re.findall(r'name="([a-z_]+)"[^>]* value="([^"]*)"', shown.text))
    selects = re.findall(
        r'<select[^>]* name="([a-z_]+)".*?<option value="([^"]*)" selected', shown.text, re.S
    )
    fields |= dict(selects) | {"phone": "+46 8 123 456 00", "emergency_text": "Ring 112"}
    assert (await visitor.post("/settings/clinic", data=fields)).status_code == 303
    page = (await visitor.get("/settings/first-steps")).text
    assert f"{left - 2} steps" in page
    assert 'href="/settings/clinic#phone"' not in page
    await enter(visitor, quick_house)
    assert "First steps" not in (await visitor.get("/inbox")).text
    assert (await visitor.get("/settings/first-steps")).status_code == 403


async def test_a_test_message_goes_to_oneself_and_says_what_became_of_it(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    administrator = quick_house.administer().staff
    await enter(visitor, quick_house, administrator)
    page = (await visitor.get("/settings/health")).text
    assert await quick_house.email(administrator) in page
    assert "no number of your own yet" in page
    sent = await visitor.post("/settings/health/test", data={"channel": "email"})
    assert sent.headers["location"] == "/settings/health"
    await do_jobs(quick_house)
    assert "Stayed here" in (await visitor.get("/settings/health")).text
    outbox = (await visitor.get("/outbox")).text
    assert "this is a test message" in outbox
    refused = await visitor.post("/settings/health/test", data={"channel": "sms"})
    assert refused.status_code == 422
    for _ in range(8):
        sent = await visitor.post("/settings/health/test", data={"channel": "email"})
    assert sent.status_code == 429
