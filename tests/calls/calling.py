"""Fixtures of call tests: waiting patients, and clinicians who call them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bedside.calls.access import CallSeat, HostSeat
from bedside.calls.participants import Joined
from bedside.calls.states import Mode
from bedside.people.permissions import GuestAccess, RoomAccess, StaffAccess, VisitorAccess
from bedside.realtime.envelopes import Description, Media, Signal
from bedside.visits.check_in import CheckIn, CheckInForm
from tests.house import House

ADDRESS = "198.51.100.7"
BORN = date(1984, 5, 6)
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


@dataclass
class Ward:
    """The waiting room of a house, with the services of its calls. `tokens` are those of patients'
    and guests' devices, by visit or guest."""

    house: House
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.house.services, name)

    async def room(self, staff: StaffAccess | None = None) -> RoomAccess:
        """Return access to the room; by default the clinician's."""
        who = staff or self.house.here.clinician
        return await self.house.services.people.permissions.room(who, self.house.here.room.id)

    async def wait(self, name: str = "Wilma Waiting") -> VisitorAccess:
        """Check in a patient whose page is connected."""
        services = self.house.services
        room = await services.visits.rooms.get(self.house.clinic.id, self.house.here.room.id)
        if not room.open:
            await services.visits.rooms.open(await self.room())
            room = await services.visits.rooms.get(self.house.clinic.id, self.house.here.room.id)
        form = CheckInForm(CheckIn.new_draft(), name, BORN)
        checked_in = await services.visits.check_in.check_in(room, form, ADDRESS)
        visitor = await services.visits.devices.resume(
            checked_in.token, checked_in.visit_id, ADDRESS
        )
        self.tokens[visitor.visit_id] = checked_in.token
        await services.visits.presence.arrived(visitor, f"sck_{visitor.visit_id}")
        return visitor

    async def identify(self, visitor: VisitorAccess) -> VisitorAccess:
        """Identify the visitor as a new patient. Returns the device's access from then on."""
        services, visit_id = self.house.services, visitor.visit_id
        await services.visits.identification.add(await self.room(), visit_id)
        return await services.visits.devices.resume(self.tokens[visit_id], visit_id, ADDRESS)

    async def start(
        self, visitor: VisitorAccess, staff: StaffAccess | None = None, mode: Mode = Mode.VIDEO
    ) -> HostSeat:
        """Start a call with a waiting patient; nobody has joined yet."""
        room = await self.room(staff)
        call_id = await self.house.services.calls.control.start(room, visitor.visit_id, mode)
        return await self.house.services.calls.seats.host(room.staff, call_id)

    async def seat(self, visitor: VisitorAccess) -> CallSeat:
        """Return the patient's seat in the call."""
        return await self.house.services.calls.seats.visitor(visitor)

    async def join(self, seat: CallSeat, **how: Any) -> Joined:
        """Join the call with a page that has just loaded."""
        return await self.house.services.calls.participants.join(seat, **how)

    async def both(self, name: str = "Wilma Waiting") -> "Pair":
        """Start a call of a clinician and a patient, and join both."""
        visitor = await self.wait(name)
        host = await self.start(visitor)
        here = await self.join(host, camera=True)
        there = await self.join(await self.seat(visitor), camera=True)
        return Pair(visitor, host, here, there)

    async def live_call(self, access: Any, call_id: str) -> dict[str, Any]:
        """Return the snapshot of the call's topic for a page."""
        kind = self.house.services.realtime.topics.kind("call")
        assert kind is not None
        return await kind.snapshot(access, call_id)

    async def guest(self, host: HostSeat, name: str = "Gustav Guest") -> GuestAccess:
        """Invite a guest, who gives a name and knocks."""
        guests = self.house.services.calls.guests
        secret = (await guests.invite(host)).link.rpartition("/")[2]
        guest_id, token = await guests.enter(secret, name, ADDRESS)
        self.tokens[guest_id] = token
        return await guests.resume(token, guest_id, ADDRESS)


@dataclass
class Pair:
    """A 1:1 call."""

    visitor: VisitorAccess
    host: HostSeat
    here: Joined
    """The clinician's page."""
    there: Joined
    """The patient's page."""

    @property
    def call_id(self) -> str:
        """The call."""
        return self.host.call_id


def offer(call_id: str, sender: str, to: str, **what: Any) -> Signal:
    """Return a signal with an offer, or with the given content."""
    said = what or {"description": Description(type="offer", sdp=SDP)}
    return Signal.model_validate(
        {"action": "signal", "call": call_id, "from": sender, "to": to, **said}
    )


def sends(
    call_id: str,
    sender: str,
    *,
    muted: bool = False,
    camera: bool = True,
    microphone: str = "ok",
) -> Media:
    """Return a page's message about the media it sends."""
    return Media.model_validate(
        {
            "action": "media",
            "call": call_id,
            "from": sender,
            "muted": muted,
            "camera": camera,
            "sharing": False,
            "microphone": microphone,
        }
    )
