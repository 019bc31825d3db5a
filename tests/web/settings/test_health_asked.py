"""/health: anybody may ask as often as they like, so it reports cached states."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from bedside.web.app import create_app
from tests.house import House, at_the_door

pytestmark = [pytest.mark.anyio, pytest.mark.feature("A4")]


async def test_asking_starts_nothing(quick_house: House, visitor: httpx.AsyncClient) -> None:
    """Each once started a process of the built-in scanner, in the examiners' slots."""
    services, asked = quick_house.services, 0
    scans = services.registered.checks["scanner"]

    async def counted() -> str:
        nonlocal asked
        asked += 1
        return await scans()

    services.registered.checks["scanner"] = counted
    before = (await visitor.get("/health")).json()
    assert before["parts"]["scanner"] == "not known yet"
    await services.health.look()
    answers = await asyncio.gather(*(visitor.get("/health") for _ in range(50)))
    assert {answer.json()["parts"]["scanner"] for answer in answers} == {"ok"}
    assert asked == 1


async def test_what_is_busy_or_hangs_holds_no_answer_up(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    """Files that never end are in both slots of the examiners."""
    services = quick_house.services
    for name in ("worker", "disk"):  # none runs here; and the disk is the machine's own
        services.registered.checks.pop(name)
    begun = asyncio.Semaphore(0)

    async def endless() -> AsyncIterator[bytes]:
        yield b"once"
        begun.release()
        await asyncio.Event().wait()

    places = range(services.settings.examiners)
    scans = [asyncio.create_task(services.files.scanner.scan(endless(), 10_000)) for _ in places]
    for _ in places:
        await begun.acquire()
    try:
        async with asyncio.timeout(5):
            await services.health.look()
            answer = await visitor.get("/health")
    finally:
        for scan in scans:
            scan.cancel()
        await asyncio.gather(*scans, return_exceptions=True)
    assert answer.json()["parts"]["scanner"] == "busy"
    assert answer.json()["status"] == "ok", answer.json()["parts"]


async def test_it_looks_by_itself_as_long_as_the_process_lives(quick_house: House) -> None:
    known = quick_house.services.health
    await known.start()
    await known.look()
    assert known.known["scanner"] == "ok"
    await known.stop()


async def test_only_who_may_see_the_metrics_is_told_of_parts(quick_house: House) -> None:
    services = quick_house.services
    services.settings = services.settings.model_copy(
        update={"public_url": "https://visits.example", "metrics_token": "otter"}
    )
    async with at_the_door(create_app(services)) as client:
        stranger = await client.get("/health")
        watch = await client.get("/health", headers={"authorization": "Bearer otter"})
    assert stranger.json() == {"status": "ok"}
    assert watch.json()["parts"]["database"] == "ok"
