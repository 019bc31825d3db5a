"""Rows of lists: kept by everything they show, in pieces, and never somebody else's."""

import asyncio
from html import unescape

import pytest

from bedside.edge import rows
from bedside.kernel import language

pytestmark = pytest.mark.anyio

ROW = "patients/row.html"


def about(name: str, phone: str = "") -> dict[str, str | None]:
    return {
        "id": f"pat_{name[:3]}",
        "name": name,
        "birth_date": None,
        "phone": phone,
        "earlier": "",
    }


async def test_a_row_shows_what_it_is_given() -> None:
    rows._row.cache_clear()
    names = ["Maya", "<b>Noor</b>", "Ökten", "O'Neill", "Maya"]
    drawn = await rows.drawn(ROW, [about(name) for name in names])
    assert "<b>Noor" not in drawn
    assert [name in unescape(drawn) for name in names] == [True] * 5
    assert rows._row.cache_info().hits == 1
    assert drawn == await rows.drawn(ROW, [about(name) for name in names])
    assert "+46 70" in await rows.drawn(ROW, [about("Maya", "+46701234567")])


async def test_each_language_and_each_build_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    rows._row.cache_clear()
    for spoken in ("en", "de"):
        monkeypatch.setattr(language, "spoken", lambda spoken=spoken: spoken)
        await rows.drawn(ROW, [about("Maya")])
    monkeypatch.setattr(rows, "build", lambda: 7)
    await rows.drawn(ROW, [about("Maya")])
    assert rows._row.cache_info().misses == 3


async def test_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    rows._row.cache_clear()
    monkeypatch.setattr(rows, "_AT_ONCE", 0.0)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await rows.drawn(ROW, [about(f"{n} Patient") for n in range(40)])
    task.cancel()
    assert turns >= 40
