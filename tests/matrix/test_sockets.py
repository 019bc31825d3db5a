"""Both live sockets × every kind of topic and every message × every kind of person."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.routing import WebSocketRoute

from bedside.calls.apps.whiteboard import WhiteboardChanged
from bedside.calls.events import CallChanged, CallSignal, GuestChanged
from bedside.charts.events import EntryChanged
from bedside.conversations.events import ChatRead, PatientConversationsChanged, ReceiptAdded
from bedside.realtime import envelopes
from bedside.requests.events import RequestChanged
from bedside.transfers.events import LiveTransferMoved
from tests.matrix.people import DEVICES, STAFF, Kind
from tests.matrix.sockets import Refused, connected
from tests.matrix.world import PATIENT_WORDS, Template, World, entered

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S2")]

STAFF_SOCKET = "/live"
LINK_SOCKET = "/my/{request_id}/live"
VISIT_SOCKET = "/visit/{visit}/live"
GUEST_SOCKET = "/guest/{guest_id}/live"
APP_SOCKET = "/app/{patient_id}/live"
RIGHT_DEVICE = {
    LINK_SOCKET: Kind.PATIENT_A,
    VISIT_SOCKET: Kind.VISITOR,
    GUEST_SOCKET: Kind.GUEST,
    APP_SOCKET: Kind.ACCOUNT,
}
SOCKETS = {STAFF_SOCKET, *RIGHT_DEVICE}
_IN_CHARGE = {Kind.RIGHT, Kind.WRONG_ROLE}
_OF_THE_CLINIC = {*_IN_CHARGE, Kind.UNASSIGNED, Kind.ADMINISTRATOR_UNASSIGNED}
_BOTH_SIDES = {STAFF_SOCKET: _IN_CHARGE, APP_SOCKET: {Kind.ACCOUNT}}
TOPICS: dict[str, tuple[str, dict[str, set[Kind]]]] = {
    "chart": ("patient_id", {STAFF_SOCKET: _IN_CHARGE}),
    "desk": ("clinic_id", {STAFF_SOCKET: _OF_THE_CLINIC}),
    "request": ("request_id", {LINK_SOCKET: {Kind.PATIENT_A, Kind.ACCOUNT}}),
    "room": ("room_id", {STAFF_SOCKET: _IN_CHARGE}),
    "rooms": ("clinic_id", {STAFF_SOCKET: _OF_THE_CLINIC}),
    "colleagues": ("clinic_id", {STAFF_SOCKET: _OF_THE_CLINIC}),
    "appointments": ("clinic_id", {STAFF_SOCKET: _OF_THE_CLINIC}),
    "questions": ("administrator", {STAFF_SOCKET: {Kind.RIGHT}}),
    "visit": ("visit_id", {STAFF_SOCKET: _IN_CHARGE, VISIT_SOCKET: {Kind.VISITOR}}),
    "transfers": ("visit_id", {STAFF_SOCKET: _IN_CHARGE, VISIT_SOCKET: {Kind.VISITOR}}),
    "chat": ("visit_id", {STAFF_SOCKET: _IN_CHARGE, VISIT_SOCKET: {Kind.VISITOR}}),
    "conversation": ("conversation_id", _BOTH_SIDES),
    "conversations": ("patient_id", _BOTH_SIDES),
    "whiteboard": (
        "call_id",
        {
            STAFF_SOCKET: {Kind.RIGHT},
            VISIT_SOCKET: {Kind.VISITOR},
            GUEST_SOCKET: {Kind.GUEST},
        },
    ),
    "rail": ("administrator", {STAFF_SOCKET: {Kind.RIGHT}}),
    "person": ("administrator", {STAFF_SOCKET: {Kind.RIGHT}}),
    "call": (
        "call_id",
        {
            STAFF_SOCKET: {Kind.RIGHT},
            VISIT_SOCKET: {Kind.VISITOR},
            GUEST_SOCKET: {Kind.GUEST},
        },
    ),
    "signals": ("right_connection", {STAFF_SOCKET: {Kind.RIGHT}}),
    "guest": ("guest_id", {GUEST_SOCKET: {Kind.GUEST}}),
}
"""Each kind of topic: the id in clinic A that is requested, and who may follow it, by socket."""
LAST = {
    "chart": "chart.entry_changed",
    "request": "request.changed",
    "call": "call.changed",
    "signals": "call.signal",
    "guest": "guest.changed",
    "transfers": "transfer.moved",
    "chat": "chat.read",
    "conversation": "conversation.receipt",
    "conversations": "conversations.changed",
    "whiteboard": "whiteboard.changed",
}
"""The last event that `_happen` emits on some of them."""


async def test_sockets_topics_and_messages_are_all_declared(
    template: Template, tmp_path: Path
) -> None:
    async with entered(template, tmp_path / "world") as world:
        routes = {r.path for r in world.app.routes if isinstance(r, WebSocketRoute)}
        assert routes == SOCKETS
        assert set(world.services.realtime.topics.names()) == set(TOPICS)
    messages = get_args(get_args(envelopes.FromPage)[0])
    assert {message.__name__ for message in messages} == {
        "Subscribe",
        "Unsubscribe",
        "Here",
        "Ping",
        "Signal",
        "Media",
        "Typing",
    }


@pytest.mark.parametrize("kind", tuple(Kind), ids=str)
async def test_who_hears_what(kind: Kind, template: Template, tmp_path: Path) -> None:
    """Subscribe, from version 1 on too; then events happen, and only the right people receive
    them."""
    async with entered(template, tmp_path / "world") as world:
        for path in sorted(SOCKETS):
            heard = await _listen(world, path, kind)
            for topic, (id_name, right) in TOPICS.items():
                name = f"{topic}:{world.facts[id_name]}"
                may = kind in right.get(path, ())
                types = [m["type"] for m in heard if m["topic"] == name]
                assert may or set(types) <= {"refused"}, (path, kind, name, types)
                assert not may or "snapshot" in types, (path, kind, name, types)
                if may and topic in LAST:
                    assert types[-1] == LAST[topic], (path, types)
            # who receive events of their own photos, with names
            if kind not in (Kind.PATIENT_A, Kind.ACCOUNT):
                assert not any(word in json.dumps(heard).lower() for word in PATIENT_WORDS)


async def _listen(world: World, path: str, kind: Kind) -> list[dict[str, Any]]:
    address = path.format(**world.facts.ids)
    asked = [f"{topic}:{world.facts[id_name]}" for topic, (id_name, _) in TOPICS.items()]
    asked += [name + " " for name in asked] + ["", ":", "chart:", "nothing:x", "staff:x"]
    try:
        async with connected(world, address, kind) as page:
            for since in (0, 1):
                for name in asked:
                    await page.say({"action": "subscribe", "topic": name, "since": since})
            heard = await page.all()
            await _happen(world)
            return heard + await page.all()
    except Refused:
        assert kind not in STAFF or path != STAFF_SOCKET, "staff were turned away"
        assert kind is not RIGHT_DEVICE.get(path), "the right device was turned away"
        return []


async def _happen(world: World) -> None:
    facts = world.facts
    async with world.services.database.unit_of_work() as work:
        work.emit(
            EntryChanged(
                patient_id=facts["patient_id"],
                entry_id=facts["entry_id"],
                file_id="fil_x",
                state="filed",
                media_type="image/jpeg",
                category="other",
                reviewed=False,
            )
        )
        work.emit(RequestChanged(request_id=facts["request_id"], state="done", expected=1, filed=1))
        call = facts["call_id"]
        work.emit(CallChanged(call_id=call, state="active", mode="video", topology="direct"))
        work.emit(WhiteboardChanged(call_id=call, last=2))
        visit = facts["visit_id"]
        work.emit(ChatRead(visit_id=visit, leg=1, reader="staff", read_at=1))
        talk = {"conversation_id": facts["conversation_id"], "patient_id": facts["patient_id"]}
        work.emit(ReceiptAdded(**talk, side="patient", what="read", number=1))
        work.emit(PatientConversationsChanged(**talk))
        work.emit(
            LiveTransferMoved(transfer_id=facts["offered"], visit_id=visit, leg=1, position=1)
        )
        work.emit(GuestChanged(guest_id=facts["guest_id"], call_id=call, state="asked"))
        work.emit(
            CallSignal(
                call_id=call,
                from_connection=facts["visitor_connection"],
                to_connection=facts["right_connection"],
            )
        )


@pytest.mark.parametrize("kind", tuple(Kind), ids=str)
async def test_who_signals_and_who_mutes(kind: Kind, template: Template, tmp_path: Path) -> None:
    """Everybody sends what only the administrator's and the visitor's pages may send."""
    async with entered(template, tmp_path / "world") as world:
        facts = world.facts
        pages = {
            "right_connection": (Kind.RIGHT, STAFF_SOCKET),
            "visitor_connection": (Kind.VISITOR, VISIT_SOCKET),
        }
        for path in sorted(SOCKETS):
            for name, owner in pages.items():
                other = next(facts[n] for n in pages if n != name)
                about = {"call": facts["call_id"], "from": facts[name]}
                candidate = {"candidate": "candidate:1"}
                before = _in_the_call(world)
                with suppress(Refused):
                    async with connected(world, path.format(**facts.ids), kind) as page:
                        await page.say(
                            {"action": "signal", **about, "to": other, "candidate": candidate}
                        )
                        sent = {"muted": True, "camera": True, "sharing": True}
                        await page.say({"action": "media", **about, **sent})
                        await page.all()
                assert (_in_the_call(world) != before) == ((kind, path) == owner), (path, name)


def _in_the_call(world: World) -> list[Any]:
    state = world.state()
    return [*state["call_participants"], *(e for e in state["events"] if "call.signal" in e)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[" * 10_000,
        '{"action":"delete","topic":"chart:x"}',
        '{"action":"subscribe","topic":"chart:x","since":-1}',
        '{"action":"subscribe","topic":"chart:x","since":99999999999999999999}',
        '{"action":"subscribe","topic":"chart:x","more":1}',
        json.dumps({"action": "subscribe", "topic": "x" * 81}),
        '{"action":"here"}',
        '{"action":"here","hidden":"perhaps"}',
        '{"action":"signal","call":"cal_x","from":"con_x","to":"con_y","more":1}',
        json.dumps(
            {
                "action": "signal",
                "call": "cal_x",
                "from": "con_x",
                "to": "con_y",
                "description": {"type": "offer", "sdp": "x" * 65_537},
            }
        ),
    ],
)
async def test_what_is_no_message_ends_the_socket(
    text: str, template: Template, tmp_path: Path
) -> None:
    async with (
        entered(template, tmp_path / "world") as world,
        connected(world, "/live", Kind.RIGHT) as page,
    ):
        await page.say_text(text)
        assert await page.closed() == 1008


@pytest.mark.parametrize("kind", [Kind.RIGHT, Kind.PATIENT_A], ids=str)
@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", "http://localhost:8080.evil.example", "http://["]
)
async def test_a_page_of_another_site_gets_no_socket(
    origin: str, kind: Kind, template: Template, tmp_path: Path
) -> None:
    async with entered(template, tmp_path / "world") as world:
        path = "/live" if kind is Kind.RIGHT else f"/my/{world.facts['request_id']}/live"
        with pytest.raises(Refused):
            async with connected(world, path, kind, origin=origin):
                pass


async def test_who_loses_an_assignment_hears_no_more(template: Template, tmp_path: Path) -> None:
    """The page is open when the administrator removes the patient's team."""
    async with entered(template, tmp_path / "world") as world:
        facts = world.facts
        name = f"chart:{facts['patient_id']}"
        async with connected(world, "/live", Kind.WRONG_ROLE) as page:
            await page.say({"action": "subscribe", "topic": name, "since": 0})
            await page.until("snapshot")
            async with world.client(Kind.RIGHT) as administrator:
                person = f"/settings/people/{facts['receptionist']}/unassign"
                done = await administrator.post(person, data={"target": facts["room"]})
                assert done.status_code == 303
            await _happen(world)
            told = await page.until("elsewhere")
            assert (told["topic"], set(told)) == (name, {"topic", "version", "type"})


async def test_a_session_that_ends_takes_its_sockets_along(
    template: Template, tmp_path: Path
) -> None:
    """Somebody ends a session from another device: the page left open is closed at once."""
    async with entered(template, tmp_path / "world") as world:
        cookies = {world.services.settings.session_cookie: world.facts["spare_token"]}
        world.facts.cookies = {**world.facts.cookies, Kind.GUEST: cookies}
        async with connected(world, "/live", Kind.GUEST) as page:
            # nobody can opt out of it
            ended = f"staff:{world.facts['administrator']}"
            await page.say({"action": "unsubscribe", "topic": ended})
            await page.until("refused")
            async with world.client(Kind.RIGHT) as elsewhere:
                form = {"session": world.facts["spare_session"]}
                assert (await elsewhere.post("/account/sessions/end", data=form)).status_code == 303
            assert await page.closed() == 4401


async def test_a_page_that_never_stops_talking_is_cut_off(
    template: Template, tmp_path: Path
) -> None:
    async with (
        entered(template, tmp_path / "world") as world,
        connected(world, "/live", Kind.RIGHT) as page,
    ):
        for _ in range(300):
            await page.say({"action": "unsubscribe", "topic": "chart:x"})
        assert await page.closed() == 4429


assert STAFF | DEVICES | {Kind.ANONYMOUS, Kind.PENDING} == frozenset(Kind)
