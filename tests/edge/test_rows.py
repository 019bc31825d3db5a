"""Rows of lists: kept by everything they show, in pieces, and never somebody else's."""

import asyncio
from html import unescape
from typing import Any

import pytest

from bedside.edge import rows
from bedside.kernel import language, pieces

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
    rows.KEPT.clear()
    names = ["Maya", "<b>Noor</b>", "Ökten", "O'Neill", "Maya"]
    drawn = await rows.drawn(ROW, [about(name) for name in names])
    assert "<b>Noor" not in drawn
    assert [name in unescape(drawn) for name in names] == [True] * 5
    assert len(rows.KEPT) == 4
    assert drawn == await rows.drawn(ROW, [about(name) for name in names])
    assert "+46 70" in await rows.drawn(ROW, [about("Maya", "+46701234567")])


async def test_each_language_and_each_build_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    rows.KEPT.clear()
    for spoken in ("en", "de"):
        monkeypatch.setattr(language, "spoken", lambda spoken=spoken: spoken)
        await rows.drawn(ROW, [about("Maya")])
    monkeypatch.setattr(rows, "build", lambda: 7)
    await rows.drawn(ROW, [about("Maya")])
    assert len(rows.KEPT) == 3


@pytest.mark.parametrize("most", [60_000, 200_000])
async def test_what_is_kept_is_bounded_by_its_size(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, drawings = rows.Kept(most), list[str]()
    monkeypatch.setattr(rows, "KEPT", kept)
    monkeypatch.setattr(rows, "_rendered", lambda *key: _noted(drawings, key))
    [first] = await rows.each(ROW, [about("Maya")])
    for number in range(400):
        await rows.each(ROW, [about(f"{number} Patient"), about("Maya")])
        assert len(kept) * first.size < most * 1.1
    assert drawings.count("Maya") == 1, "what is asked for all the time stays"
    assert len(kept) * first.size > most * 0.4
    await rows.each(ROW, [about("0 Patient")])
    assert drawings.count("0 Patient") == 2, "and what nobody asked for goes"


def _noted(drawings: list[str], key: tuple[Any, ...]) -> rows.Row:
    name = dict(key[3])["name"]
    drawings.append(name)
    return rows.Row(f"<li>{name:1000}</li>")


async def test_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    rows.KEPT.clear()
    monkeypatch.setattr(pieces, "AT_ONCE", 0.0)
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
