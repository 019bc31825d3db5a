"""Live file transfer from offer to chart, in both directions, and every way it can end (X1–X7)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bedside.audit.actors import SYSTEM
from bedside.charts.records import ChartFilter
from bedside.database import outbox
from bedside.errors import BedsideError, Conflict, NotFound, TooLarge
from bedside.files.announcing import Announced, FileRefused
from bedside.kernel.ids import new_id
from bedside.people.permissions import RoomAccess, VisitorAccess, visitor_access
from bedside.transfers.lists import FilesNow, LiveTransferLists
from bedside.transfers.live import apply
from bedside.transfers.options import TransferOptions
from bedside.transfers.rows import LiveTransfer
from bedside.transfers.service import Chosen
from bedside.transfers.states import Kind, NotTheSender, Phase
from bedside.visits import rows as visit_rows
from tests.calls.calling import ADDRESS, Ward
from tests.house import House
from tests.requests.sending import do_jobs, jpeg, pieces

pytestmark = pytest.mark.anyio

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Desk:
    """A waiting patient, and staff in charge, with everything they do with files."""

    def __init__(self, house: House, room: RoomAccess, visitor: VisitorAccess) -> None:
        self.house = house
        self.room = room
        self.visitor = visitor
        self.transfers = house.services.transfers.exchange
        self.lists: LiveTransferLists = house.services.transfers.lists

    async def offer(self, content: bytes, name: str = "care.jpg") -> LiveTransfer:
        """Offer a file to the patient as staff."""
        chosen = Chosen(name, "image/jpeg", len(content))
        return await self.transfers.offer(self.room, self.visitor.visit_id, chosen)

    async def send(
        self, access: RoomAccess | VisitorAccess, transfer_id: str, content: bytes, upto: int = 0
    ) -> None:
        """Send the bytes, or only the first `upto`."""
        holder, transfer = await self.transfers.sender(access, transfer_id)
        upload = await self.transfers.begin_upload(
            holder, transfer, Announced(transfer.name or "f", len(content))
        )
        sent = content[:upto] if upto else content
        await self.house.services.files.uploads.append(holder, upload.id, 0, pieces(sent))

    async def phase(self, transfer_id: str) -> Phase:
        """Return the phase that staff see."""
        return (await self.lists.one(self.room, transfer_id)).phase

    async def entries(self) -> list[Any]:
        """Return the entries of the patient's chart."""
        chart = await self.house.services.people.permissions.chart(
            self.room.staff, self.visitor.patient_id
        )
        return await self.house.services.charts.contents.entries(chart, ChartFilter())

    async def download(self, access: RoomAccess | VisitorAccess, transfer_id: str) -> bytes:
        """Download at the other side."""
        receiver, transfer = await self.transfers.receiver(access, transfer_id)
        opened = await self.house.services.files.retrieval.handed_over(receiver, transfer.file_id)
        found = b"".join([piece async for piece in opened.chunks(0, opened.size)])
        await self.transfers.downloaded(receiver)
        return found

    async def leave(self) -> None:
        """End the visit as the patient."""
        await self.house.services.visits.waiting_room.leave(self.visitor)

    async def nothing_stays(self) -> bool:
        """Whether no file, upload or blob is left."""
        await do_jobs(self.house)
        keys = [key async for key, _ in self.house.services.files.custody.blobs()]
        return not keys and not await self.entries()


@pytest.fixture
async def desk(house: House) -> Desk:
    """On both databases."""
    return await _desk(house)


@pytest.fixture
async def quick_desk(quick_house: House) -> Desk:
    """On SQLite."""
    return await _desk(quick_house)


async def _desk(house: House) -> Desk:
    ward = Ward(house)
    return Desk(house, await ward.room(), await ward.identify(await ward.wait()))


@pytest.mark.feature("V3")
async def test_the_queue_tells_files_on_their_way_from_those_that_arrived(desk: Desk) -> None:
    async def now() -> tuple[bool, bool]:
        files = (await desk.lists.running_in(desk.room)).get(desk.visitor.visit_id, FilesNow())
        return files.moving, files.arrived

    visit, content = desk.visitor.visit_id, jpeg()
    assert await now() == (False, False)
    asked = await desk.transfers.ask(desk.room, visit)
    assert await now() == (True, False)
    await desk.transfers.answer(desk.visitor, asked.id, Chosen("a.jpg", "image/jpeg", len(content)))
    await desk.send(desk.visitor, asked.id, content)
    await do_jobs(desk.house)
    assert await now() == (False, True)
    offered = await desk.offer(content)
    assert await now() == (True, True)
    await desk.download(desk.room, asked.id)
    assert await now() == (True, False)
    await desk.transfers.accept(desk.visitor, offered.id)
    await desk.send(desk.room, offered.id, content)
    await do_jobs(desk.house)
    assert await now() == (True, False)  # the patient has not fetched it yet
    await desk.download(desk.visitor, offered.id)
    assert await now() == (False, False)


@pytest.mark.feature("X2")
@pytest.mark.feature("X7")
async def test_a_file_for_the_patient(desk: Desk) -> None:
    content = jpeg()
    transfer = await desk.offer(content)
    assert transfer.phase is Phase.ASKED
    await desk.send(desk.room, transfer.id, content)
    await do_jobs(desk.house)
    assert await desk.phase(transfer.id) is Phase.ASKED
    with pytest.raises(Conflict):  # here and clean, and not accepted
        await desk.transfers.receiver(desk.visitor, transfer.id)
    assert await desk.entries() == []
    accepted = await desk.transfers.accept(desk.visitor, transfer.id)
    assert accepted.phase is Phase.READY
    assert (await desk.download(desk.visitor, transfer.id))[:2] == b"\xff\xd8"
    assert await desk.phase(transfer.id) is Phase.DONE
    [entry] = await desk.entries()
    assert (entry.channel, entry.source_id) == ("live_transfer", desk.visitor.visit_id)
    assert entry.reviewed_by == desk.room.staff.staff_id  # nobody has to review their own file


@pytest.mark.feature("X4")
@pytest.mark.feature("X7")
async def test_a_file_from_the_patient(desk: Desk) -> None:
    asked = await desk.transfers.ask(desk.room, desk.visitor.visit_id)
    content = jpeg()
    answered = await desk.transfers.answer(
        desk.visitor, asked.id, Chosen("arm.jpg", "image/jpeg", len(content))
    )
    assert answered.phase is Phase.MOVING
    await desk.send(desk.visitor, asked.id, content)
    assert await desk.phase(asked.id) is Phase.SCANNING
    with pytest.raises(Conflict):  # nothing unscanned is ever opened
        await desk.transfers.receiver(desk.room, asked.id)
    await do_jobs(desk.house)
    assert await desk.phase(asked.id) is Phase.READY
    [entry] = await desk.entries()
    assert entry.sender_kind == "patient"
    assert not entry.reviewed_at
    await desk.download(desk.room, asked.id)
    assert await desk.phase(asked.id) is Phase.DONE


async def test_what_it_is_by_its_bytes_is_said_as_soon_as_they_are_there(quick_desk: Desk) -> None:
    desk, content = quick_desk, b"Nothing but words.\n"
    asked = await desk.transfers.ask(desk.room, desk.visitor.visit_id)
    chosen = Chosen("gpj.txt", "image/jpeg", len(content))
    answered = await desk.transfers.answer(desk.visitor, asked.id, chosen)
    assert answered.media_type == "image/jpeg"
    await desk.send(desk.visitor, asked.id, content)
    await do_jobs(desk.house)
    seen = await desk.lists.one(desk.room, asked.id)
    assert (seen.name, seen.media_type) == ("gpj.txt", "text/plain")


async def test_a_still_of_the_camera_is_a_capture(quick_desk: Desk) -> None:
    desk = quick_desk
    asked = await desk.transfers.ask(desk.room, desk.visitor.visit_id, Kind.CAPTURE)
    content = jpeg()
    await desk.transfers.answer(desk.visitor, asked.id, Chosen("p.jpg", "image/jpeg", len(content)))
    await desk.send(desk.visitor, asked.id, content)
    await do_jobs(desk.house)
    [entry] = await desk.entries()
    assert (entry.channel, entry.category) == ("visit_capture", "patient_photo")


@pytest.mark.feature("X3")
async def test_declined_is_destroyed(desk: Desk) -> None:
    content = jpeg()
    transfer = await desk.offer(content)
    await desk.send(desk.room, transfer.id, content)
    await desk.transfers.decline(desk.visitor, transfer.id)
    await desk.transfers.decline(desk.visitor, transfer.id)  # pressed twice
    assert await desk.phase(transfer.id) is Phase.DECLINED
    assert await desk.nothing_stays()
    with pytest.raises(Conflict):
        await desk.transfers.accept(desk.visitor, transfer.id)


@pytest.mark.feature("X3")
async def test_cancelled_half_way_is_destroyed(desk: Desk) -> None:
    content = jpeg() + bytes(200_000)
    transfer = await desk.offer(content)
    await desk.send(desk.room, transfer.id, content, upto=len(content) // 2)
    assert await desk.phase(transfer.id) is Phase.ASKED
    await desk.transfers.accept(desk.visitor, transfer.id)
    assert await desk.phase(transfer.id) is Phase.MOVING
    await desk.transfers.cancel(desk.room, transfer.id)
    assert await desk.phase(transfer.id) is Phase.CANCELLED
    assert await desk.nothing_stays()
    with pytest.raises(Conflict):
        await desk.transfers.sender(desk.room, transfer.id)


@pytest.mark.feature("X3")
async def test_an_infected_file_is_refused_on_both_sides(quick_desk: Desk) -> None:
    desk = quick_desk
    transfer = await desk.transfers.send_own(
        desk.visitor, Chosen("results.txt", "text/plain", len(EICAR))
    )
    await desk.send(desk.visitor, transfer.id, EICAR)
    await do_jobs(desk.house)
    seen = await desk.lists.one(desk.room, transfer.id)
    assert seen.phase is Phase.REFUSED
    assert seen.reason
    assert await desk.nothing_stays()


@pytest.mark.feature("X3")
async def test_a_type_that_is_not_taken_is_said_at_once(quick_desk: Desk) -> None:
    desk = quick_desk
    program = b"MZ" + bytes(4000)
    transfer = await desk.offer(program, "notes.pdf")
    with pytest.raises(FileRefused) as refused:
        await desk.send(desk.room, transfer.id, program)
    holder, _ = await desk.transfers.sender(desk.room, transfer.id)
    await desk.transfers.refused(holder, refused.value.key)
    assert await desk.phase(transfer.id) is Phase.REFUSED


@pytest.mark.feature("X5")
async def test_leaving_in_the_middle_leaves_nothing(desk: Desk) -> None:
    content = jpeg() + bytes(50_000)
    own = await desk.transfers.send_own(desk.visitor, Chosen("a.jpg", "image/jpeg", len(content)))
    await desk.send(desk.visitor, own.id, content, upto=1000)
    await desk.leave()
    assert await desk.phase(own.id) is Phase.LEFT
    assert await desk.nothing_stays()


@pytest.mark.feature("X5")
async def test_what_arrived_completely_is_filed_when_the_patient_leaves(desk: Desk) -> None:
    content = jpeg()
    own = await desk.transfers.send_own(desk.visitor, Chosen("a.jpg", "image/jpeg", len(content)))
    await desk.send(desk.visitor, own.id, content)
    offered = await desk.offer(content)  # never accepted
    await desk.send(desk.room, offered.id, content)
    await desk.leave()
    assert await desk.phase(own.id) is Phase.FILED
    assert await desk.phase(offered.id) is Phase.LEFT
    await do_jobs(desk.house)
    [entry] = await desk.entries()
    assert entry.state == "filed"


# --- before the patient is identified -------------------------------------------------------------


@pytest.fixture
async def unknown(house: House) -> Desk:
    """A patient nobody has identified, on both databases."""
    ward = Ward(house)
    return Desk(house, await ward.room(), await ward.wait())


async def identified(desk: Desk) -> None:
    """Identify the visitor as a new patient."""
    services, visit_id = desk.house.services, desk.visitor.visit_id
    await services.visits.identification.add(desk.room, visit_id)
    async with services.database.read() as db:
        row = await db.one(visit_rows.by_id, of=visit_id)
    assert row
    desk.visitor = visitor_access(visit_id, row.clinic_id, row.patient_id, ADDRESS)


async def own(desk: Desk, content: bytes, name: str = "a.jpg", upto: int = 0) -> str:
    """Send a file as the patient."""
    chosen = Chosen(name, "image/jpeg", len(content))
    transfer = await desk.transfers.send_own(desk.visitor, chosen)
    await desk.send(desk.visitor, transfer.id, content, upto)
    return transfer.id


@pytest.mark.feature("S2", "X7")
@pytest.mark.parametrize("leaves", [False, True])
async def test_a_file_waits_with_the_visit_until_it_is_known_whose_it_is(
    unknown: Desk, leaves: bool
) -> None:
    desk, services = unknown, unknown.house.services
    sent = await own(desk, jpeg())
    await do_jobs(desk.house)
    if leaves:
        await desk.leave()
    else:
        assert await desk.download(desk.room, sent)
    assert await desk.phase(sent) is (Phase.FILED if leaves else Phase.DONE)
    async with services.database.read() as db:
        held = await services.visits.identification.held(db, [desk.visitor.visit_id])
    assert held == {desk.visitor.visit_id: {"files": 1}}
    assert await services.charts.inbox.lines(desk.room.staff) == []
    await identified(desk)
    [entry] = await desk.entries()
    assert (entry.state, entry.source_id, entry.sender_kind) == (
        "filed",
        desk.visitor.visit_id,
        "patient",
    )
    chart = await services.people.permissions.chart(desk.room.staff, desk.visitor.patient_id)
    opened = await services.files.retrieval.open(chart, entry.id, "original")
    assert b"".join([piece async for piece in opened.chunks(0, opened.size)]) == jpeg()


@pytest.mark.feature("S2")
async def test_a_file_that_comes_while_it_is_said_who_it_is_goes_into_the_chart(
    unknown: Desk,
) -> None:
    desk = unknown
    content = jpeg() + bytes(100_000)
    chosen = Chosen("a.jpg", "image/jpeg", len(content))
    transfer = await desk.transfers.send_own(desk.visitor, chosen)
    holder, opened = await desk.transfers.sender(desk.visitor, transfer.id)
    announced = Announced("a.jpg", len(content))
    upload = await desk.transfers.begin_upload(holder, opened, announced)
    append = desk.house.services.files.uploads.append
    await append(holder, upload.id, 0, pieces(content[:70_000]))
    await identified(desk)
    for stale_or_new in (holder, (await desk.transfers.sender(desk.visitor, transfer.id))[0]):
        found = await desk.house.services.files.uploads.find(stale_or_new, upload.id)
        assert found.position == 70_000
    await append(holder, upload.id, 70_000, pieces(content[70_000:]))
    await do_jobs(desk.house)
    [entry] = await desk.entries()
    assert (entry.state, entry.size) == ("filed", len(content))
    chart = await desk.house.services.people.permissions.chart(
        desk.room.staff, desk.visitor.patient_id
    )
    await desk.house.services.files.retrieval.open(chart, entry.id, "original")


@pytest.mark.feature("S2")
async def test_what_is_nobodys_is_destroyed_with_its_keys(unknown: Desk) -> None:
    desk = unknown
    sent = await own(desk, jpeg())
    await do_jobs(desk.house)
    await desk.leave()
    await desk.house.services.visits.identification.discard(desk.room, desk.visitor.visit_id)
    await do_jobs(desk.house)
    assert await desk.phase(sent) is Phase.DISCARDED
    assert not [key async for key, _ in desk.house.services.files.custody.blobs()]


@pytest.mark.feature("S4", "X1")
async def test_a_visitor_sends_so_much_unasked_and_no_more(quick_house: House) -> None:
    desk = Desk(quick_house, await Ward(quick_house).room(), await Ward(quick_house).wait())
    await limited(
        quick_house, TransferOptions(visitor_files_limit=2, visitor_bytes_limit=1_000_000)
    )
    left = await desk.lists.allowance(desk.visitor)
    assert (left.files, left.bytes) == (2, 1_000_000)
    with pytest.raises(Conflict, match="larger than what you can still send"):
        await own(desk, bytes(1_000_001))
    given_up = await desk.transfers.send_own(desk.visitor, Chosen("b", "image/jpeg", 9))
    await desk.transfers.cancel(desk.visitor, given_up.id)
    for number in range(2):
        await own(desk, jpeg(), f"{number}.jpg")
        await do_jobs(desk.house)
    with pytest.raises(Conflict, match="as many files as one visit takes") as said:
        await own(desk, jpeg())
    assert said.value.code == "visitor_limit"
    assert (await desk.lists.allowance(desk.visitor)).is_used_up
    asked = await desk.transfers.ask(
        desk.room, desk.visitor.visit_id
    )  # a requested file is accepted
    await desk.transfers.answer(desk.visitor, asked.id, Chosen("c.jpg", "image/jpeg", 9))


async def limited(house: House, options: TransferOptions) -> None:
    async with house.services.database.unit_of_work() as work:
        await house.services.people.clinics.change(work, SYSTEM, house.clinic.id, options)


@pytest.mark.feature("X1")
async def test_limits_are_said_before_a_byte_is_sent(quick_desk: Desk) -> None:
    desk = quick_desk
    with pytest.raises(TooLarge, match="100\u00a0MB"):
        await desk.transfers.offer(
            desk.room, desk.visitor.visit_id, Chosen("big.mp4", "video/mp4", 100_000_001)
        )
    for number in range(5):
        await desk.offer(jpeg(), f"{number}.jpg")
    with pytest.raises(Conflict) as refused:
        await desk.offer(jpeg(), "sixth.jpg")
    assert refused.value.code == "too_many_transfers"


async def test_offering_twice_offers_once(quick_desk: Desk) -> None:
    desk = quick_desk
    wanted, chosen = new_id("trf"), Chosen("a.jpg", "image/jpeg", 10)
    for _ in range(2):
        made = await desk.transfers.offer(desk.room, desk.visitor.visit_id, chosen, wanted)
        assert made.id == wanted
    assert len(await desk.lists.of_visit(desk.room, desk.visitor.visit_id)) == 1


async def test_others_see_nothing_of_it(quick_desk: Desk) -> None:
    desk = quick_desk
    ward = Ward(desk.house)
    stranger = await ward.wait("Somebody Else")
    content = jpeg()
    transfer = await desk.offer(content)
    for call in (
        desk.transfers.accept(stranger, transfer.id),
        desk.transfers.decline(stranger, transfer.id),
        desk.transfers.cancel(stranger, transfer.id),
        desk.transfers.sender(stranger, transfer.id),
        desk.transfers.receiver(stranger, transfer.id),
        desk.lists.one(stranger, transfer.id),
        desk.lists.of_visit(stranger, desk.visitor.visit_id),
        desk.transfers.sender(desk.visitor, transfer.id),  # the other side's bytes
        desk.transfers.receiver(desk.room, transfer.id),  # one's own file
    ):
        with pytest.raises(NotFound):
            await call


async def test_only_who_offered_a_file_sends_it(quick_desk: Desk) -> None:
    """A colleague in charge of the same room sees it, may cancel it, and receives files in
    return."""
    desk, content = quick_desk, jpeg()
    colleague = await Ward(desk.house).room(desk.house.here.receptionist)
    offered = await desk.offer(content)
    with pytest.raises(NotTheSender) as refused:
        await desk.send(colleague, offered.id, content)
    assert "A colleague has offered this file" in refused.value.sentence
    assert (await desk.lists.one(colleague, offered.id)).staff_id == desk.room.staff.staff_id
    assert await desk.phase(offered.id) is Phase.ASKED
    await desk.transfers.cancel(colleague, offered.id)
    assert await desk.phase(offered.id) is Phase.CANCELLED

    asked = await desk.transfers.ask(desk.room, desk.visitor.visit_id)
    await desk.transfers.answer(
        desk.visitor, asked.id, Chosen("me.jpg", "image/jpeg", len(content))
    )
    await desk.send(desk.visitor, asked.id, content)
    await do_jobs(desk.house)
    assert await desk.download(colleague, asked.id)
    assert await desk.phase(asked.id) is Phase.DONE


async def events(house: House, topic: str) -> AsyncIterator[Any]:
    """Return the events published in a topic."""
    async with house.database.read() as db:
        found = await outbox.events_since(db, topic, 0)
    for published in found or []:
        yield published


async def test_snapshot_and_events_are_the_fresh_snapshot(desk: Desk) -> None:
    """After every action."""
    topic = f"transfers:{desk.visitor.visit_id}"
    state = await desk.lists.snapshot(desk.room, desk.visitor.visit_id)
    content, seen = jpeg(), 0

    async def check() -> None:
        nonlocal state, seen
        told = [event async for event in events(desk.house, topic)]
        for event in told[seen:]:
            state = apply(state, event.type, event.payload)
        seen = len(told)
        assert state == await desk.lists.snapshot(desk.room, desk.visitor.visit_id)

    first = await desk.offer(content)
    await check()
    await desk.send(desk.room, first.id, content)
    await check()
    holder, _ = await desk.transfers.sender(desk.room, first.id)
    await desk.transfers.moved(holder, 5)
    await check()
    await desk.transfers.accept(desk.visitor, first.id)
    await check()
    await do_jobs(desk.house)
    await check()
    await desk.download(desk.visitor, first.id)
    await check()
    second = await desk.transfers.ask(desk.room, desk.visitor.visit_id)
    await check()
    await desk.transfers.decline(desk.visitor, second.id)
    await check()
    third = await desk.transfers.send_own(desk.visitor, Chosen("b.jpg", "image/jpeg", 7))
    await check()
    holder, _ = await desk.transfers.sender(desk.visitor, third.id)
    await desk.transfers.moved(holder, 3)
    await check()
    await desk.leave()
    await check()


async def test_after_the_end_nothing_begins(quick_desk: Desk) -> None:
    desk = quick_desk
    await desk.leave()
    with pytest.raises(BedsideError):
        await desk.offer(jpeg())
    with pytest.raises(BedsideError):
        await desk.transfers.send_own(desk.visitor, Chosen("b.jpg", "image/jpeg", 7))
