"""The search for patients at the size of a large clinic: `python -m benchmarks.names [PATIENTS]`.

Reports the size of the index, how long it takes to write, and the processor time of one search for
each key that is pressed, on SQLite, by what was typed.
"""

import asyncio
import random
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from bedside import bootstrap
from bedside.audit.actors import SYSTEM
from bedside.database import schema
from bedside.people.patients import Demographics
from bedside.people.permissions import StaffAccess
from bedside.people.roles import Role
from bedside.people.sessions import Stage
from bedside.people.sign_in import SignInOptions
from bedside.people.staff import Person
from bedside.people.teams import TeamKind
from bedside.services import Services
from bedside.settings import load

PATIENTS = 50_000
HERE = "127.0.0.1"
FIRST = """Anna Maria Erik Karin Lars Eva Johan Per Kristina Anders Elisabeth Mikael Birgitta Jan
Olga Fatima Mohammed Ali Omar Yusuf Leila Søren Åse Øyvind Łukasz Agnieszka Jürgen Käthe Zoë José
Lucía Conor Siobhan Wei Fang Minh Thi Nguyen Arjun Priya Hannah Maja Maya Alexander Elias Ida"""
SYLLABLES = "berg lund ström qvist holm gren dahl sjö ek lind san mar tor vik nil pet jo hans"
TYPED = (
    "a", "an", "ann", "anna", "m l", "anna l", "ek", "berg", "anna berg", "lindqvist maria",
    "maya l", "søren", "soren ekholm", "lindkvits", "anan bergström", "jurgn", "xyzzy", "O’Brien",
    "14 March 1961", "anna 1961", "1961", "0701234",
)  # fmt: skip


def _name(of: random.Random) -> str:
    words = [of.choice(FIRST.split())]
    if of.random() < 0.3:
        words.append(of.choice(FIRST.split()))
    family = "".join(of.choice(SYLLABLES.split()) for _ in range(of.choice((1, 2, 2, 3))))
    return " ".join((*words, family.title()))


async def _clinic(services: Services) -> tuple[StaffAccess, str]:
    async with services.database.unit_of_work() as work:
        clinic = await services.people.clinics.create(
            work, SYSTEM, "Large Clinic", SignInOptions(second_factor_required=False)
        )
        room = await services.people.teams.install(work, SYSTEM, clinic.id, TeamKind.ROOM, "Room")
        person = Person(name="Rita Sandberg", email="rita@clinic.example", role=Role.STAFF)
        member = await services.people.staff.install(work, SYSTEM, clinic.id, person, "none")
        await services.people.staff.install_assignment(work, SYSTEM, clinic.id, member.id, room.id)
        token = await services.people.sessions.begin(
            work, member.id, clinic.id, Role.STAFF, Stage.FULL, "benchmarks", HERE
        )
    return await services.people.sessions.resume(token, HERE), room.id


async def _add(services: Services, staff: StaffAccess, room: str, patients: int) -> float:
    of, began = random.Random(9), time.process_time()
    for at in range(0, patients, 200):
        async with services.database.unit_of_work() as work:
            for _ in range(at, min(at + 200, patients)):
                born = date(of.randint(1930, 2020), of.randint(1, 12), of.randint(1, 28))
                phone = f"+46 70 {of.randint(1_000_000, 9_999_999)}"
                who = Demographics(name=_name(of), birth_date=born, phone=phone)
                await services.people.patients.add(work, staff, who, [room])
    return time.process_time() - began


async def _measured(services: Services, staff: StaffAccess, typed: str) -> tuple[float, int]:
    times: list[float] = []
    found: list[Any] = []
    for _ in range(7):
        began = time.process_time()
        found = await services.people.patients.find(staff, typed)
        times.append(time.process_time() - began)
    return median(times) * 1000, len(found)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("bedside.db*"))


async def _run(patients: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = load(data=Path(folder), worker_in_process=False)
        await asyncio.to_thread(schema.upgrade, settings.url)
        services = bootstrap.build(settings)
        await services.database.open()
        try:
            staff, room = await _clinic(services)
            print(f"{patients} patients: {await _add(services, staff, room, patients):.1f} s")
            print(f"database: {_size(Path(folder)) / 1e6:.0f} MB")
            for typed in TYPED:
                taken, found = await _measured(services, staff, typed)
                print(f"{typed!r:22} {taken:6.1f} ms  {found}")
            began = time.process_time()
            likely = await services.people.likely.of(
                staff.clinic_id, "Anna Bergström", date(1961, 3, 14)
            )
            print(f"at the door: {(time.process_time() - began) * 1000:.1f} ms, {len(likely)}")
        finally:
            await services.database.close()


if __name__ == "__main__":
    uvloop.run(_run(int(sys.argv[1]) if len(sys.argv) > 1 else PATIENTS))
