"""A clinic to test the console with: real services on a fresh database, people, files."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path

import sqlalchemy
from PIL import Image

from bedside import bootstrap
from bedside.audit.actors import SYSTEM
from bedside.database.tables import metadata
from bedside.files.ports import Chunk
from bedside.files.uploads import Allowance, Announced
from bedside.people.clinics import Clinic, ClinicOptions
from bedside.people.patients import Demographics, Patient
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.roles import Role
from bedside.people.sessions import Stage
from bedside.people.staff import Person
from bedside.people.teams import Team, TeamKind
from bedside.services import Services
from bedside.settings import Settings
from bedside.web.signed_in import cookie_name
from bedside.worker.run import Worker

ADDRESS = "10.0.0.7"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Colleague:
    """Somebody signed in: what the domain and what a browser need."""

    access: StaffAccess
    token: str
    cookie: str

    @property
    def cookies(self) -> dict[str, str]:
        """For a test client."""
        return {self.cookie: self.token}


@dataclass
class Desk:
    """One installation with one clinic and a team; `second_clinic` makes another."""

    services: Services
    clinic: Clinic = field(init=False)
    team: Team = field(init=False)

    async def open(self) -> "Desk":
        """Connect, and set up the first clinic."""
        await self.services.database.open()
        self.clinic, self.team = await self.set_up("Riverside Clinic")
        return self

    async def set_up(self, name: str) -> tuple[Clinic, Team]:
        """A clinic with one team."""
        options = ClinicOptions(time_zone="Europe/Stockholm")
        async with self.services.database.unit_of_work() as work:
            clinic = await self.services.clinics.create(work, SYSTEM, name, options)
            team = await self.services.teams.install(
                work, SYSTEM, clinic.id, TeamKind.TEAM, "Skin team"
            )
        return clinic, team

    async def hire(
        self,
        name: str,
        role: Role = Role.STAFF,
        *,
        clinic: Clinic | None = None,
        team: Team | None = None,
        assigned: bool = True,
    ) -> Colleague:
        """A colleague, assigned to the team unless told otherwise, and signed in."""
        clinic, team = clinic or self.clinic, team or self.team
        person = Person(name=name, email=f"{name.split()[-1].lower()}@{clinic.id}.test", role=role)
        async with self.services.database.unit_of_work() as work:
            member = await self.services.staff.install(
                work, SYSTEM, clinic.id, person, "not a password"
            )
            if assigned:
                await self.services.staff.install_assignment(
                    work, SYSTEM, clinic.id, member.id, team.id
                )
        return await self.sign_in(member.id, clinic.id, role)

    async def sign_in(self, staff_id: str, clinic_id: str, role: Role) -> Colleague:
        """A further session of somebody."""
        sessions = self.services.sessions
        async with self.services.database.unit_of_work() as work:
            token = await sessions.begin(
                work, staff_id, clinic_id, role, Stage.FULL, "A browser", ADDRESS
            )
        access = await sessions.resume(token, ADDRESS)
        return Colleague(access, token, cookie_name(self.services.settings))

    async def admit(
        self,
        by: Colleague,
        name: str,
        born: date = date(1991, 3, 14),
        teams: list[str] | None = None,
        **more: str,
    ) -> Patient:
        """A patient, assigned to the first team unless told otherwise."""
        demographics = Demographics(name=name, birth_date=born, **more)  # type: ignore[arg-type]
        async with self.services.database.unit_of_work() as work:
            return await self.services.patients.add(
                work, by.access, demographics, [self.team.id] if teams is None else teams
            )

    async def chart(self, by: Colleague, patient: Patient) -> ChartAccess:
        """Access to a chart."""
        return await self.services.permissions.chart(by.access, patient.id)

    async def file(
        self,
        by: Colleague,
        patient: Patient,
        name: str,
        content: bytes,
        *,
        category: str = "other",
        finish: bool = True,
    ) -> str:
        """Upload a file as staff do; the id of its entry. `finish` scans and examines it too."""
        chart = await self.chart(by, patient)
        uploads = self.services.uploads
        upload = await uploads.begin_for_chart(
            chart, Announced(name, len(content)), Allowance(len(content)), category
        )
        await uploads.append(chart, upload.id, 0, _pieces(content))
        if finish:
            await self.work()
        found = await self.services.charts.inbox(by.access, 500)
        return next((entry.id for entry in found if entry.file_id == upload.file_id), "")

    async def work(self) -> int:
        """Do every job that is due."""
        worker = Worker(self.services.database, self.services.handlers, {})
        return await worker.run_until_idle()

    async def actions(self, clinic: Clinic | None = None) -> list[str]:
        """The audit lines of the clinic, oldest first, by their names."""
        from bedside.audit.recorder import Filter

        lines = await self.services.audit.lines((clinic or self.clinic).id, Filter(limit=1_000))
        return [line.action for line in reversed(lines)]


async def _pieces(content: bytes) -> AsyncIterator[Chunk]:
    yield content


def photo(colour: tuple[int, int, int] = (200, 140, 120), size: tuple[int, int] = (64, 48)) -> bytes:
    """A small JPEG."""
    made = BytesIO()
    Image.new("RGB", size, colour).save(made, "JPEG")
    return made.getvalue()


def installation(folder: Path, url: str = "", **settings: object) -> Services:
    """Services on a fresh database with all tables."""
    wanted = Settings.model_validate({"data": folder, "database_url": url, **settings})
    services = bootstrap.build(wanted)
    if url:
        return services
    engine = sqlalchemy.create_engine(wanted.url)
    metadata.create_all(engine)
    engine.dispose()
    return services
