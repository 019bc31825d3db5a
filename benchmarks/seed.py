"""An installation for measuring: `python -m benchmarks.seed DATA [DATABASE_URL] [--waiting N]`.

Creates a clinic through the product's own services, with a signed-in receptionist and colleagues,
patients with unreviewed entries in their charts, a photo link that was sent, and two open rooms,
one of them full of waiting patients; prints how to reach them.
"""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import uvloop

from bedside import bootstrap
from bedside.audit.actors import SYSTEM
from bedside.charts.records import Incoming
from bedside.database import schema
from bedside.edge.accounts import app_cookie_name
from bedside.files.options import UploadOptions
from bedside.kernel import clock, logs
from bedside.kernel.ids import new_id
from bedside.people.patients import Demographics, Patient
from bedside.people.permissions import StaffAccess, link_access
from bedside.people.roles import Role
from bedside.people.sessions import Stage
from bedside.people.sign_in import SignInOptions
from bedside.people.staff import Person
from bedside.people.teams import TeamKind
from bedside.requests.photos.sending import Draft
from bedside.services import Services
from bedside.settings import Settings, load
from bedside.transfers.options import TransferOptions
from bedside.visits.check_in import CheckInForm
from bedside.visits.waiting_room import DeviceTest
from benchmarks.servers import WAITING

PATIENTS = 100
ENTRIES_EACH = 5
COLLEAGUES = 400
"""So many that none of them has more than 30 of 10,000 pages, which is the limit of a session."""
LARGEST = 2_000_000_000
HERE = "127.0.0.1"
TESTED = DeviceTest(camera="ok", microphone="ok", speaker="ok", connection="ok")


async def _seed(settings: Settings, waiting: int) -> dict[str, Any]:
    services = bootstrap.build(settings)
    await services.database.open()
    try:
        token, staff, room = await _receptionist(services)
        colleagues = [
            await _signed_in(services, staff.clinic_id, room, n) for n in range(COLLEAGUES)
        ]
        patients = [await _patient(services, staff, room, n) for n in range(PATIENTS)]
        for number in range(PATIENTS * ENTRIES_EACH):
            await _unreviewed(services, staff, patients[number % PATIENTS], number)
        rooms = [room, await _second_room(services, staff)]
        return {
            "rooms": rooms,
            "visits": await _waiting(services, staff, rooms, waiting),
            "cookie": f"{settings.session_cookie}={token}",
            "colleagues": [f"{settings.session_cookie}={each}" for each in colleagues],
            "clinic": staff.clinic_id,
            "patient": patients[0].id,
            "link": await _link(services, staff, patients[0]),
            "phone": await _phone(services, staff, patients[0]),
        }
    finally:
        await services.database.close()


async def _receptionist(services: Services) -> tuple[str, StaffAccess, str]:
    """Return session token, permission and room of somebody who sees all patients."""
    options = (
        SignInOptions(second_factor_required=False),
        UploadOptions(upload_bytes_limit=LARGEST),
        TransferOptions(transfer_bytes_limit=LARGEST),
    )
    async with services.database.unit_of_work() as work:
        clinic = await services.people.clinics.create(work, SYSTEM, "Riverside Clinic", *options)
        room = await services.people.teams.install(
            work, SYSTEM, clinic.id, TeamKind.ROOM, "Reception"
        )
    token = await _signed_in(services, clinic.id, room.id, COLLEAGUES)
    return token, await services.people.sessions.resume(token, HERE), room.id


async def _signed_in(services: Services, clinic: str, room: str, number: int) -> str:
    """Return the session token of somebody who works in a room."""
    # Nobody signs in with a password here, so no password would match.
    person = Person(name="Rita Sandberg", email=f"rita.{number}@clinic.example", role=Role.STAFF)
    async with services.database.unit_of_work() as work:
        member = await services.people.staff.install(work, SYSTEM, clinic, person, "none")
        await services.people.staff.install_assignment(work, SYSTEM, clinic, member.id, room)
        return await services.people.sessions.begin(
            work, member.id, clinic, Role.STAFF, Stage.FULL, "benchmarks", HERE
        )


async def _patient(services: Services, staff: StaffAccess, room: str, number: int) -> Patient:
    who = Demographics(
        name=f"Maya Lindqvist {number}",
        birth_date=date(1950 + number % 60, 3, 14),
        phone=f"+46 70 174 {number:04}",
        email=f"maya.{number}@patients.example",
    )
    async with services.database.unit_of_work() as work:
        return await services.people.patients.add(work, staff, who, assigned_to=[room])


async def _unreviewed(services: Services, staff: StaffAccess, to: Patient, number: int) -> None:
    incoming = Incoming(
        clinic_id=staff.clinic_id,
        patient_id=to.id,
        file_id=new_id("fil"),
        name=f"Photo of the left arm {number}.jpg",
        size=1_000_000,
        media_type="image/jpeg",
        state="filed",
        channel="photo_request",
        category="patient_photo",
        source_id="",
        actor=staff.actor,
        received_at=clock.now() - number * clock.MINUTE,
    )
    async with services.database.unit_of_work() as work:
        await services.charts.contents.file(work, incoming)


async def _phone(services: Services, staff: StaffAccess, patient: Patient) -> str:
    """Return the cookie of a patient's phone that is signed in to the app."""
    link = link_access("lnk_measured", staff.clinic_id, patient.id, "app_measured", HERE)
    there = await services.accounts.sign_in.by_link(link, device="Phone", own=True)
    return f"{app_cookie_name(services.settings)}={there.token}"


async def _second_room(services: Services, staff: StaffAccess) -> str:
    """Create the room that patients are transferred to; the receptionist is in charge of it,
    too."""
    async with services.database.unit_of_work() as work:
        room = await services.people.teams.install(
            work, SYSTEM, staff.clinic_id, TeamKind.ROOM, "Treatment"
        )
        await services.people.staff.install_assignment(
            work, SYSTEM, staff.clinic_id, staff.staff_id, room.id
        )
    return room.id


async def _waiting(
    services: Services, staff: StaffAccess, rooms: list[str], count: int
) -> list[tuple[str, str]]:
    """Open both rooms and check patients in at the first. Returns visits and device tokens."""
    for room_id in rooms:
        await services.visits.rooms.open(await services.people.permissions.room(staff, room_id))
    room = await services.visits.rooms.get(staff.clinic_id, rooms[0])
    visits: list[tuple[str, str]] = []
    for number in range(count):
        form = CheckInForm(
            services.visits.check_in.new_draft(),
            f"Noor Haddad {number}",
            birth_date=date(1950 + number % 60, 7, 2),
            reason="A rash on the hand",
        )
        checked_in = await services.visits.check_in.check_in(room, form, HERE)
        visitor = await services.visits.devices.resume(checked_in.token, checked_in.visit_id, HERE)
        await services.visits.waiting_room.record_device_test(visitor, TESTED)
        visits.append((checked_in.visit_id, checked_in.token))
    return visits


async def _link(services: Services, staff: StaffAccess, patient: Patient) -> str:
    """Return the path of a photo request's link."""
    chart = await services.people.permissions.chart(staff, patient.id)
    draft = Draft(new_id("req"), ("email",), "skin", "left arm")
    await services.requests.photos.send(chart, draft)
    until = clock.now() + clock.DAY
    async with services.database.unit_of_work() as work:
        secret = await services.links.issue(work, staff.clinic_id, patient.id, draft.id, until)
    return f"/l/{secret}"


def main() -> None:
    """Seed, and print cookie, patient and link as JSON."""
    logs.configure()
    parser = argparse.ArgumentParser(prog="benchmarks.seed")
    parser.add_argument("data", type=Path)
    parser.add_argument("database_url", nargs="?", default="")
    parser.add_argument("--waiting", type=int, default=WAITING)
    asked = parser.parse_args()
    data: Path = asked.data
    given: dict[str, Any] = {"database_url": asked.database_url} if asked.database_url else {}
    settings = load(data=data, **given)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    schema.upgrade(settings.url)
    sys.stdout.write(json.dumps(uvloop.run(_seed(settings, asked.waiting))) + "\n")


if __name__ == "__main__":
    main()
