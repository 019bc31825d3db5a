"""The wiring: every listener is registered, whatever the process is for."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from bedside import bootstrap
from bedside.bootstrap.wiring import Parts, collected, parts_of, wire
from bedside.realtime.topics import TopicKind, Topics
from bedside.services.registered import Registered
from bedside.settings import load

BOOTSTRAP = Path(bootstrap.__file__).parent
REGISTERING = re.compile("on_.+|register|add")


def made(data: Path, **settings: Any) -> Parts:
    """Parts before they are wired."""
    return parts_of(load(data=data, **settings), None)


def heard(parts: Parts) -> dict[str, list[str]]:
    """Return the listeners of each event, in order."""

    def of(owner: Any, attribute: str) -> list[str]:
        listeners = getattr(owner, attribute)
        named = listeners.items() if isinstance(listeners, dict) else (("", x) for x in listeners)
        return [f"{name}:{_name(listener)}" for name, listener in named]

    return {
        "wrong codes": of(parts.people.sign_in, "_listeners"),
        "new rooms": of(parts.people.teams, "_room_makers"),
        "entries that are moved": of(parts.charts.contents, "_on_moved"),
        "files that are scanned": of(parts.charts.contents, "_on_state"),
        "deliveries": of(parts.notifications.dispatcher, "_listeners"),
        "files": [f"{kind.prefix}:{_name(kind.changed)}" for kind in parts.files.intake.holders],
        "visits that leave a call": of(parts.visits.transitions, "_calls"),
        "legs that end": of(parts.visits.transitions, "_legs_of_visits"),
        "whose a visit is": of(parts.visits.identification, "_contents"),
        "calls that end": of(parts.calls.endings, "_told"),
        "messages in conversations": of(parts.conversations.all, "_on_said"),
        "what patients read": of(parts.conversations.all, "_on_read"),
        "messages that are taken back": of(parts.conversations.all, "_on_retracted"),
    }


def _name(listener: Any) -> str:
    return str(getattr(listener, "__qualname__", type(listener).__name__))


def test_everybody_hears_what_concerns_them(tmp_path: Path) -> None:
    parts = made(tmp_path)
    wire(parts)
    assert heard(parts) == {
        "wrong codes": [":CodeAlerts.wrong_codes"],
        "new rooms": [":Rooms.made"],
        "entries that are moved": [":Reports", ":HiddenItems"],
        "files that are scanned": [":MessageFiles.changed"],
        "deliveries": [":MessagePlans.delivery_changed"],
        "files": [
            "req:RequestEndings.file_changed",
            "frm:RequestEndings.file_changed",
            "trf:LiveTransfers.file_changed",
            "drf:MessageDrafts.file_changed",
        ],
        "visits that leave a call": [":VisitDeparture", ":Whiteboard"],
        "legs that end": [":LiveTransfers", ":Newcomers"],
        "whose a visit is": ["files:TransferFiling", "messages:VisitChat"],
        "calls that end": [":Whiteboard"],
        "messages in conversations": [":Answering.said", ":ChatNotices.said"],
        "what patients read": [":ChatNotices.seen"],
        "messages that are taken back": [":ChatNotices.retracted"],
    }


def test_nobody_hears_anything_before(tmp_path: Path) -> None:
    parts = made(tmp_path)
    assert not any(heard(parts).values())
    assert parts.realtime.topics.names() == []


@pytest.mark.parametrize("settings", [{"worker_in_process": False}, {"requests_per_second": 0}])
def test_every_process_hears_the_same(settings: dict[str, Any], tmp_path: Path) -> None:
    """Web alone, worker alone, or both: a job of the worker has to tell whom the web would."""
    both, other = made(tmp_path / "both"), made(tmp_path / "other", **settings)
    assert _names(wire(both)) == _names(wire(other))
    assert heard(both) == heard(other)
    assert both.realtime.topics.names() == other.realtime.topics.names()


def _names(registered: Registered) -> list[set[str]]:
    return [
        set(registered.handlers),
        set(registered.sweeps),
        set(registered.checks),
    ]


def test_one_module_registers() -> None:
    """`wire` is the one place to look: no other module of bootstrap tells anybody of anybody."""
    for path in sorted(BOOTSTRAP.glob("*.py")):
        calls = {
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert (path.name == "wiring.py") or not any(map(REGISTERING.fullmatch, calls)), path


def test_parts_are_wired_once(tmp_path: Path) -> None:
    parts = made(tmp_path)
    wire(parts)
    with pytest.raises(ValueError, match="two "):
        wire(parts)


async def _nothing(*_given: Any) -> Any:
    raise AssertionError


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("handlers", _nothing),
        ("sweeps", (1.0, _nothing)),
        ("checks", _nothing),
    ],
)
def test_two_domains_do_not_share_a_name(table: str, what: Any) -> None:
    one, other = Registered(**{table: {"a": what}}), Registered(**{table: {"b": what}})
    assert set(getattr(collected([one, other]), table)) == {"a", "b"}
    with pytest.raises(ValueError, match=f"two {table} have the name b"):
        collected([one, other, other])


def test_two_topics_do_not_share_a_name() -> None:
    topics = Topics()
    topics.add(TopicKind("ward", _nothing))
    with pytest.raises(ValueError, match="ward"):
        topics.add(TopicKind("ward", _nothing))
