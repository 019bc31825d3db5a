"""The first start through the page: strangers on the network need the code."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bedside import bootstrap
from bedside.services import Services
from bedside.settings import load
from bedside.web.app import create_app
from bedside.web.sign_in import set_up
from tests.house import PASSWORD, create_tables

pytestmark = [pytest.mark.anyio, pytest.mark.feature("A1")]

FORM = {
    "clinic": "Harbour Clinic",
    "language": "en",
    "time_zone": "Europe/Stockholm",
    "name": "Elin Sjöberg",
    "email": "elin@harbour.example",
    "new_password": PASSWORD,
    "kept": "yes",
}


@pytest.fixture
async def services(anyio_backend: object, tmp_path: Path) -> AsyncIterator[Services]:
    data = tmp_path / "data"
    data.mkdir()
    create_tables(f"sqlite:///{data / 'bedside.db'}")
    made = bootstrap.build(load(data=data))
    await made.database.open()
    yield made
    await made.database.close()


def somebody(services: Services, address: str, **headers: str) -> httpx.AsyncClient:
    """Return a browser at a network address."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(services), client=(address, 50_000)),
        base_url="http://localhost:8080",
        headers={"sec-fetch-site": "same-origin", **headers},
    )


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("203.0.113.7", {}),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.7"}),
        ("127.0.0.1", {"host": "rebound.example"}),
    ],
)
async def test_a_stranger_cannot_claim_the_clinic(
    services: Services, address: str, headers: dict[str, str]
) -> None:
    async with somebody(services, address, **headers) as stranger:
        assert 'name="code"' in (await stranger.get("/set-up")).text
        refused = await stranger.post("/set-up", data=FORM)
        assert (refused.status_code, "not the set-up code" in refused.text) == (422, True)
        guessed = await stranger.post("/set-up", data={**FORM, "code": "2" * 10})
        assert guessed.status_code == 422
        assert await services.people.set_up.is_open()
        code = services.people.set_up.code()
        done = await stranger.post("/set-up", data={**FORM, "code": code})
        assert done.headers["location"] == "/sign-in/continue"


async def test_the_server_says_the_code_while_there_is_no_clinic(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    await set_up.announce(services)
    said = capsys.readouterr()
    assert "set_up.open" in said.out + said.err
    *_log, address, code = [line for line in said.out.splitlines() if line.strip()]
    assert address.endswith(f"Set it up in the browser: {services.settings.base_url}/set-up")
    assert code.endswith(services.people.set_up.code())
    async with somebody(services, "127.0.0.1") as operator:
        await operator.post("/set-up", data=FORM)
    capsys.readouterr()
    await set_up.announce(services)
    said = capsys.readouterr()
    assert said.out + said.err == ""


async def test_on_this_machine_no_code_is_asked_for(services: Services) -> None:
    async with somebody(services, "127.0.0.1") as operator:
        first = await operator.get("/sign-in")
        assert first.headers["location"] == "/set-up"
        page = await operator.get("/set-up")
        assert 'name="code"' not in page.text
        assert str(services.settings.key_file) in page.text
        done = await operator.post("/set-up", data=FORM)
        assert done.headers["location"] == "/sign-in/continue"
        again = await operator.post("/set-up", data={**FORM, "email": "b@harbour.example"})
        assert again.headers["location"] == "/sign-in"
    assert len(await services.people.clinics.all()) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("clinic", " "),
        ("language", "xx"),
        ("time_zone", "Atlantis/Capital"),
        ("name", ""),
        ("email", "elin"),
        ("new_password", "short"),
    ],
)
async def test_what_has_to_be_corrected_is_said_at_its_field(
    services: Services, field: str, value: str
) -> None:
    async with somebody(services, "127.0.0.1") as operator:
        page = await operator.post("/set-up", data={**FORM, field: value})
        assert (page.status_code, f'id="{field}-error"' in page.text) == (422, True)
        without = {name: value for name, value in FORM.items() if name != "kept"}
        page = await operator.post("/set-up", data=without)
        assert (page.status_code, 'id="kept-error"' in page.text) == (422, True)
    assert await services.people.set_up.is_open()
