"""Both live sockets × every kind of topic and every message × every kind of person."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.routing import WebSocketRoute

from bedside.charts.events import EntryChanged
from bedside.realtime import envelopes
from bedside.requests.events import RequestChanged
from tests.matrix.people import DEVICES, PRESENT, STAFF, Kind
from tests.matrix.sockets import Refused, connected
from tests.matrix.world import PATIENT_WORDS, Template, World, entered

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S2")]

SOCKETS = {"/live", "/my/{request_id}/live"}
TOPICS = {
    "chart": ("patient_id", {Kind.RIGHT, Kind.WRONG_ROLE}),
    "desk": (
        "clinic_id",
        {Kind.RIGHT, Kind.WRONG_ROLE, Kind.UNASSIGNED, Kind.ADMINISTRATOR_UNASSIGNED},
    ),
    "request": ("request_id", {Kind.PATIENT_A}),
}
"""Each kind of topic: the id of clinic A's that is asked for, and who may hear it."""


async def test_sockets_topics_and_messages_are_all_declared(
    template: Template, tmp_path: Path
) -> None:
    async with entered(template, tmp_path / "world") as world:
        routes = {r.path for r in world.app.routes if isinstance(r, WebSocketRoute)}
        assert routes == SOCKETS
        assert set(world.services.topics.names()) == set(TOPICS)
    messages = get_args(get_args(envelopes.FromPage)[0])
    assert {message.__name__ for message in messages} == {"Subscribe", "Unsubscribe"}


@pytest.mark.parametrize("kind", PRESENT, ids=str)
async def test_who_hears_what(kind: Kind, template: Template, tmp_path: Path) -> None:
    """Subscribing, also from version 1 on; then events happen, and only the right ones hear."""
    async with entered(template, tmp_path / "world") as world:
        for path in sorted(SOCKETS):
            heard = await _listen(world, path, kind)
            for topic, (id_name, right) in TOPICS.items():
                name = f"{topic}:{world.facts[id_name]}"
                may = kind in right and (topic == "request") == path.startswith("/my/")
                types = [m["type"] for m in heard if m["topic"] == name]
                assert may or set(types) <= {"refused"}, (path, kind, name, types)
                assert not may or "snapshot" in types, (path, kind, name, types)
                if may and topic != "desk":
                    assert types[-1] in ("chart.entry_changed", "request.changed"), types
            if kind is not Kind.PATIENT_A:  # who hears of their own photos, with names
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
        assert kind not in STAFF or path.startswith("/my/"), "staff were turned away"
        assert kind is not Kind.PATIENT_A or path == "/live", "the right device was turned away"
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
    """The page is open when the administrator takes the patient's team away."""
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
    """Somebody ends a session from another device: the page left open goes deaf at once."""
    async with entered(template, tmp_path / "world") as world:
        cookies = {world.services.settings.session_cookie: world.facts["spare_token"]}
        world.facts.cookies[Kind.GUEST] = cookies
        async with connected(world, "/live", Kind.GUEST) as page:
            # nobody can ask not to hear of it
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
        assert await page.closed() == 1008


assert STAFF | DEVICES | {Kind.ANONYMOUS, Kind.PENDING} == frozenset(Kind)
