"""A house with people in it: the services on a fresh database, a clinic, and a second one next
door.

Fixtures: `house` (on SQLite and on PostgreSQL), `quick_house` (SQLite only, for what does not
depend on the database), `visitor` (an ASGI client at the house's door) and `served` (the house
behind a real uvicorn, for browsers).
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import argon2
import httpx
import pytest
import sqlalchemy
import uvicorn
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette
from starlette.types import ASGIApp

from bedside import bootstrap
from bedside.audit.actors import SYSTEM
from bedside.conversations.options import ChatOptions
from bedside.database import schema
from bedside.database.schema import sqlalchemy_url
from bedside.database.tables import metadata
from bedside.edge.signed_in import cookie_name
from bedside.people.clinics import Clinic, ClinicOptions
from bedside.people.patients import Demographics, Patient
from bedside.people.permissions import ChartAccess, ClinicAccess, StaffAccess
from bedside.people.roles import Role
from bedside.people.sessions import Stage
from bedside.people.sign_in import SignInOptions
from bedside.people.staff import Member, Person
from bedside.people.teams import Team, TeamKind
from bedside.services import Services
from bedside.serving import protocols
from bedside.settings import Settings, load
from bedside.web.app import create_app
from tests.peers.ports import free_port
from tests.peers.postgres import Postgres

PASSWORD = "seven quiet herons"
"""The same for everybody, so that it is hashed only once."""

PATIENTS = (
    ("Maya Lindqvist", date(1991, 3, 14), "+46 70 174 06 05", "maya@patients.example"),
    ("Tomás Ramírez", date(1958, 11, 2), "+46 70 174 06 11", "tomas@patients.example"),
    ("Ingrid Oyelaran", date(2003, 7, 29), "+46 70 174 06 17", "ingrid@patients.example"),
)


@dataclass
class Household:
    """One clinic with its people.

    Everybody is in charge of `room`, which has all patients. The administrator, who added them, is
    also assigned to each of them directly.
    """

    clinic: Clinic
    room: Team
    administrator: StaffAccess
    clinician: StaffAccess
    receptionist: StaffAccess
    patients: list[Patient]


@dataclass
class House:
    """Services with two clinics. Attributes of the services are available too: `house.files`."""

    services: Services
    here: Household
    next_door: Household
    """Another clinic, with one patient; it must never see anything of `here`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.services, name)

    @property
    def clinic(self) -> Clinic:
        """The clinic here."""
        return self.here.clinic

    @property
    def patients(self) -> list[Patient]:
        """The patients here."""
        return self.here.patients

    def administer(self, household: Household | None = None) -> ClinicAccess:
        """Return the administrator's permission."""
        return self.services.people.permissions.administer((household or self.here).administrator)

    async def chart(self, patient: int = 0, staff: StaffAccess | None = None) -> ChartAccess:
        """Return permission to a chart of a patient here, by default the receptionist's."""
        who = staff or self.here.receptionist
        return await self.services.people.permissions.chart(who, self.patients[patient].id)

    async def token(self, staff: StaffAccess) -> str:
        """Return the token of a new session, as if somebody had just signed in."""
        async with self.services.database.unit_of_work() as work:
            return await self.services.people.sessions.begin(
                work,
                staff.staff_id,
                staff.clinic_id,
                staff.role,
                Stage.FULL,
                "a browser of the tests",
                "127.0.0.1",
            )

    async def cookie(self, staff: StaffAccess) -> dict[str, str]:
        """Return the cookie of such a session, for an HTTP client."""
        return {cookie_name(self.services.settings): await self.token(staff)}

    async def enter(self, member: Member) -> StaffAccess:
        """Sign somebody in."""
        return await _enter(self.services, member)

    async def email(self, staff: StaffAccess) -> str:
        """Return the address that somebody signs in with; the password is PASSWORD."""
        member = await self.services.people.staff.get(staff.clinic_id, staff.staff_id)
        return member.email


@cache
def _password_hash() -> str:
    return argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)


# --- building ----------------------------------------------------------------------------------


@asynccontextmanager
async def living_in(data: Path, database_url: str, **settings: Any) -> AsyncIterator[House]:
    """Set up a house on an empty database, for the length of a block. `settings` as in
    `Settings`."""
    # a test makes more requests than a person
    given: dict[str, Any] = {"requests_per_second": 0, "worker_in_process": False, **settings}
    services = bootstrap.build(load(data=data, database_url=database_url, **given))
    await services.database.open()
    try:
        here = await _move_in(services, "Riverside Clinic", "riverside.example", PATIENTS)
        next_door = await _move_in(services, "Hilltop Surgery", "hilltop.example", NEXT_DOOR)
        yield House(services, here, next_door)
    finally:
        await services.database.close()


NEXT_DOOR = (("Harald Quist", date(1947, 1, 5), "+46 70 174 06 23", "harald@patients.example"),)


async def _move_in(
    services: Services, name: str, domain: str, patients: tuple[Any, ...]
) -> Household:
    options = (
        ClinicOptions(time_zone="Europe/Stockholm"),
        SignInOptions(second_factor_required=False),
        ChatOptions(chat_automatic=False),  # what tests read must not depend on the time of day
    )
    async with services.database.unit_of_work() as work:
        clinic = await services.people.clinics.create(work, SYSTEM, name, *options)
        room = await services.people.teams.install(
            work, SYSTEM, clinic.id, TeamKind.ROOM, "Reception"
        )
        people = [
            await _hire(services, work, clinic, room, Person(name=n, email=f"{e}@{domain}", role=r))
            for n, e, r in (
                ("Ada Norberg", "ada", Role.ADMINISTRATOR),
                ("Dr Amara Okafor", "amara", Role.CLINICIAN),
                ("Rita Sandberg", "rita", Role.STAFF),
            )
        ]
    administrator, clinician, receptionist = [await _enter(services, m) for m in people]
    household = Household(clinic, room, administrator, clinician, receptionist, [])
    for full_name, born, phone, email in patients:
        who = Demographics(name=full_name, birth_date=born, phone=phone, email=email)
        async with services.database.unit_of_work() as work:
            household.patients.append(
                await services.people.patients.add(work, administrator, who, assigned_to=[room.id])
            )
    return household


async def _hire(
    services: Services, work: Any, clinic: Clinic, room: Team, person: Person
) -> Member:
    member = await services.people.staff.install(work, SYSTEM, clinic.id, person, _password_hash())
    await services.people.staff.install_assignment(work, SYSTEM, clinic.id, member.id, room.id)
    return member


async def _enter(services: Services, member: Member) -> StaffAccess:
    async with services.database.unit_of_work() as work:
        token = await services.people.sessions.begin(
            work, member.id, member.clinic_id, member.role, Stage.FULL, "", "127.0.0.1"
        )
    return await services.people.sessions.resume(token, "127.0.0.1")


# --- databases -----------------------------------------------------------------------------------


def create_tables(url: str) -> None:
    """Create all tables in an empty database."""
    if url.startswith("sqlite:"):
        engine = sqlalchemy.create_engine(url)
        with engine.begin() as connection:
            _create(connection)
        engine.dispose()
    else:
        asyncio.new_event_loop().run_until_complete(_create_tables(url))


async def _create_tables(url: str) -> None:
    engine = create_async_engine(sqlalchemy_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(_create)
    await engine.dispose()


def _create(connection: sqlalchemy.Connection) -> None:
    """Create the tables as the migrations leave them, marked as up to date."""
    metadata.create_all(connection)
    connection.execute(sqlalchemy.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
    newest = {"newest": schema.newest_revision()}
    connection.execute(sqlalchemy.text("INSERT INTO alembic_version VALUES (:newest)"), newest)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with empty tables, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    create_tables(f"sqlite:///{path}")
    return path


def copied(empty: Path, data: Path) -> str:
    """Copy the empty database into `data`. Returns its URL."""
    data.mkdir(exist_ok=True)
    shutil.copy(empty, data / "bedside.db")
    return f"sqlite:///{data / 'bedside.db'}"


def _create_tables_in_thread(url: str) -> None:
    """Run in a thread: PostgreSQL's tables are created on a loop of their own."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(create_tables, url).result()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database with all tables, for each supported kind."""
    if request.param == "sqlite":
        yield copied(request.getfixturevalue("empty_sqlite"), tmp_path / "data")
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.lent(_create_tables_in_thread) as url:
        yield url


# --- fixtures ------------------------------------------------------------------------------------


@pytest.fixture
async def house(anyio_backend: object, tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    """The house on SQLite, then on PostgreSQL."""
    async with living_in(tmp_path / "data", database_url) as made:
        yield made


@pytest.fixture
async def quick_house(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path
) -> AsyncIterator[House]:
    """The house on SQLite."""
    data = tmp_path / "data"
    async with living_in(data, copied(empty_sqlite, data)) as made:
        yield made


def at_the_door(app: Starlette, **client: Any) -> httpx.AsyncClient:
    """Return an HTTP client that talks to the application without a network. It does not follow
    redirects and, as a browser does, says that its requests come from the product's own pages."""
    headers = {"sec-fetch-site": "same-origin", **client.pop("headers", {})}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://localhost:8080",
        headers=headers,
        **client,
    )


@pytest.fixture
async def visitor(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the door of `quick_house`, not signed in.

    `visitor.cookies.update(await quick_house.cookie(quick_house.here.receptionist))` signs in.
    """
    async with at_the_door(create_app(quick_house.services)) as client:
        yield client


@dataclass
class Served:
    """A house behind a real server."""

    house: House
    url: str


@asynccontextmanager
async def serving(services: Services, port: int) -> AsyncIterator[str]:
    """Serve with uvicorn on a loopback port, on this loop, for the length of a block."""
    async with serving_app(create_app(services), port, services.settings) as url:
        yield url


@asynccontextmanager
async def serving_app(app: ASGIApp, port: int, settings: Settings) -> AsyncIterator[str]:
    """Serve an application with these settings, or something that wraps it, in the same way."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", **protocols(settings))
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        assert not task.done(), task
    try:
        yield f"http://localhost:{port}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def served_with(data: Path, empty_sqlite: Path, **settings: Any) -> AsyncIterator[Served]:
    """Serve a house on SQLite behind uvicorn, with more settings, for the length of a block."""
    port = free_port()
    async with (
        living_in(data, copied(empty_sqlite, data), port=port, **settings) as house,
        serving(house.services, port) as url,
    ):
        yield Served(house, url)


@pytest.fixture
async def served(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path
) -> AsyncIterator[Served]:
    """A house on SQLite behind uvicorn; `served.url` is where browsers go."""
    async with served_with(tmp_path / "data", empty_sqlite) as house:
        yield house
