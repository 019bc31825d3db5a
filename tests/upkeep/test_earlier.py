"""Data of an earlier version open: its data directory, and a backup made with it.

`earlier/november-2026.tar.gz` was made by the version before the web was sorted by feature and the
kinds of links went into registries: two clinics with options of their own, a chart with a photo, a
photo request with a photo that waits for the patient's agreement, an invitation, and a visit in its
call with a message and a file that was asked for. The names, the password and the key in it are
those of tests.
"""

import json
import tarfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from bedside import bootstrap
from bedside.database import jobs, schema
from bedside.kernel import clock
from bedside.settings import load
from bedside.upkeep import doctor
from bedside.web.app import create_app
from bedside.worker.run import Worker
from tests.house import at_the_door
from tests.peers import commands

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S5")]
ARCHIVE = Path(__file__).parent / "earlier" / "november-2026.tar.gz"
BORN = date(1991, 3, 14)
_BORN = {"birth_day": BORN.day, "birth_month": BORN.month, "birth_year": BORN.year}


@dataclass
class Earlier:
    """An installation of that version, run by this one an hour after the last change."""

    facts: dict[str, Any]
    services: Any
    visitor: httpx.AsyncClient

    async def sign_in(self) -> None:
        """Sign in as its clinician."""
        form = {"email": self.facts["email"], "password": self.facts["password"]}
        answer = await self.visitor.post("/sign-in", data=form)
        assert answer.status_code == 303, answer.text

    async def read(self, address: str) -> str:
        """Return a page, following redirects."""
        answer = await self.visitor.get(address, follow_redirects=True)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text


@pytest.fixture(params=["data", "backup"])
async def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Earlier]:
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    data, key = tmp_path / "data", tmp_path / "master.key"
    key.chmod(0o600)
    facts = json.loads((tmp_path / "facts.json").read_text())

    if request.param == "backup":
        data = tmp_path / "restored"
        _restore(tmp_path / "backup.tar", key, data)
    given: dict[str, Any] = {"worker_in_process": False, "requests_per_second": 0}
    settings = load(data=data, master_key_file=key, **given)
    schema.upgrade(settings.url)
    with clock.shifted(facts["made_at"] + clock.HOUR - clock.now()):
        services = bootstrap.build(settings)
        await services.database.open()
        try:
            async with at_the_door(create_app(services)) as visitor:
                yield Earlier(facts, services, visitor)
        finally:
            await services.database.close()


def _restore(backup: Path, key: Path, data: Path) -> None:
    arguments = ["restore", "--data", str(data), str(backup)]
    done = commands.run(arguments, {"BEDSIDE_MASTER_KEY_FILE": str(key)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every audit chain is unbroken" in done.stdout


async def test_staff_find_chart_queue_chat_and_options(earlier: Earlier) -> None:
    facts = earlier.facts
    await earlier.sign_in()
    chart = f"/patients/{facts['patient']}"
    assert "arm.jpg" in await earlier.read(chart)
    content = await earlier.visitor.get(f"{chart}/entries/{facts['entry']}/content?form=original")
    assert len(content.content) == facts["photo"]
    assert "Maya Lindqvist" in await earlier.read(f"/rooms/{facts['room']}")
    visit = f"/visits/{facts['visit']}"
    assert "Good morning, I am here." in await earlier.read(f"{visit}/chat")
    assert facts["transfer"] in await earlier.read(f"{visit}/transfers")
    clinic = await earlier.services.people.clinics.get(facts["clinic"])
    assert clinic.name == "Riverside Clinic"
    found = [finding async for finding in doctor.examine(earlier.services, deep=True)]
    assert [finding for finding in found if finding.grade is doctor.Grade.BAD] == []


async def test_a_link_goes_on_where_it_was(earlier: Earlier) -> None:
    facts = earlier.facts
    question = await earlier.visitor.get(f"/l/{facts['request_link']}", follow_redirects=True)
    assert question.status_code == 200
    answer = await earlier.visitor.post(question.url.path, data=_BORN)
    assert answer.headers["location"] == f"/my/{facts['request']}"
    assert facts["held_file"] in await earlier.read(f"/my/{facts['request']}/photos")


async def test_an_invitation_opens_its_room(earlier: Earlier) -> None:
    assert "Reception" in await earlier.read(f"/l/{earlier.facts['invitation_link']}")


async def test_its_jobs_are_done_by_this_version(earlier: Earlier) -> None:
    """Reminders, expiry of links and all other scheduled jobs run when due."""
    services = earlier.services
    with clock.shifted(20 * clock.DAY):
        await Worker(services.database, services.registered.handlers, {}).run_until_idle()
        assert await jobs.failed_jobs(services.database) == []
