"""Names in a zip: written by every system, and never one over the other."""

import unicodedata
from collections.abc import AsyncIterator
from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.edge.file_names import free_name, portable
from bedside.edge.zipping import zipped

pytestmark = pytest.mark.feature("F9")
ZWJ, ZWNJ = "\u200d", "\u200c"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Befund.pdf", "Befund.pdf"),
        ("CON.pdf", "CON_.pdf"),
        ("aux.pdf", "aux_.pdf"),
        ("LPT1.txt.pdf", "LPT1_.txt.pdf"),
        ("com¹.jpg", "com¹_.jpg"),
        ("COM0", "COM0_"),
        ("nul .pdf", "nul_.pdf"),
        ("CONIN$.txt", "CONIN$_.txt"),
        ("console.pdf", "console.pdf"),
        ("lpt10.pdf", "lpt10.pdf"),
        ("Arm l./r.: alt?.jpg", "Arm l._r._ alt_.jpg"),
        ("Ende. . ", "Ende"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("tab\there\u202enow.pdf", "tab_herenow.pdf"),
        (unicodedata.normalize("NFD", "Müller.pdf"), "Müller.pdf"),
    ],
)
def test_a_name_for_every_system(name: str, written: str) -> None:
    assert portable(name) == written


@pytest.mark.parametrize(
    "names",
    [
        ["Befund.pdf", "befund.PDF", "BEFUND.pdf"],
        ["Müller.pdf", unicodedata.normalize("NFD", "Müller.pdf"), "MÜLLER.pdf"],
        ["Maße.pdf", "MASSE.pdf", "masse.pdf", "MAẞE.pdf"],
        ["a.pdf", "a.pdf.", "a.pdf ", " a.pdf"],
        ["CON.pdf", "con.pdf", "CON_.pdf"],
        ["ﬁn.pdf", "fin.pdf"],
        ["ısı.pdf", "ISI.pdf"],
        ["Ωmega.pdf", "Ωmega.pdf"],
        [f"می{ZWNJ}خواهم.pdf", "میخواهم.pdf"],
        ["❤️.png", "❤.png"],
        ["a (2).pdf", "a.pdf", "a.pdf"],
        ["x" * 400 + ".pdf", "x" * 500 + ".pdf"],
        ["检" * 176 + ".pdf", "检" * 175 + ".pdf", "检" * 174 + "查.pdf"],
        ["👨‍👩‍👧" * 60 + ".jpg"] * 12,
    ],
    ids=lambda names: ascii(names[0])[:20],
)
def test_no_name_is_given_twice(names: list[str]) -> None:
    taken: set[str] = set()
    given_names = [free_name(name, taken) for name in names]
    for fold in (str.casefold, str.upper, lambda name: unicodedata.normalize("NFD", name)):
        assert len({fold(name) for name in given_names}) == len(names)
    assert all(len(name.encode()) <= 255 for name in given_names)
    assert all(name.rpartition(".")[2].lower() in {"pdf", "jpg", "png"} for name in given_names)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=300), max_size=5))
def test_any_names_can_be_written(names: list[str]) -> None:
    taken: set[str] = set()
    written = [free_name(name, taken) for name in names]
    assert len({name.casefold() for name in written}) == len(names)
    for name in written:
        assert 0 < len(name.encode()) <= 255
        assert not set(name) & set('/\\:*?"<>|\x00\x1f')
        assert name == name.strip(" .")


@pytest.mark.anyio
async def test_a_zip_with_long_names_unpacks_here(tmp_path: Any) -> None:
    names = ["检" * 176 + ".pdf", "检" * 177 + ".pdf", "👨‍👩‍👧" * 80 + ".jpg", "aux.pdf", "é" * 300]

    class Held(SimpleNamespace):
        async def chunks(self, start: int, length: int) -> AsyncIterator[bytes]:
            yield b"content"[start : start + length]

    async def members() -> AsyncIterator[tuple[Any, int]]:
        for name in names:
            yield cast(Any, Held(name=name, size=7)), 1_700_000_000_000

    packed = b"".join([piece async for piece in zipped(members())])
    with ZipFile(BytesIO(packed)) as archive:
        archive.extractall(tmp_path)
    assert sorted(len(one.read_bytes()) for one in tmp_path.iterdir()) == [7] * len(names)
