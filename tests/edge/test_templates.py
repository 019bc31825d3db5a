"""Templates are compiled before anybody waits for a page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment

from bedside.edge import rendering

_FEW = ("components/icon.html", "chat/thread.html")


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rendering, "_COMPILED", tmp_path / "compiled")
    return tmp_path / "compiled"


_another_process: Callable[[], Environment] = rendering.environment.__wrapped__


def test_a_template_is_compiled_once_for_all_processes(
    compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _another_process()
    for name in _FEW:
        first.get_template(name)
    assert len(list(compiled.iterdir())) >= len(_FEW)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(Environment, "compile", refuse)
    again = _another_process()
    for name in _FEW:
        assert again.get_template(name).name == name


def test_every_template_is_compiled_when_an_installation_is_prepared(
    compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "environment", _another_process)
    _another_process().get_template("chat/thread.html")
    before = {path.stat().st_mtime_ns for path in compiled.iterdir()}
    rendering.compile_all()
    assert before.isdisjoint(path.stat().st_mtime_ns for path in compiled.iterdir())
    assert len(list(compiled.iterdir())) == len(list(rendering.WEB.rglob("*.html")))


def test_where_nothing_can_be_written_each_process_compiles_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_COMPILED", tmp_path / "missing" / "compiled")
    made = _another_process()
    assert made.get_template("chat/thread.html").name == "chat/thread.html"
