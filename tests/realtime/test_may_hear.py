"""The audience of an event: decided in one place, for everybody and for one person alike."""

from dataclasses import dataclass
from typing import Any

import pytest

from bedside.kernel.events import Published
from bedside.people.audiences import person_of
from bedside.realtime.topics import Topics
from tests.calls.agreeing import admit_guest
from tests.calls.calling import Ward
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S2")]

STAFF = {"host", "receptionist"}
"""Both in charge of the room and its patients; the host is in the call."""
IN_CALL = {"host", "visitor", "guest"}
EVERYBODY = {*STAFF, *IN_CALL, "neighbour", "waiter", "device"}
HEARD: dict[str, list[tuple[str, dict[str, Any], set[str]]]] = {
    "chart": [("patient", {"patient_id": "patient"}, STAFF)],
    "desk": [
        ("clinic", {"patient_id": "patient"}, STAFF),
        ("clinic", {"patient_id": "next_door"}, {"neighbour"}),
    ],
    "appointments": [("clinic", {}, EVERYBODY)],
    "room": [("room", {}, STAFF), ("nothing", {}, set())],
    "visit": [
        ("visit", {}, {*STAFF, "visitor"}),
        ("visit", {"leg": 1}, {*STAFF, "visitor"}),
        ("visit", {"leg": 0}, {"visitor"}),
        ("nothing", {}, set()),
    ],
    "chat": [("visit", {"leg": 1}, {*STAFF, "visitor"}), ("visit", {"leg": 0}, {"visitor"})],
    "conversation": [
        ("nothing", {"patient_id": "patient"}, STAFF),
        ("nothing", {"patient_id": "patient", "kind": "note"}, STAFF),
        ("nothing", {"patient_id": "next_door"}, {"neighbour"}),
    ],
    "conversations": [("patient", {"patient_id": "patient"}, STAFF)],
    "transfers": [("visit", {"leg": 1}, {*STAFF, "visitor"}), ("visit", {"leg": 0}, {"visitor"})],
    "call": [("call", {}, IN_CALL), ("nothing", {}, set())],
    "whiteboard": [("call", {}, IN_CALL), ("nothing", {}, set())],
    "request": [("nothing", {}, EVERYBODY)],
    "rooms": [("clinic", {}, EVERYBODY)],
    "person": [("nothing", {}, EVERYBODY)],
    "colleagues": [("clinic", {}, EVERYBODY)],
    "questions": [("nothing", {}, EVERYBODY)],
    "signals": [("nothing", {}, EVERYBODY)],
    "guest": [("guest", {}, EVERYBODY)],
}
"""By kind of topic: its subject, the payload of an event, and which of the subscribers may receive
it. Where that is everybody, the snapshot alone decides, for as long as the access lasts."""


@dataclass
class Cast:
    """A call, those in it and around it, and the ids of what topics are about."""

    topics: Topics
    persons: dict[str, str]
    ids: dict[str, str]

    def happens(self, kind: str, about: str, told: dict[str, Any]) -> Published:
        """Return an event of a topic."""
        payload = {name: self.ids.get(value, value) for name, value in told.items()}
        return Published(f"{kind}:{self.ids[about]}", 1, f"{kind}.changed", payload)

    async def who_hears(self, event: Published) -> set[str]:
        """Ask for each person, and see that those who fan out get the same answer."""
        heard = {
            n for n, person in self.persons.items() if await self.topics.may_hear(person, event)
        }
        audience = await self.topics.audience(event)
        assert heard == {n for n, p in self.persons.items() if audience is None or p in audience}
        return heard


async def cast_of(house: House) -> Cast:
    """Let a call begin, with a guest in it and another patient waiting."""
    ward = Ward(house)
    pair, waiter = await ward.both(), await ward.wait("Walter")
    guest = await ward.guest(pair.host)
    await admit_guest(house.services, pair.host, guest.guest_id)
    accesses = {
        "host": pair.host.staff,
        "receptionist": house.here.receptionist,
        "neighbour": house.next_door.administrator,
        "visitor": pair.visitor,
        "waiter": waiter,
        "guest": guest,
        "device": None,  # of a request's link: no audience names it
    }
    ids = {
        "patient": house.patients[0].id,
        "next_door": house.next_door.patients[0].id,
        "clinic": house.clinic.id,
        "room": house.here.room.id,
        "visit": pair.visitor.visit_id,
        "call": pair.call_id,
        "guest": guest.guest_id,
        "nothing": "xyz_nothing",
    }
    persons = {name: person_of(access) for name, access in accesses.items()}
    return Cast(house.services.realtime.topics, persons, ids)


async def test_who_may_hear_what(house: House) -> None:
    cast = await cast_of(house)
    assert set(HEARD) == set(cast.topics.names())
    for kind, cases in HEARD.items():
        for about, told, expected in cases:
            event = cast.happens(kind, about, told)
            assert await cast.who_hears(event) == expected, event


async def test_it_is_decided_at_that_moment(house: House) -> None:
    cast = await cast_of(house)
    leaver, room_id = house.here.receptionist, house.here.room.id
    await house.services.people.staff.unassign(house.administer(), leaver.staff_id, room_id)
    for kind, about, told, left in (
        ("chart", "patient", {"patient_id": "patient"}, {"host"}),
        ("desk", "clinic", {"patient_id": "patient"}, {"host"}),
        ("room", "room", {}, {"host"}),
        ("visit", "visit", {}, {"host", "visitor"}),
        ("chat", "visit", {"leg": 1}, {"host", "visitor"}),
        ("transfers", "visit", {"leg": 1}, {"host", "visitor"}),
    ):
        assert await cast.who_hears(cast.happens(kind, about, told)) == left, kind


async def test_nobody_hears_of_what_is_no_topic(quick_house: House) -> None:
    topics = quick_house.services.realtime.topics
    event = Published("sessions:stf_x", 1, "sessions.ended", {})
    person = person_of(quick_house.here.clinician)
    assert not await topics.may_hear(person, event)
    assert person not in (await topics.audience(event) or ())


async def test_a_name_is_one_clinics(quick_house: House) -> None:
    """The id alone gives no access: a person is known with the clinic."""
    house = quick_house
    staff_id = house.here.clinician.staff_id
    event = Published(f"room:{house.here.room.id}", 1, "room.changed", {})
    assert await house.services.realtime.topics.may_hear(f"{house.clinic.id}/{staff_id}", event)
    assert not await house.services.realtime.topics.may_hear(
        f"{house.next_door.clinic.id}/{staff_id}", event
    )
