"""The whiteboard of a call: everybody draws, nothing on it outlives the call or a transfer (V8)."""

import json
from typing import Any

import pytest

from bedside.calls.apps.marks import marks_of
from bedside.calls.apps.whiteboard import LARGEST, Picture, Whiteboard, apply
from bedside.calls.models import whiteboard_strokes
from bedside.database import outbox
from bedside.errors import BedsideError, Conflict, NotFound, WrongInput
from tests.calls.agreeing import add_patient, admit_guest
from tests.calls.calling import Pair, Ward
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V8")]


def line(name: str = "a", *points: tuple[int, int]) -> dict[str, Any]:
    """Return a piece of a line, as a page sends it."""
    return {"kind": "line", "line": name, "ink": "blue", "points": points or [(1, 2), (3, 4)]}


def note(words: str) -> dict[str, Any]:
    """Return words on the board."""
    return {"kind": "words", "line": "w", "ink": "black", "at": (40, 60), "words": words}


def sent(*marks: dict[str, Any]) -> Any:
    """Return what a page posts."""
    return marks_of(json.dumps(marks))


class Drawing:
    """A call with an open board."""

    def __init__(self, ward: Ward, pair: Pair) -> None:
        self.ward, self.pair = ward, pair
        self.board: Whiteboard = ward.house.services.calls.whiteboard

    async def on_it(self, seat: Any = None, since: int = 0) -> list[tuple[int, str, bool]]:
        """Return (number, kind, mine) of each mark; by default for the clinician."""
        found = await self.board.marks(seat or self.pair.host, since)
        return [(one.number, one.mark["kind"], one.mine) for one in found.drawn]

    async def rows(self) -> int:
        """Count its rows in the database."""
        table = whiteboard_strokes.name
        async with self.ward.house.services.database.read() as db:
            return len(await db.all(whiteboard_strokes.select())) if table else 0


@pytest.fixture
async def drawing(house: House) -> Drawing:
    """On both databases."""
    ward = Ward(house)
    return Drawing(ward, await ward.both())


async def test_everybody_in_the_call_draws(drawing: Drawing) -> None:
    host, patient = drawing.pair.host, await drawing.ward.seat(drawing.pair.visitor)
    guest = await drawing.ward.guest(host)
    guest_seat = await drawing.ward.house.services.calls.seats.guest(guest)
    with pytest.raises(Conflict):
        await drawing.board.draw(patient, sent(line()))
    assert await drawing.board.open(host) == await drawing.board.open(host) == 1
    assert await drawing.board.draw(host, sent(line("a"), note("Here it hurts"))) == 3
    assert await drawing.board.draw(patient, sent(line("b"))) == 4
    for attempt in (drawing.on_it(guest_seat), drawing.board.draw(guest_seat, sent(line()))):
        with pytest.raises(NotFound):  # a knocking guest is not in yet
            await attempt
    await admit_guest(drawing.ward.house.services, host, guest.guest_id)
    await drawing.board.draw(guest_seat, sent(line("c")))
    assert await drawing.on_it(patient, 1) == [
        (2, "line", False),
        (3, "words", False),
        (4, "line", True),
        (5, "line", False),
    ]
    assert "hurts" not in repr(await drawing.board.marks(host, 0))


async def test_erased_marks_are_destroyed_and_cleared_ones_come_back(drawing: Drawing) -> None:
    host = drawing.pair.host
    await drawing.board.open(host)
    await drawing.board.draw(host, sent(line("a"), line("b")))
    await drawing.board.draw(host, sent({"kind": "erase", "numbers": [2]}))
    assert await drawing.on_it() == [(1, "opened", True), (3, "line", True), (4, "erase", True)]
    await drawing.board.draw(host, sent({"kind": "clear", "all": True}, line("d")))
    assert await drawing.on_it() == [(5, "clear", True), (6, "line", True)]
    await drawing.board.draw(host, sent({"kind": "restore", "number": 5}))
    assert [one[0] for one in await drawing.on_it()] == [1, 3, 4, 5, 6, 7]
    assert await drawing.rows() == 6


async def test_others_than_staff_take_away_their_own_only(drawing: Drawing) -> None:
    host, patient = drawing.pair.host, await drawing.ward.seat(drawing.pair.visitor)
    await drawing.board.open(host)
    await drawing.board.draw(host, sent(line("a")))
    await drawing.board.draw(patient, sent(line("b"), line("c")))
    await drawing.board.draw(patient, sent({"kind": "erase", "numbers": [2, 3]}))
    lines = [one[0] for one in await drawing.on_it() if one[1] == "line"]
    assert lines == [2, 4]
    for everything in (False, True):  # whatever the page of a patient claims
        await drawing.board.draw(patient, sent({"kind": "clear", "all": everything}))
        assert [one[0] for one in await drawing.on_it() if one[1] == "line"] == [2]
    cleared = 6
    await drawing.board.draw(host, sent({"kind": "clear"}, {"kind": "clear", "all": True}))
    assert [one for one in await drawing.on_it() if one[1] == "line"] == []
    await drawing.board.draw(patient, sent({"kind": "restore", "number": 9}))  # staff's: not theirs
    assert [one for one in await drawing.on_it() if one[1] == "line"] == []
    await drawing.board.draw(host, sent({"kind": "restore", "number": 9}))
    await drawing.board.draw(host, sent({"kind": "restore", "number": 8}))
    await drawing.board.draw(patient, sent({"kind": "restore", "number": cleared}))
    assert [one[0] for one in await drawing.on_it() if one[1] == "line"] == [2, 4]


async def test_what_was_cleared_is_not_kept_without_end(
    drawing: Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bedside.calls.apps.whiteboard.LARGEST", 10)
    host = drawing.pair.host
    await drawing.board.open(host)
    for number in range(30):
        await drawing.board.draw(host, sent(line(f"l{number}"), {"kind": "clear", "all": True}))
        assert await drawing.rows() <= 3 * 10 + 3


@pytest.mark.feature("V11")
@pytest.mark.parametrize("how", ["closed", "ended", "transferred"])
async def test_nothing_stays(drawing: Drawing, how: str) -> None:
    host, services = drawing.pair.host, drawing.ward.house.services
    await drawing.board.open(host)
    await drawing.board.draw(host, sent(note("Secret words")))
    if how == "closed":
        await drawing.board.close(host)
        assert await drawing.on_it() == []
    elif how == "ended":
        await services.calls.control.end_for_all(host)
    else:
        room = await drawing.ward.room()
        there = await _room_of(drawing.ward.house)
        await services.visits.transfers.transfer(
            room, drawing.pair.visitor.visit_id, there, "", expected_leg=1
        )
    assert await drawing.rows() == 0


async def _room_of(house: House) -> str:
    from tests.visits.ward import Ward as Rooms

    return (await Rooms(house).room("Surgery", house.here.receptionist)).room_id


@pytest.mark.feature("V11")
async def test_apps_close_for_a_group_when_one_is_transferred(drawing: Drawing) -> None:
    host, services, room = (
        drawing.pair.host,
        drawing.ward.house.services,
        await drawing.ward.room(),
    )
    second = await drawing.ward.wait("Second Patient")
    await add_patient(services, host, room, second.visit_id)
    await drawing.board.open(host)
    await drawing.board.draw(host, sent(line()))
    there = await _room_of(drawing.ward.house)
    await services.visits.transfers.transfer(room, second.visit_id, there, "", expected_leg=1)
    assert await drawing.rows() == 0
    kind = services.realtime.topics.kind(f"whiteboard:{host.call_id}")
    assert kind is not None
    with pytest.raises(NotFound):
        await kind.snapshot(second, host.call_id)
    assert await kind.snapshot(drawing.pair.visitor, host.call_id) == {
        "call_id": host.call_id,
        "last": 0,
    }


async def test_a_page_that_follows_is_as_a_fresh_one(drawing: Drawing) -> None:
    host, services = drawing.pair.host, drawing.ward.house.services
    topic = f"whiteboard:{host.call_id}"
    kind = services.realtime.topics.kind(topic)
    assert kind is not None
    state, version = await kind.snapshot(host.access, host.call_id), 0
    steps = (
        drawing.board.open(host),
        drawing.board.draw(host, sent(line())),
        drawing.board.saved(host, drawing.pair.visitor.visit_id, "pat_x", "fil_x"),
        drawing.board.close(host),
        drawing.board.open(host),
    )
    for step in steps:
        await step
        async with services.database.read() as db:
            missed = await outbox.events_since(db, topic, version)
        assert missed
        for event in missed:
            assert set(event.payload) <= {"call_id", "last", "visit_id"}
            state, version = apply(state, event.type, event.payload), event.version
        assert state == await kind.snapshot(host.access, host.call_id)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        json.dumps([line("a", (1_601, 0))]),
        json.dumps([{**line(), "ink": "url(evil)"}]),
        json.dumps([{**line(), "more": 1}]),
        json.dumps([note("x" * 121)]),
        json.dumps([{"kind": "erase", "numbers": []}]),
        json.dumps([line()] * 41),
    ],
)
def test_what_is_no_mark(text: str) -> None:
    with pytest.raises(WrongInput):
        marks_of(text)


async def test_a_full_board_says_so(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bedside.calls.apps.whiteboard.LARGEST", 3)
    assert LARGEST > 3
    await drawing.board.open(drawing.pair.host)
    await drawing.board.draw(drawing.pair.host, sent(line("a"), line("b")))
    with pytest.raises(BedsideError, match="full"):
        await drawing.board.draw(drawing.pair.host, sent(line("c")))
    await drawing.board.draw(drawing.pair.host, sent({"kind": "clear"}, line("c")))


async def test_a_picture_is_under_the_board_for_its_patient_only(drawing: Drawing) -> None:
    host, board = drawing.pair.host, drawing.board
    patient = await drawing.ward.seat(drawing.pair.visitor)
    theirs, others = patient.patient_id, "pat_other"
    with pytest.raises(Conflict):
        await board.lay_ground(host, theirs, Picture("image/jpeg", b"early"))
    await board.open(host)
    first = await board.lay_ground(host, theirs, Picture("image/jpeg", b"hand"))
    assert (await board.ground(patient, first)).content == b"hand"
    assert "hand" not in repr(await board.ground(patient, first))
    assert (first, "ground", False) in await drawing.on_it(patient)
    await board.draw(host, sent(line("a"), {"kind": "clear", "all": True}))
    assert (first, "ground", False) in await drawing.on_it()  # only what was drawn was cleared
    await board.draw(patient, sent({"kind": "erase", "numbers": [first]}))
    assert (first, "ground", False) in await drawing.on_it()
    second = await board.lay_ground(host, others, Picture("image/jpeg", b"somebody else's"))
    assert [one[0] for one in await drawing.on_it() if one[1] == "ground"] == [second]
    assert [one for one in await drawing.on_it(patient) if one[1] == "ground"] == []
    for number in (first, second, 1, 99):
        with pytest.raises(NotFound):
            await board.ground(patient, number)
    assert (await board.ground(host, second)).content == b"somebody else's"
    await board.draw(host, sent({"kind": "erase", "numbers": [second]}))
    with pytest.raises(NotFound):
        await board.ground(host, second)
