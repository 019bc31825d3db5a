"""Rooms with patients in them, for the tests of pages."""

from dataclasses import dataclass
from datetime import date

from bedside.people.permissions import RoomAccess, StaffAccess, VisitorAccess
from bedside.visits.check_in import CheckInForm
from bedside.visits.rooms import Room, RoomChange, RoomKind
from bedside.visits.waiting_room import DeviceTest
from tests.house import House

ADDRESS = "198.51.100.9"
GOOD = DeviceTest(camera="ok", microphone="ok", speaker="ok", connection="ok")


@dataclass(frozen=True)
class Rooms:
    """The house's rooms: Reception is shared by everybody; the other is Dr Okafor's own."""

    reception: Room
    own: Room


async def rooms_of(house: House) -> Rooms:
    """Return the room of the house and a personal one, both open."""
    services, here = house.services, house.here
    wanted = RoomChange("Dr Okafor's room", RoomKind.PERSONAL, here.clinician.staff_id)
    own = await services.visits.rooms.create(house.administer(), wanted)
    await services.visits.rooms.open(await in_charge(house, own.id, here.clinician))
    await services.visits.rooms.open(await in_charge(house, here.room.id))
    clinic_id = house.clinic.id
    return Rooms(
        await services.visits.rooms.get(clinic_id, here.room.id),
        await services.visits.rooms.get(clinic_id, own.id),
    )


async def in_charge(house: House, room_id: str, staff: StaffAccess | None = None) -> RoomAccess:
    """Return access of somebody in charge of a room, by default the receptionist."""
    return await house.services.people.permissions.room(staff or house.here.receptionist, room_id)


async def arrive(
    house: House,
    room: Room,
    name: str = "Kofi Asante",
    *,
    born: date | None = date(1979, 8, 9),
    reason: str = "Minor burn",
    phone: str = "",
    test: DeviceTest | None = GOOD,
    connected: bool = True,
) -> VisitorAccess:
    """Check in a patient who tests the devices and waits with an open page."""
    services = house.services
    form = CheckInForm(
        services.visits.check_in.new_draft(),
        name,
        born,
        phone=phone,
        reason=reason,
        consented=True,
    )
    checked_in = await services.visits.check_in.check_in(room, form, ADDRESS)
    visitor = await services.visits.devices.resume(checked_in.token, checked_in.visit_id, ADDRESS)
    if test:
        await services.visits.waiting_room.record_device_test(visitor, test)
    if connected:
        await services.visits.presence.arrived(visitor, f"page of {visitor.visit_id}")
    return visitor
