"""The first start: permission to set up, and only once."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bedside import bootstrap
from bedside.errors import Gone, WrongInput
from bedside.people.clinics import ClinicOptions
from bedside.people.set_up import first_administrator
from bedside.people.sign_in import SignInOptions
from bedside.services import Services
from bedside.settings import load
from tests.house import PASSWORD

pytestmark = [pytest.mark.anyio, pytest.mark.feature("A1")]


@pytest.fixture
async def services(
    anyio_backend: object, tmp_path: Path, database_url: str
) -> AsyncIterator[Services]:
    made = bootstrap.build(load(data=tmp_path / "data", database_url=database_url))
    await made.database.open()
    yield made
    await made.database.close()


async def set_up(services: Services, code: str | None, password: str = PASSWORD) -> str:
    return await services.people.set_up.run(
        "Harbour Clinic",
        ClinicOptions(),
        first_administrator("Elin Sjöberg", "elin@harbour.example"),
        password,
        code=code,
        address="203.0.113.7",
    )


async def test_a_stranger_needs_the_code_that_the_operator_sees(services: Services) -> None:
    code = services.people.set_up.code()
    file = services.settings.data / "set-up-code"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert services.people.set_up.code() == code
    for wrong in ("", "x", code[:-1]):
        with pytest.raises(WrongInput) as refused:
            await set_up(services, wrong)
        assert refused.value.field == "code"
    assert await services.people.set_up.is_open()
    clinic_id = await set_up(services, f" {code[:5].upper()}-{code[5:]} ")
    assert (await services.people.clinics.options(clinic_id, SignInOptions)).second_factor_required
    assert not file.exists()


async def test_there_is_only_one_first_start(services: Services) -> None:
    await set_up(services, None)
    with pytest.raises(Gone):
        await set_up(services, None)
    done = await services.people.sign_in.with_password(
        "elin@harbour.example", PASSWORD, address="", device=""
    )
    assert done.stage == "password"


async def test_an_easy_password_leaves_nothing_behind(services: Services) -> None:
    with pytest.raises(WrongInput):
        await set_up(services, None, "harbourclinic")
    assert await services.people.set_up.is_open()


async def test_the_first_administrator_sees_the_patients_of_the_first_room(
    services: Services,
) -> None:
    clinic_id = await set_up(services, None)
    [room] = await services.people.teams.listed(clinic_id)
    assert (room.name, room.kind) == ("Reception", "room")


async def test_processes_share_one_code(services: Services) -> None:
    codes = await asyncio.gather(
        *(asyncio.to_thread(services.people.set_up.code) for _ in range(8))
    )
    assert len(set(codes)) == 1
