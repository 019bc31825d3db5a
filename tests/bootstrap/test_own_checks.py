"""The installation’s checks of itself: worker, jobs, messages, disk, address."""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bedside import bootstrap
from bedside.bootstrap.own_checks import OwnChecks
from bedside.database import schema
from bedside.kernel import clock
from bedside.kernel.known_states import Seldom, State, checked, state_of
from bedside.notifications.backlog import Backlog
from bedside.notifications.messenger import Notice
from bedside.notifications.ports import Channel
from bedside.services import Services
from bedside.settings import load
from bedside.web.app import create_app
from tests.house import House, at_the_door

pytestmark = [pytest.mark.anyio, pytest.mark.feature("A4")]


def own(house: House, **changed: Any) -> OwnChecks:
    """Return the checks with other settings."""
    given = {**house.services.settings.model_dump(), **changed}
    return OwnChecks(load(**given), house.services.database)


async def test_a_worker_is_seen_by_other_processes(house: House) -> None:
    checks = own(house)
    assert await checks.worker() == "down"
    first, second = (bootstrap.worker(house.services) for _ in range(2))
    await first.start()
    assert await checks.worker() == "ok"
    await second.start()
    await first.stop()
    assert await checks.worker() == "ok"
    with clock.shifted(2 * clock.MINUTE):  # killed, and never seen again
        assert await checks.worker() == "down"
    await second.stop()
    gone = state_of(await checks.worker())
    assert gone == "down"
    assert "no message leaves" in gone.reason()
    assert "bedside worker" in gone.what_to_do()


async def test_no_alarm_after_a_start(tmp_path: Path) -> None:
    """The first look counts for half a minute: the worker has begun by then."""
    settings = load(data=tmp_path)
    schema.upgrade(settings.url)
    app: Any = bootstrap.application(settings)
    services: Services = app.state.services
    async with app.router.lifespan_context(app):
        await services.health.look(within=60)
        assert services.health.known["worker"] == "ok"


async def test_jobs_that_nobody_takes(house: House) -> None:
    checks = own(house)
    assert await checks.jobs() == "ok"
    async with house.services.database.unit_of_work() as work:
        work.enqueue("file.examine", {})
        work.enqueue("notification.deliver", {}, delay=clock.HOUR)
    assert await checks.jobs() == "ok"
    with clock.shifted(6 * clock.MINUTE):
        late = state_of(await checks.jobs())
    assert (late, late.reason()) == ("late", "Jobs that wait: 1; the oldest for 6 min.")


async def test_messages_that_wait_are_said_with_their_reason(house: House) -> None:
    services = house.services
    backlog = Backlog(services.database)

    async def fine() -> str:
        return "ok"

    async def down() -> str:
        return State("down", "The mail server does not answer.")

    assert await backlog.checked(Channel.EMAIL, fine)() == "ok"
    async with services.database.unit_of_work() as work:
        notice = Notice(
            clinic_id=house.here.clinic.id,
            patient_id="pat_1",
            cause_id="req_1/link",
            channel="email",
            to="ines@patients.example",
            subject="",
            text="",
        )
        await services.notifications.dispatcher.send(work, notice)
    assert await backlog.waiting(Channel.EMAIL) != (0, 0)
    assert await backlog.waiting(Channel.SMS) == (0, 0)
    assert await backlog.checked(Channel.EMAIL, fine)() == "ok"
    with clock.shifted(12 * clock.MINUTE):
        waits = state_of(await backlog.checked(Channel.EMAIL, fine)())
        assert waits == "incomplete"
        assert waits.reason().startswith("Messages that wait: 1; the oldest for 12 min.")
        assert await backlog.checked(Channel.EMAIL, down)() == "down"
    assert await backlog.failed(Channel.EMAIL) == 0


class _Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("free", "word", "said"),
    [
        (50_000_000_000, "ok", "50.0 GB are free for files."),
        (1_500_000_000, "incomplete", "1.5 GB are free for files."),
        (90_000_000, "down", "The disk is full: 90 MB are free."),
        (0, "down", "The disk is full: 0 MB are free."),
    ],
)
async def test_room_on_the_disk(
    quick_house: House, monkeypatch: pytest.MonkeyPatch, free: int, word: str, said: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: _Disk(10**12, 0, free))
    state = state_of(await own(quick_house).disk())
    assert state == word
    assert state.reason().startswith(said)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({}, "not configured"),
        ({"public_url": "http://visits.riverside.example"}, "incomplete"),
        ({"public_url": "http://192.0.2.7:8080"}, "incomplete"),
        ({"public_url": "http://localhost:8080"}, "ok"),
        ({"public_url": "https://visits.riverside.example"}, "incomplete"),
        ({"public_url": "https://v.example", "trusted_proxy": "127.0.0.1"}, "ok"),
        ({"public_url": "https://v.example", "trusted_proxies": "10.0.0.0/24"}, "ok"),
        ({"public_url": "https://v.example", "host": "0.0.0.0"}, "ok"),
    ],
)
async def test_addresses(quick_house: House, settings: dict[str, str], word: str) -> None:
    assert await own(quick_house, **settings).address() == word


async def test_what_is_well_is_asked_seldom() -> None:
    answers = ["down", "ok", "ok", "down"]
    asked: list[str] = []

    async def check() -> str:
        asked.append(answers[len(asked)])
        return asked[-1]

    seldom = Seldom(check, 60)
    assert [await seldom() for _ in range(4)] == ["down", "ok", "ok", "ok"]
    assert len(asked) == 2
    with clock.shifted(61 * clock.SECOND):
        assert await seldom() == "ok"
    with clock.shifted(130 * clock.SECOND):
        assert await checked(seldom) == "down"
    assert len(asked) == 4


async def test_numbers_for_monitoring(quick_house: House) -> None:
    async with quick_house.services.database.unit_of_work() as work:
        work.enqueue("file.examine", {})
    async with at_the_door(create_app(quick_house.services)) as client:
        await quick_house.services.health.look()
        text = (await client.get("/metrics")).text
    for name in (
        "bedside_jobs_due 1.0",
        "bedside_jobs_oldest_seconds",
        "bedside_jobs_given_up 0.0",
        "bedside_worker_seen_seconds -1.0",
        "bedside_disk_free_bytes",
        "bedside_messages_waiting_sms 0.0",
        "bedside_messages_failed_email 0.0",
        "bedside_patients_waiting 0.0",
        "bedside_open_pages 0.0",
        'bedside_part_works{part="worker"} 0.0',
        'bedside_part_works{part="scanner"} 1.0',
    ):
        assert f"\n{name}" in text
