"""An installation with people in it, copied for each test."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvloop

from bedside.database import schema
from tests.faults.servers import Server
from tests.house import House, living_in


@dataclass(frozen=True)
class Installed:
    """A data directory, and who can sign in there. `cookies` are the receptionist's."""

    data: Path
    clinic_id: str
    patient_id: str
    staff_id: str
    cookies: dict[str, str]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An installation that no test changes."""
    data = tmp_path_factory.mktemp("installed") / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'bedside.db'}"
    schema.upgrade(url)

    async def move_in() -> Installed:
        async with living_in(data, url) as house:
            return Installed(
                data,
                house.clinic.id,
                house.patients[0].id,
                house.here.receptionist.staff_id,
                await _cookies(house),
            )

    return uvloop.run(move_in())


async def _cookies(house: House) -> dict[str, str]:
    return await house.cookie(house.here.receptionist)


@pytest.fixture
def server(installed: Installed, tmp_path: Path) -> Iterator[Server]:
    """A server on a copy, not started yet."""
    data = tmp_path / "data"
    shutil.copytree(installed.data, data)
    made = Server(data)
    yield made
    made.stop()
