"""A call in the world of the matrix: the administrator with a patient and a guest; another patient
is waiting in the room, and another guest knocks."""

from bedside.calls import rows as call_rows
from bedside.calls.access import HostSeat
from bedside.calls.states import Kind as CallKind
from bedside.calls.states import Mode
from bedside.people.permissions import RoomAccess, VisitorAccess
from bedside.requests.lost_links import Asker
from bedside.visits.check_in import CheckIn, CheckInForm
from bedside.visits.rooms import RoomChange
from tests.calls.agreeing import admit_guest
from tests.house import House
from tests.matrix.apps import Apps
from tests.matrix.people import Kind

_ADDRESS = "198.51.100.9"
_UNKNOWN = 1
"""The waiting patient nobody has identified yet."""


class Visits:
    """Fills the room with patients, and a call with people."""

    def __init__(
        self,
        house: House,
        ids: dict[str, str],
        cookies: dict[Kind, dict[str, str]],
        secrets: dict[Kind, str],
    ) -> None:
        self._house = house
        self._ids = ids
        self._cookies = cookies
        self._secrets = secrets

    async def build(self) -> None:
        """Build everything."""
        room = await self._house.people.permissions.room(
            self._house.here.administrator, self._house.here.room.id
        )
        await self._house.visits.rooms.open(room)
        visitor = await self._wait(Kind.VISITOR, 0)
        waiting = await self._wait(Kind.VISITOR_B, 1)
        await self._house.visits.presence.arrived(waiting, "sck_of_the_waiting_visitor")
        call_id = await self._house.calls.control.start(room, visitor.visit_id, Mode.VIDEO)
        self._ids.update(
            room_id=room.room_id,
            slug=(await self._house.visits.rooms.get(room.clinic_id, room.room_id)).slug,
            visit=visitor.visit_id,
            visit_id=visitor.visit_id,
            waiting_visit=waiting.visit_id,
            call_id=call_id,
        )
        await self._join(visitor)
        await Apps(self._house, self._ids, room, visitor).build()
        self._ids["transfer"] = self._ids["offered"]
        await self._hand_over(room)
        await self._lose_a_link(room)

    async def _lose_a_link(self, room: RoomAccess) -> None:
        """A patient asks at the door for a link again."""
        who = self._house.patients[0].demographics
        assert who.birth_date is not None
        lost = self._house.requests.lost
        asker = Asker(who.name, who.birth_date)
        await lost.ask(room.clinic_id, room.room_id, asker, _ADDRESS)
        [one] = await lost.of_desk(room.staff)
        self._ids["lost_id"] = one.id

    async def _hand_over(self, room: RoomAccess) -> None:
        """Transfer a third patient to another room, and write to everyone."""
        house = self._house
        administrator = house.administer()
        other = await house.visits.rooms.create(administrator, RoomChange("Upstairs"))
        await house.people.staff.assign(administrator, room.staff.staff_id, other.id)
        await house.visits.rooms.open(await house.people.permissions.room(room.staff, other.id))
        sent = await self._wait(None, 2)
        self._ids.update(
            other_room=other.id,
            transfer_id=await house.visits.transfers.transfer(room, sent.visit_id, other.id),
            message_id=await house.visits.room_messages.say(room, "Running late."),
        )

    async def _wait(self, kind: Kind | None, patient: int) -> VisitorAccess:
        """Check in a patient of the house; all but the second are identified then."""
        who = self._house.patients[patient].demographics
        room = await self._house.visits.rooms.get(self._house.clinic.id, self._house.here.room.id)
        form = CheckInForm(
            draft=CheckIn.new_draft(),
            name=who.name,
            birth_date=who.birth_date,
            reason="Something on the philtrum",
        )
        checked_in = await self._house.visits.check_in.check_in(room, form, _ADDRESS)
        if patient != _UNKNOWN:
            in_charge = await self._house.people.permissions.room(
                self._house.here.administrator, room.id
            )
            await self._house.visits.identification.confirm(
                in_charge, checked_in.visit_id, self._house.patients[patient].id
            )
        if kind is not None:
            self._cookies[kind] = {"bedside-visitor": checked_in.token}
        return await self._house.visits.devices.resume(
            checked_in.token, checked_in.visit_id, _ADDRESS
        )

    async def _join(self, visitor: VisitorAccess) -> None:
        participants = self._house.calls.participants
        host = await self._house.calls.seats.host(
            self._house.here.administrator, self._ids["call_id"]
        )
        here = await participants.join(host)
        there = await participants.join(await self._house.calls.seats.visitor(visitor))
        self._ids.update(
            right_connection=here.connection_id, visitor_connection=there.connection_id
        )
        for kind, name in ((Kind.GUEST, "guest_id"), (None, "knocking_guest")):
            invitation = await self._house.calls.guests.invite(host)
            secret = invitation.link.rpartition("/")[2]
            guest_id, token = await self._house.calls.guests.enter(secret, "Gustav Guest", _ADDRESS)
            self._ids[name] = guest_id
            if kind is not None:
                await admit_guest(self._house.services, host, guest_id)
                self._cookies[kind] = {"bedside-guest": token}
                self._secrets[kind] = secret
        await self._newcomer(host)

    async def _newcomer(self, host: HostSeat) -> None:
        """Let the patient be asked about one more guest."""
        guests = self._house.calls.guests
        secret = (await guests.invite(host)).link.rpartition("/")[2]
        guest_id, _ = await guests.enter(secret, "Gustav Guest", _ADDRESS)
        await guests.admit(host, guest_id)
        async with self._house.database.read() as db:
            place = await call_rows.of_person(db, host.call_id, CallKind.GUEST, guest_id)
        assert place is not None
        self._ids["participant_id"] = place.id
