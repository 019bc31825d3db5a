"""Rooms of the demonstration, and visits that have ended: history, notes, a transfer.

Nobody is waiting when the demonstration starts: a patient whose page is closed would lose the
place after a few minutes. Open a room's address in another window and check in to have a patient
waiting.
"""

from dataclasses import dataclass
from datetime import date

from bedside.calls.states import Mode
from bedside.demo import cast
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.people.roles import Role
from bedside.requests.summaries.details import PREFIX
from bedside.requests.summaries.staff import Draft
from bedside.services import Services
from bedside.visits.check_in import CheckInForm
from bedside.visits.rooms import FOR_NEW_ROOMS, RoomChange, RoomKind
from bedside.visits.waiting_room import DeviceTest

_ADDRESS = "127.0.0.1"
_FINE = DeviceTest(camera="ok", microphone="ok", speaker="ok", connection="ok")
_WELCOME = "Welcome. Please keep this page open: we will be with you shortly."


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit: which patient of the clinic (by number), where, and how it went. Minutes count
    from the check-in; `to` is the room of a transfer, where `to_note` is written. `summary` is what
    the patient was written afterwards, and has read; "" for nothing."""

    patient: int
    room: str
    by: str
    hours_ago: int
    reason: str
    waited: int
    lasted: int
    note: str
    to: str = ""
    to_by: str = ""
    handover: str = ""
    to_note: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Somebody who left a message and was gone before anybody saw them."""

    name: str
    born: date
    room: str
    by: str
    hours_ago: int
    reason: str
    says: str


STORY = (
    PlannedVisit(
        0,
        "Dr Okafor’s room",
        "amara.okafor@riverside.example",
        27,
        "Rash on the left arm",
        6,
        14,
        "Itching since Sunday, no fever. Photos asked for. Review in a week.",
        summary="Use the cream in the morning and at night for seven days, a thin layer.\n\n"
        "Call us if you get a fever, or if the rash spreads beyond the elbow. Otherwise we talk "
        "again in a week.",
    ),
    PlannedVisit(
        3,
        "Dr Okafor’s room",
        "amara.okafor@riverside.example",
        6,
        "Fell in the kitchen, wrist hurts",
        9,
        7,
        "Swollen right wrist after a fall. To be looked at by minor injuries today.",
        "Minor injuries",
        "jonas.meyer@riverside.example",
        "Fell this morning, right wrist swollen, can move the fingers. X-ray?",
        "No deformity on video. Comes in at three for an X-ray.",
    ),
    PlannedVisit(
        2,
        "Minor injuries",
        "elin.berg@riverside.example",
        4,
        "Cut finger",
        12,
        8,
        "Clean cut, 2 cm, bleeding has stopped. Strips at home, photo tomorrow.",
    ),
    PlannedVisit(
        4,
        "Minor injuries",
        "jonas.meyer@riverside.example",
        2,
        "Twisted ankle",
        5,
        11,
        "Ottawa rules negative. Rest, ice, compression.",
    ),
)


UNKNOWN = Unknown(
    "Freya Holm",
    date(1988, 6, 21),
    "Minor injuries",
    "elin.berg@riverside.example",
    1,
    "Ear hurts",
    "It is better now, so I am leaving. Can I book a time for Monday?",
)
"""Nobody has identified her yet."""


async def furnish(
    services: Services, clinic: cast.Clinic, people: dict[str, StaffAccess], groups: dict[str, str]
) -> None:
    """Give the rooms their owners and texts, and open them."""
    administrator = next(
        people[one.email] for one in clinic.colleagues if one.role == Role.ADMINISTRATOR
    )
    access = services.people.permissions.administer(administrator)
    for name in clinic.rooms:
        owner = clinic.owners.get(name, "")
        await services.visits.rooms.change(
            access,
            groups[name],
            RoomChange(
                name,
                RoomKind.PERSONAL if owner else RoomKind.SHARED,
                people[owner].staff_id if owner else "",
                options=FOR_NEW_ROOMS.model_copy(update={"welcome_text": _WELCOME}),
            ),
        )
        somebody = next(people[c.email] for c in clinic.colleagues if name in c.groups)
        await services.visits.rooms.open(
            await services.people.permissions.room(somebody, groups[name])
        )


class VisitStory:
    """Acts out check-ins by patients and consultations by clinicians, through the real services."""

    def __init__(
        self, services: Services, people: dict[str, StaffAccess], groups: dict[str, str]
    ) -> None:
        self._services = services
        self._people = people
        self._groups = groups

    async def tell(self, patient: cast.PatientOfDemo, told: PlannedVisit) -> None:
        """Act out one visit from the check-in to its end."""
        services = self._services
        began = -told.hours_ago * clock.HOUR
        room = await self._room(told.by, told.room)
        with clock.shifted(began):
            visit_id = await self._check_in(room, patient, told)
        seen = began + told.waited * clock.MINUTE
        with clock.shifted(seen):
            await self._identify(room, visit_id, patient)
        await self._see(room, visit_id, told.note, seen, told.lasted)
        over = seen + told.lasted * clock.MINUTE
        if told.to:
            there = await self._room(told.to_by, told.to)
            with clock.shifted(over):
                await services.visits.transfers.transfer(
                    room, visit_id, there.room_id, told.handover
                )
            seen = over + told.waited * clock.MINUTE
            await self._see(there, visit_id, told.to_note, seen, told.lasted)
            room, over = there, seen + told.lasted * clock.MINUTE
        with clock.shifted(over):
            await services.calls.control.end_visit(room, visit_id)
        if told.summary:
            await self._sum_up(room, visit_id, patient, told.summary, over)

    async def tell_unknown(self, told: Unknown) -> None:
        """Act out a visit that is over, and in no chart."""
        services = self._services
        room = await self._room(told.by, told.room)
        found = await services.visits.rooms.get(room.clinic_id, room.room_id)
        draft = services.visits.check_in.new_draft()
        form = CheckInForm(draft, told.name, told.born, reason=told.reason)
        with clock.shifted(-told.hours_ago * clock.HOUR):
            visit_id, token = await services.visits.check_in.check_in(found, form, _ADDRESS)
            visitor = await services.visits.devices.resume(token, visit_id, _ADDRESS)
            await services.conversations.visit_chat.say(visitor, visit_id, told.says, "")
            await services.visits.waiting_room.leave(visitor)

    async def _room(self, email: str, name: str) -> RoomAccess:
        return await self._services.people.permissions.room(self._people[email], self._groups[name])

    async def _check_in(
        self, room: RoomAccess, patient: cast.PatientOfDemo, told: PlannedVisit
    ) -> str:
        services = self._services
        found = await services.visits.rooms.get(room.clinic_id, room.room_id)
        form = CheckInForm(
            services.visits.check_in.new_draft(), patient.name, patient.born, reason=told.reason
        )
        visit_id, token = await services.visits.check_in.check_in(found, form, _ADDRESS)
        visitor = await services.visits.devices.resume(token, visit_id, _ADDRESS)
        await services.visits.waiting_room.record_device_test(visitor, _FINE)
        return visit_id

    async def _identify(self, room: RoomAccess, visit_id: str, patient: cast.PatientOfDemo) -> None:
        """Identify the patient: the clinician has asked for name and date of birth."""
        services = self._services
        [fits] = await services.people.likely.same(room.clinic_id, patient.name, patient.born)
        if await services.people.permissions.sees(room.staff, fits.id):
            await services.visits.identification.confirm(room, visit_id, fits.id)
        else:
            await services.visits.identification.override(
                room, visit_id, patient.name, patient.born, "Came to the waiting room"
            )

    async def _see(self, room: RoomAccess, visit_id: str, note: str, at: int, minutes: int) -> None:
        with clock.shifted(at):
            await self._services.calls.control.start(room, visit_id, Mode.VIDEO)
        with clock.shifted(at + (minutes - 1) * clock.MINUTE):
            await self._services.visit_records.notes.keep(room, visit_id, note)

    async def _sum_up(
        self, room: RoomAccess, visit_id: str, patient: cast.PatientOfDemo, text: str, over: int
    ) -> None:
        """Write to the patient after a visit, and have it read by link half an hour later."""
        services = self._services
        [fits] = await services.people.likely.same(room.clinic_id, patient.name, patient.born)
        chart = await services.people.permissions.chart(room.staff, fits.id)
        draft = Draft(new_id(PREFIX), visit_id, ("sms",), text)
        with clock.shifted(over + 3 * clock.MINUTE):
            await services.requests.summaries.send(chart, draft)
        with clock.shifted(over + 30 * clock.MINUTE):
            async with services.database.unit_of_work() as work:
                until = clock.now() + 7 * clock.DAY
                secret = await services.links.issue(
                    work, chart.clinic_id, chart.patient_id, draft.id, until
                )
            answer = await services.links.answer(secret, patient.born, _ADDRESS)
            link = await services.links.resume(answer.token, draft.id, _ADDRESS)
            await services.requests.reading.read(link)
