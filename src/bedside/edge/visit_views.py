"""Visits as the queue and the card show them: names instead of ids, words instead of results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bedside.kernel import language
from bedside.kernel.language import gettext as _
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.people.roles import May, allows
from bedside.services import Services
from bedside.transfers.lists import FilesNow
from bedside.visits.options import VisitOptions
from bedside.visits.room_rows import Room
from bedside.visits.states import Presence, State, Step
from bedside.visits.waiting_room import FAILS, DeviceTest, Waiting

_KEPT = 2_000
_NO_FILES = FilesNow()


@dataclass(frozen=True, slots=True)
class TestChip:
    """A device test in a word and an icon."""

    text: str
    tone: str
    icon: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class VisitView:
    """One visit. Times are milliseconds; names are "" where there is nobody.

    The same visit, seen by the same person, gives the same object for as long as it is cached:
    compared by identity, it serves as a cache key for what is rendered from it.
    """

    id: str
    patient_id: str
    room_id: str
    room_name: str
    leg: int
    name: str
    birth_date: date | None
    reason: str
    state: str
    call_id: str
    call_is_mine: bool
    checked_in_at: int
    queued_at: int
    admitted_at: int
    admitted_by: str
    admitted_by_me: bool
    test: TestChip
    presence: str
    """here, hidden (the page is in the background), reconnecting, or left."""
    identified: str
    transferred_by: str
    note: str
    """From whoever transferred the patient here."""
    first: bool
    urgent: bool
    order_reason: str
    returned_at: int
    above: str
    below: str
    """The visits that wait before and behind this one; "" if there is none, or for a card."""
    unread: int
    file_running: bool
    file_arrived: bool
    phone: str
    """The number as it is stored; "" for none."""
    on_telephone: bool
    telephone_at: int
    repeats: str
    """The visit of the same person who waits in this room already; "" if there is none."""
    may_ask: bool
    may_transfer: bool

    @property
    def in_call(self) -> bool:
        """Whether somebody is seeing the patient now."""
        return self.state == State.IN_CALL

    @property
    def is_seen(self) -> bool:
        """Whether somebody is with the patient, in a call or by telephone."""
        return self.in_call or self.on_telephone

    @property
    def needs_telephone(self) -> bool:
        """Whether there is a number, and the page is no way to reach the patient or to hear
        them."""
        absent = self.presence in (Presence.RECONNECTING, Presence.LEFT)
        return bool(self.phone) and (absent or self.test.icon in ("mic-off", "wifi-off"))


@dataclass(frozen=True, slots=True)
class Queue:
    """Visits of one room with what is known about them, the same for everybody in charge."""

    room: Room
    visits: Sequence[Waiting]
    options: VisitOptions
    unread: Mapping[tuple[str, int], int]
    files: Mapping[str, FilesNow]
    repeats: Mapping[str, str]

    def differs_for(self, staff_id: str) -> bool:
        """Whether these visits look different to a person, who has admitted one of them."""
        return any(one.admitted_by == staff_id for one in self.visits)


async def queue_of(services: Services, room: RoomAccess, visits: Sequence[Waiting]) -> Queue:
    """Return visits of one room, in their order, with what is known about them."""
    return Queue(
        room=await services.visits.rooms.get(room.clinic_id, room.room_id),
        visits=visits,
        options=await services.people.clinics.options(room.clinic_id, VisitOptions),
        unread=await services.conversations.visit_chat.unread_in(room) if visits else {},
        files=await services.transfers.lists.running_in(room) if visits else {},
        repeats=await services.visits.repeats.in_room(room) if visits else {},
    )


async def rows_of(
    services: Services, room: RoomAccess, visits: Sequence[Waiting]
) -> list[VisitView]:
    """Return the visits of one room, in their order."""
    return views_of(await queue_of(services, room, visits), room.staff) if visits else []


def views_of(queue: Queue, staff: StaffAccess) -> list[VisitView]:
    """Return the visits as a person sees them; those that somebody else admitted look the same to
    everybody with the same rights."""

    def seen_as(staff_id: str) -> _SeenAs:
        return _SeenAs(
            staff_id,
            queue.room.id,
            queue.room.name,
            allows(staff.role, May.SEND_REQUESTS),
            queue.options.transfer_allowed,
            language.spoken(),
        )

    beside = _beside(queue.visits)
    mine, others = seen_as(staff.staff_id), seen_as("")
    return [
        _row(
            one,
            mine if one.admitted_by == staff.staff_id else others,
            beside.get(one.visit_id, ("", "")),
            queue.unread.get((one.visit_id, one.leg), 0),
            queue.files.get(one.visit_id, _NO_FILES),
            queue.repeats.get(one.visit_id, ""),
        )
        for one in queue.visits
    ]


def _beside(visits: Sequence[Waiting]) -> dict[str, tuple[str, str]]:
    """Return who waits before and behind each of those who wait."""
    ids = ["", *(one.visit_id for one in visits if one.waits), ""]
    return {ids[n]: (ids[n - 1], ids[n + 1]) for n in range(1, len(ids) - 1)}


@dataclass(frozen=True, slots=True)
class _SeenAs:
    """The viewer of a room, as far as it changes what they see. `staff_id` is "" for a visit that
    the viewer did not admit."""

    staff_id: str
    room_id: str
    room_name: str
    may_ask: bool
    may_transfer: bool
    language: str


@lru_cache(_KEPT)
def _row(
    one: Waiting,
    by: _SeenAs,
    beside: tuple[str, str],
    unread: int,
    files: FilesNow,
    repeats: str,
) -> VisitView:
    is_mine = bool(by.staff_id) and one.admitted_by == by.staff_id
    return VisitView(
        id=one.visit_id,
        patient_id=one.patient_id,
        room_id=by.room_id,
        room_name=by.room_name,
        leg=one.leg,
        name=one.name,
        birth_date=one.birth_date,
        reason=one.reason,
        state=str(one.state),
        call_id=one.call_id,
        call_is_mine=one.state is State.IN_CALL and is_mine,
        checked_in_at=one.checked_in_at,
        queued_at=one.queued_at,
        admitted_at=one.admitted_at,
        admitted_by=one.admitted_by_name,
        admitted_by_me=is_mine,
        test=test_chip(one.device_test),
        presence=_presence(one),
        identified=str(one.identified),
        transferred_by=one.transferred_by,
        note=one.note,
        first=one.first,
        urgent=one.urgent,
        order_reason=one.order_reason,
        returned_at=one.returned_at,
        above=beside[0],
        below=beside[1],
        unread=unread,
        file_running=files.moving,
        file_arrived=files.arrived,
        phone=one.phone,
        on_telephone=one.on_telephone,
        telephone_at=one.telephone_at,
        repeats=repeats,
        may_ask=by.may_ask,
        may_transfer=by.may_transfer,
    )


def _presence(visit: Waiting) -> str:
    if visit.presence is Presence.HERE and visit.hidden:
        return "hidden"
    return str(visit.presence)


def test_chip(test: DeviceTest | None) -> TestChip:
    """Summarise a device test, the worst first: that is what matters before a call."""
    if test is None:
        return TestChip(_("Not tested yet"), "neutral")
    microphone = _("Microphone blocked") if test.microphone == "blocked" else _("No microphone")
    camera = _("Camera blocked") if test.camera == "blocked" else _("No camera")
    wrong = (
        (test.connection, TestChip(_("Calls do not get through"), "bad", "wifi-off")),
        (test.microphone, TestChip(microphone, "attention", "mic-off")),
        (test.speaker, TestChip(_("Hears nothing"), "attention", "volume-2")),
        (test.camera, TestChip(camera, "attention", "eye-off")),
        (test.relay, TestChip(_("Calls may not get through"), "attention", "wifi-off")),
    )
    for result, chip in wrong:
        if result in FAILS:
            return chip
    if "skipped" in (test.camera, test.microphone, test.connection):
        return TestChip(_("Test not finished"), "neutral")
    return TestChip(_("Camera, sound good"), "good")


def ended_words(reason: str) -> str:
    """Return how a visit ended, for a record or a card; "" while it is in progress."""
    words = {
        Step.LEFT: _("The patient left"),
        Step.REMOVED: _("Removed from the waiting room"),
        Step.COMPLETED: _("Completed"),
        Step.EXPIRED: _("The patient did not come back"),
        Step.MERGED: _("Checked in again: one place"),
    }
    return words[Step(reason)] if reason else ""
