"""Settings → Health: every part in words, for administrators only, without any secret."""

import asyncio

import httpx
import pytest

from bedside.adapters.email import SmtpMail
from bedside.kernel import clock, known_states
from bedside.settings import Settings
from tests.house import House
from tests.peers.ports import free_port
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("A4")]


async def _page(house: House, visitor: httpx.AsyncClient) -> str:
    await enter(visitor, house, house.here.administrator)
    answer = await visitor.get("/settings/health")
    assert answer.status_code == 200
    return answer.text


def _with(house: House, **changed: object) -> None:
    given = {**house.services.settings.model_dump(), **changed}
    house.services.settings = Settings.model_validate(given)


async def test_what_is_missing_is_said_with_what_that_means(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    text = await _page(quick_house, visitor)
    for said in (
        "Calls of up to 4 people work; larger ones need a media server.",
        "No SMS leaves this machine.",
        "No e-mail leaves this machine.",
        "From behind strict firewalls",
        "Without HTTPS",
        "Browsers take push messages from sites over HTTPS only.",
        "Every file is scanned before anybody can open it.",
    ):
        assert said in text


async def test_what_is_set_up_is_said_without_its_secrets(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    _with(
        quick_house,
        public_url="https://visits.riverside.example",
        smtp_url="smtp://bedside:falcon-nest@mail.riverside.example:587",
        mail_from="hello@riverside.example",
        janus_url="ws://127.0.0.1:8188",
        janus_secret="otter-holt",
        turn_urls="turn:relay.riverside.example:3478",
        turn_secret="badger-sett",
        stun_urls="stun:relay.riverside.example:3478",
    )
    for probed in ("media server", "relay", "stun", "address"):
        quick_house.services.registered.checks.pop(probed)
    text = await _page(quick_house, visitor)
    assert "Group calls of 5 people and more go through it." in text
    assert "Patients reach this clinic over HTTPS." in text
    assert "to the push services of the browsers’ makers" in text.replace("&#39;", "’")
    for secret in ("falcon-nest", "otter-holt", "badger-sett", "mail.riverside.example", "8188"):
        assert secret not in text


async def test_a_part_that_is_down_or_hangs_holds_nothing_up(
    quick_house: House, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_states, "PATIENCE", 0.05)

    async def down() -> str:
        return "down"

    async def hangs() -> str:
        await asyncio.Event().wait()
        return "ok"

    quick_house.services.registered.checks.update(scanner=down, **{"media server": hangs})
    text = await _page(quick_house, visitor)
    assert "Files that arrive are kept and wait for their scan." in text
    assert "larger ones cannot start until it answers" in text


async def test_it_is_for_administrators(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house)
    assert (await visitor.get("/settings/health")).status_code == 403


async def test_a_sandbox_and_a_scanner_that_fall_short_are_said(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    text = await _page(quick_house, visitor)
    assert "processes that can reach nothing else on this machine" in text

    async def incomplete() -> str:
        return "incomplete"

    quick_house.services.registered.checks.update(
        sandbox=incomplete, **{"scanner limits": incomplete}
    )
    with clock.shifted(clock.MINUTE):  # parts are not probed on every view
        answer = await visitor.get("/settings/health")
    for said in ("lacks Landlock or seccomp", "its limits are not known for certain"):
        assert said in answer.text
    assert (await visitor.get("/health")).json()["status"] == "degraded"


async def test_reasons_are_said_and_what_to_do(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    """The worker does not run in this house, and jobs have waited."""
    async with quick_house.services.database.unit_of_work() as work:
        work.enqueue("file.examine", {})
    with clock.shifted(11 * clock.MINUTE):
        text = await _page(quick_house, visitor)
        asked = (await visitor.get("/health")).json()
    assert "No worker runs: no file is scanned, and no message leaves." in text
    assert "Start “bedside worker”" in text
    assert "Jobs that wait: 1; the oldest for 11 min." in text
    assert asked["reasons"]["jobs"] == "Jobs that wait: 1; the oldest for 11 min."
    assert asked["parts"]["worker"] == "down"


async def test_a_mail_server_that_does_not_answer_is_not_called_set_up(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    mail = SmtpMail(f"smtp://127.0.0.1:{free_port()}", "desk@riverside.example")
    quick_house.services.registered.checks["email"] = mail.state
    text = await _page(quick_house, visitor)
    assert "The mail server does not answer." in text
    assert (await visitor.get("/health")).json()["status"] == "degraded"
