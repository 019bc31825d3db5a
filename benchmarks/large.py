"""A large clinic's data, for measuring: years of patients, a full inbox, one very long chart.

It is made through the product's own services, some hundred patients in one unit of work.
"""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bedside.audit.actors import SYSTEM
from bedside.charts.records import Incoming
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.patients import Demographics
from bedside.people.permissions import StaffAccess
from bedside.people.roles import Role
from bedside.people.sessions import Stage
from bedside.people.sign_in import SignInOptions
from bedside.people.staff import Person
from bedside.people.teams import TeamKind
from bedside.requests.photos.kind import PHOTOS
from bedside.requests.photos.sending import Draft
from bedside.services import Services

_AT_ONCE = 250
_HERE = "127.0.0.1"
_FIRST = """
    Maya Noor Lucía Émile Søren Zoë Ana Jan Priya Wei Amara Olga Tomás Ingrid Yusuf Fatima
    Henrik Chiara Kofi Leila Marek Nadia Pavel Rosa Sven Tariq Ursula Viktor Wanda Xenia
"""
_LAST = """
    Lindqvist Haddad Romero Dubois Jensen Müller García Kowalski Patel Chen Okafor Ivanova
    Silva Berg Yılmaz Rahman Olsen Rossi Mensah Karimi Nowak Petrov Novák Fernández Larsson
    Aziz Weber Hansen Zielińska Papadopoulos Andersen Bauer Costa Duarte Eriksen Fischer
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the clinic is. `few` patients belong to a team of their own, whose nurse sees
    nobody else."""

    patients: int
    unreviewed: int
    one_chart: int
    few: int
    requests: int


@dataclass(frozen=True, slots=True)
class LargeClinic:
    """The people who ask, as session tokens and permissions: `all` sees everybody by a room,
    `adder` each patient by an assignment of their own, `nurse` only a few. `longest` is the patient
    of the long chart, `early` one of the first tenth, far down the list."""

    clinic_id: str
    room_id: str
    tokens: dict[str, str]
    staff: dict[str, StaffAccess]
    longest: str
    early: str


async def fill(services: Services, size: Size) -> LargeClinic:
    """Create a clinic of this size."""
    async with services.database.unit_of_work() as work:
        clinic = await services.people.clinics.create(
            work, SYSTEM, "Riverside Hospital", SignInOptions(second_factor_required=False)
        )
        room = await services.people.teams.install(
            work, SYSTEM, clinic.id, TeamKind.ROOM, "Reception"
        )
        team = await services.people.teams.install(
            work, SYSTEM, clinic.id, TeamKind.TEAM, "Dermatology"
        )
    places = {"all": (room.id,), "adder": (), "nurse": (team.id,)}
    tokens = {who: await _signed_in(services, clinic.id, who, places[who]) for who in places}
    staff = {who: await services.people.sessions.resume(tokens[who], _HERE) for who in tokens}
    ids = await _patients(services, staff["adder"], room.id, team.id, size)
    await _entries(services, staff["adder"], ids, size)
    await _requests(services, staff["adder"], ids, size)
    return LargeClinic(
        clinic.id, room.id, tokens, staff, longest=ids[len(ids) // 2], early=ids[len(ids) // 10]
    )


async def _signed_in(services: Services, clinic: str, who: str, places: tuple[str, ...]) -> str:
    person = Person(name="Rita Sandberg", email=f"{who}@clinic.example", role=Role.STAFF)
    async with services.database.unit_of_work() as work:
        member = await services.people.staff.install(work, SYSTEM, clinic, person, "none")
        for place in places:
            await services.people.staff.install_assignment(work, SYSTEM, clinic, member.id, place)
        return await services.people.sessions.begin(
            work, member.id, clinic, Role.STAFF, Stage.FULL, "benchmarks", _HERE
        )


def _in_portions(count: int) -> Iterator[range]:
    for first in range(0, count, _AT_ONCE):
        yield range(first, min(first + _AT_ONCE, count))


async def _patients(
    services: Services, adder: StaffAccess, room: str, team: str, size: Size
) -> list[str]:
    """Add the patients; those of the team are spread over the years."""
    chance = random.Random(7)
    every = max(1, size.patients // size.few)
    ids: list[str] = []
    for portion in _in_portions(size.patients):
        async with services.database.unit_of_work() as work:
            for number in portion:
                places = [room, team] if number % every == 0 else [room]
                who = _somebody(chance, number)
                added = await services.people.patients.add(work, adder, who, places)
                ids.append(added.id)
    return ids


def _somebody(chance: random.Random, number: int) -> Demographics:
    first, last = _FIRST.split(), _LAST.split()
    return Demographics(
        name=f"{chance.choice(first)} {chance.choice(first)} {chance.choice(last)}",
        birth_date=date(1935, 1, 1) + timedelta(days=chance.randrange(31_000)),
        phone=f"+4670{number:07}",
    )


async def _entries(services: Services, adder: StaffAccess, ids: list[str], size: Size) -> None:
    """File what nobody has looked at yet, a part of it in one chart."""
    chance = random.Random(8)
    longest = ids[len(ids) // 2]
    now = clock.now()
    for portion in _in_portions(size.unreviewed):
        async with services.database.unit_of_work() as work:
            for number in portion:
                of = longest if number < size.one_chart else chance.choice(ids)
                await services.charts.contents.file(work, _entry(adder, of, number, now))


async def _requests(services: Services, adder: StaffAccess, ids: list[str], size: Size) -> None:
    """Ask for photos. Nobody has answered yet."""
    chance = random.Random(9)

    async def ask(patient: str) -> None:
        chart = await services.people.permissions.chart(adder, patient)
        draft = Draft(new_id(PHOTOS.prefix), ("sms",), "general", "", "")
        await services.requests.photos.send(chart, draft)

    for portion in _in_portions(size.requests):
        await asyncio.gather(*(ask(chance.choice(ids)) for _ in portion))


def _entry(adder: StaffAccess, patient: str, number: int, now: int) -> Incoming:
    return Incoming(
        clinic_id=adder.clinic_id,
        patient_id=patient,
        file_id=new_id("fil"),
        name=f"Lab results {number}.pdf" if number % 3 else f"Photo of the left arm {number}.jpg",
        size=1_000_000,
        media_type="application/pdf" if number % 3 else "image/jpeg",
        state="filed",
        channel="photo_request",
        category="patient_photo",
        source_id="",
        actor=adder.actor,
        received_at=now - number * clock.MINUTE,
    )
