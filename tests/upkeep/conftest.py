"""A migrated installation with a file in it, as an operator has it, and the command line."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click.testing
import pytest
import uvloop

from bedside import bootstrap
from bedside.cli import main
from bedside.database import schema
from bedside.files.announcing import Allowance, Announced
from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.services import Services
from bedside.settings import load
from bedside.worker.run import Worker
from tests.edge.tus import pieces, words
from tests.house import living_in
from tests.peers import commands

T = TypeVar("T")
CONTENT = words(600_000)


@dataclass(frozen=True)
class Installation:
    """A data directory whose master key is elsewhere, as it should be."""

    data: Path
    key_file: Path
    clinic_id: str
    patient_id: str
    staff_id: str
    entry_id: str
    cookies: dict[str, str]

    def run(self, *arguments: str, data: Path | None = None) -> click.testing.Result:
        """Run `bedside …` on this data directory."""
        environment = {"BEDSIDE_MASTER_KEY_FILE": str(self.key_file)}
        return click.testing.CliRunner(env=environment).invoke(
            main, [*arguments, "--data", str(data or self.data)]
        )

    def run_beside(self, *arguments: str, **environment: str) -> int:
        """Run the same in a process of its own, for when a loop runs here. Returns its exit
        code."""
        given = {"BEDSIDE_MASTER_KEY_FILE": str(self.key_file), **environment}
        return commands.run([*arguments, "--data", str(self.data)], given).returncode

    def begin(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start the same as an operator does, without waiting for its end."""
        return subprocess.Popen(
            [sys.executable, "-m", "bedside", *arguments, "--data", str(self.data)],
            env={"BEDSIDE_MASTER_KEY_FILE": str(self.key_file), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def inside(
        self, look: Callable[[Services], Coroutine[Any, Any, T]], data: Path | None = None
    ) -> T:
        """Use the services."""

        async def opened() -> T:
            settings = load(data=data or self.data, master_key_file=self.key_file)
            services = bootstrap.build(settings)
            await services.database.open()
            try:
                return await look(services)
            finally:
                await services.database.close()

        return uvloop.run(opened())

    async def content(self, services: Services) -> bytes:
        """Return the file of the chart."""
        chart = await services.people.permissions.chart(self.staff, self.patient_id)
        opened = await services.files.retrieval.open(chart, self.entry_id, "original")
        return b"".join([piece async for piece in opened.chunks(0, opened.size)])

    async def upload(self, services: Services, number: int, content: bytes) -> None:
        """Upload another file into the chart, up to its last byte."""
        chart = await services.people.permissions.chart(self.staff, self.patient_id)
        begun = await services.files.uploads.begin_for_chart(
            chart, Announced(f"{number}.txt", len(content)), Allowance(len(content))
        )
        await services.files.uploads.append(chart, begun.id, 0, pieces(content))

    @property
    def staff(self) -> Any:
        """Return the receptionist's access."""
        return staff_access(self.staff_id, self.clinic_id, Role.STAFF, "ses_test", "127.0.0.1")


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation that no test changes."""
    folder = tmp_path_factory.mktemp("original")
    data, key_file = folder / "data", folder / "keys" / "master.key"
    data.mkdir()
    url = f"sqlite:///{data / 'bedside.db'}"
    schema.upgrade(url)

    async def move_in() -> Installation:
        async with living_in(data, url, master_key_file=key_file) as house:
            chart = await house.chart()
            begun = await house.services.files.uploads.begin_for_chart(
                chart, Announced("report.txt", len(CONTENT)), Allowance(len(CONTENT))
            )
            await house.services.files.uploads.append(chart, begun.id, 0, pieces(CONTENT))
            await Worker(house.database, house.registered.handlers, {}).run_until_idle()
            entry = (await house.services.charts.contents.inbox(house.here.receptionist))[0]
            return Installation(
                data,
                key_file,
                house.clinic.id,
                house.patients[0].id,
                house.here.receptionist.staff_id,
                entry.id,
                await house.cookie(house.here.receptionist),
            )

    return uvloop.run(move_in())


@pytest.fixture
def installation(original: Installation, tmp_path: Path) -> Installation:
    """A copy of one's own."""
    data, key_file = tmp_path / "data", tmp_path / "keys" / "master.key"
    shutil.copytree(original.data, data)
    key_file.parent.mkdir()
    shutil.copy2(original.key_file, key_file)
    return Installation(
        data,
        key_file,
        original.clinic_id,
        original.patient_id,
        original.staff_id,
        original.entry_id,
        original.cookies,
    )


async def do_what_is_due(services: Services) -> None:
    """Do what the worker would do."""
    await Worker(services.database, services.registered.handlers, {}).run_until_idle()
