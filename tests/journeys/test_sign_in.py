"""Signing in as staff: with an app, with a passkey, and out again."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from pyotp.totp import TOTP

from bedside.kernel import clock
from bedside.people.roles import Role
from bedside.people.sign_in import SignInOptions
from bedside.people.staff import Person
from tests.house import PASSWORD, Household, Served
from tests.peers.chromium import Chromium
from tests.peers.page_checks import Journey

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.feature("S1"),
    pytest.mark.xdist_group("chromium"),
]

FIRST_PASSWORD = "for the first day only"


async def ask_for_second_factors(served: Served, household: Household) -> None:
    """Require second factors, which a clinic does by default and the house does not."""
    house = served.house
    async with house.services.database.unit_of_work() as work:
        await house.services.people.clinics.change(
            work,
            household.administrator.actor,
            household.clinic.id,
            SignInOptions(second_factor_required=True),
        )


async def enter_password(page: Page, email: str, password: str) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def virtual_authenticator(page: Page) -> Any:
    """Add a fingerprint reader that always recognises its finger."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return devtools


async def set_up_app(page: Page, journey: Journey) -> tuple[TOTP, str]:
    """Set up an authenticator app on its pages. Returns it with one of the recovery codes."""
    await page.get_by_role("link", name="Set up the app").click()
    await page.get_by_text("You cannot scan it?").click()
    await journey.seen(page, "scan")
    app = TOTP((await page.locator("code.secret").inner_text()).replace(" ", ""))
    await page.get_by_label("six digits").fill("000000")
    await page.get_by_role("button", name="Use this app").click()
    await page.get_by_text("This code does not fit").first.wait_for()
    await journey.seen(page, "wrong-code")
    await page.get_by_label("six digits").fill(app.at(clock.now() // 1000))
    await page.get_by_role("button", name="Use this app").click()

    await page.get_by_role("heading", name="Keep these recovery codes").wait_for()
    await journey.seen(page, "recovery-codes")
    recovery_code = await page.locator(".recovery-codes code").first.inner_text()
    await page.get_by_role("link", name="I have kept them").click()
    return app, recovery_code


async def come_back(
    page: Page, journey: Journey, email: str, app: TOTP, recovery_code: str
) -> None:
    """Sign in by a code of the app; not by the same one again; by a recovery code."""
    await enter_password(page, email, "marble lantern oxbow")
    await page.get_by_role("heading", name="One more step").wait_for()
    await journey.seen(page, "second-factor")
    code = app.at(clock.now() // 1000)  # taken now, because it expires soon
    await page.get_by_label("Code", exact=True).fill(code)
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url(lambda url: "sign-in" not in url)
    await page.context.clear_cookies()
    await page.goto("/sign-in")
    await enter_password(page, email, "marble lantern oxbow")
    await page.get_by_label("Code", exact=True).fill(code)
    await page.get_by_role("button", name="Continue").click()
    await page.locator("#code-error", has_text="or it was used already").wait_for()
    await page.get_by_label("Code", exact=True).fill(recovery_code.upper())
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url(lambda url: "sign-in" not in url)


@pytest.mark.parametrize("device", ["desktop", "phone"])
async def test_the_first_day_with_an_authenticator_app(
    served: Served, chromium: Chromium, device: str
) -> None:
    await ask_for_second_factors(served, served.house.here)
    newcomer = Person(name="Noor Haddad", email="noor@riverside.example", role=Role.STAFF)
    await served.house.services.people.staff.add(
        served.house.administer(), newcomer, FIRST_PASSWORD
    )
    journey = Journey(f"sign-in-{device}")
    person = await getattr(chromium, device)(served.url)
    page = await person.page("/")

    await journey.seen(page, "password")
    await enter_password(page, newcomer.email, "not this one")
    await page.get_by_role("alert").get_by_text("do not match").wait_for()
    await journey.seen(page, "wrong-password")
    await enter_password(page, newcomer.email, FIRST_PASSWORD)

    await page.get_by_role("heading", name="Protect your sign-in").wait_for()
    await journey.seen(page, "choose-second-factor")
    app, recovery_code = await set_up_app(page, journey)

    await page.get_by_role("heading", name="Choose your password").wait_for()
    await journey.seen(page, "new-password")
    await page.get_by_label("New password").fill("Noor.Haddad")
    await page.get_by_label("New password").evaluate("field => field.minLength = 0")
    await page.get_by_role("button", name="Keep this password").click()
    await page.get_by_text("too short").first.wait_for()
    await page.get_by_label("New password").fill("marble lantern oxbow")
    await page.get_by_role("button", name="Keep this password").click()

    await page.wait_for_url(lambda url: "sign-in" not in url)
    await page.goto("/account")
    if device == "phone":
        # As high as the page: axe reports whatever the bottom bar covers as a target that is too
        # small.
        await page.set_viewport_size({"width": 390, "height": 1500})
    await journey.seen(page, "account")
    if device == "phone":
        await page.get_by_role("button", name="More").click()
    await page.locator(".person").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.get_by_text("You are signed out.").wait_for()
    await journey.seen(page, "signed-out")

    with clock.shifted(60 * clock.SECOND):
        await come_back(page, journey, newcomer.email, app, recovery_code)
    await person.leave()


async def test_a_passkey_lets_in_alone_and_as_second_factor(
    served: Served, chromium: Chromium
) -> None:
    house = served.house
    email = await house.email(house.here.clinician)
    journey = Journey("passkey")
    person = await chromium.desktop(served.url)
    page = await person.page()
    authenticator = await virtual_authenticator(page)

    await page.goto("/sign-in?next=/account")
    await enter_password(page, email, PASSWORD)
    await page.get_by_role("heading", name="Your account").wait_for()
    await page.get_by_role("link", name="Protect your sign-in").click()
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_text("The passkey is added.").first.wait_for()
    await journey.seen(page, "added")

    await page.locator(".person").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    async with page.expect_request("**/sign-in/passkey") as sent:
        await page.get_by_role("button", name="Sign in with a passkey").click()
    await page.wait_for_url(lambda url: "sign-in" not in url)
    replayed = await page.request.post(
        "/sign-in/passkey",
        data=(await sent.value).post_data,
        headers={
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Sec-Fetch-Site": "same-origin",
        },
    )
    assert (replayed.status, (await replayed.json())["code"]) == (422, "wrong_input")
    lines = await house.services.audit.log.lines(house.clinic.id, _sign_ins())
    assert lines[0].details["method"] == "passkey"

    await person.context.clear_cookies()
    await page.goto("/sign-in?next=/account")
    await enter_password(page, email, PASSWORD)
    await page.get_by_role("heading", name="One more step").wait_for()
    await journey.seen(page, "as-second-factor")
    await page.get_by_role("button", name="Use your passkey").click()
    await page.get_by_role("heading", name="Your account").wait_for()

    await page.get_by_role("button", name="Remove").click()
    await page.get_by_text("The passkey is removed.").first.wait_for()
    await page.goto("/account")
    await page.locator(".person").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await page.get_by_text("This passkey was not accepted.").wait_for()
    await journey.seen(page, "refused")
    await authenticator.detach()
    await person.leave()


def _sign_ins() -> Any:
    from bedside.audit.recorder import Filter

    return Filter(action="sign_in.succeeded")


async def test_somebody_who_rests_is_asked_and_then_signed_out(
    served: Served, chromium: Chromium
) -> None:
    journey = Journey("idle")
    person = await chromium.desktop(served.url)
    page = await person.page()
    await page.clock.install()
    await page.goto("/sign-in?next=/account")
    email = await served.house.email(served.house.here.clinician)
    await enter_password(page, email, PASSWORD)
    await page.get_by_role("heading", name="Your account").wait_for()
    await page.wait_for_load_state("networkidle")

    question = page.get_by_role("heading", name="Are you still there?")
    with clock.shifted(29 * clock.MINUTE):
        await page.clock.run_for(29 * clock.MINUTE)
        await question.wait_for()
        await journey.seen(page, "asked", whole=False)
        await page.get_by_role("button", name="Stay signed in").click()
        await question.wait_for(state="hidden")
    with clock.shifted(58 * clock.MINUTE):
        await page.clock.run_for(29 * clock.MINUTE)
        await question.wait_for()
        with clock.shifted(2 * clock.MINUTE):
            await page.clock.run_for(2 * clock.MINUTE)
            await page.get_by_role("heading", name="Sign in").wait_for()
    await expect(page).to_have_url(re.compile(r"/sign-in\?next=/account$"))
    await person.leave()
