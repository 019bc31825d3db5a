"""Newcomers of a call, with everybody asked agreeing at once."""

from bedside.calls import rows
from bedside.calls.access import HostSeat
from bedside.calls.states import Standing
from bedside.people.permissions import RoomAccess, visitor_access
from bedside.services import Services


async def all_agree(services: Services, call_id: str) -> None:
    """Let each patient who is asked agree, until nobody is asked."""
    while True:
        async with services.database.read() as db:
            people = await rows.participants_of(db, call_id)
        asked = [one for one in people if one.state == Standing.AGREEING]
        if not asked:
            return
        visits = {one.id: one for one in people}
        patient = visits[asked[0].waits_for.split()[0]]
        visitor = visitor_access(patient.person_id, patient.clinic_id, "", "198.51.100.7")
        await services.calls.newcomers.agree(visitor, asked[0].id)


async def add_patient(services: Services, host: HostSeat, room: RoomAccess, visit_id: str) -> None:
    """Take a waiting patient into a call."""
    await services.calls.newcomers.ask(host, room, visit_id)
    await all_agree(services, host.call_id)


async def admit_guest(services: Services, host: HostSeat, guest_id: str) -> None:
    """Let a knocking guest into a call."""
    await services.calls.guests.admit(host, guest_id)
    await all_agree(services, host.call_id)
