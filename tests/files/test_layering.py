"""Scanned PDFs: others get a copy whose words can be selected, and the original stays."""

import io

import httpx
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from bedside.adapters.rendering.pdf_actions import commands_of
from bedside.charts.records import Entry
from bedside.files.models import derivatives
from bedside.files.ports import Content
from bedside.files.text_layers import SEARCHABLE, WORDS
from tests.files.test_making import rows
from tests.house import House
from tests.web.charts.chart_files import filed, upload, work
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F16")]


def scan(*pages: str, script: bool = False) -> bytes:
    """Return a PDF of pictures of words."""
    sheets = [Image.new("RGB", (1240, 1754), "white") for _ in pages]
    for sheet, words in zip(sheets, pages, strict=True):
        ImageDraw.Draw(sheet).text((150, 300), words, fill="black", font_size=60)
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=150)
    if not script:
        return out.getvalue()
    with pikepdf.open(io.BytesIO(out.getvalue())) as opened:
        action = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)")
        opened.Root["/OpenAction"] = action
        changed = io.BytesIO()
        opened.save(changed)
    return changed.getvalue()


async def given(house: House, entry: Entry, form: str = "") -> bytes:
    """Return what somebody who opens it gets."""
    opened = await house.files.retrieval.open(await house.chart(), entry.id, form)
    return b"".join([bytes(piece) async for piece in opened.chunks(0, opened.size)])


def words_of(data: bytes) -> list[str]:
    """Return the text of each page."""
    pages = pypdfium2.PdfDocument(data)
    return [pages[at].get_textpage().get_text_range().strip() for at in range(len(pages))]


async def test_others_get_its_words_and_the_original_stays(house: House) -> None:
    data = scan("Discharge letter", "", "Knee arthroscopy")
    entry = await filed(house, await house.chart(), "letter.pdf", data)
    assert words_of(await given(house, entry)) == ["Discharge letter", "", "Knee arthroscopy"]
    assert await given(house, entry, "original") == data
    assert not [one for one in await rows(house, derivatives) if one.role.startswith("words-")]


async def test_staff_are_told_what_the_download_is(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    entry = await filed(
        quick_house, await quick_house.chart(), "letter.pdf", scan("Discharge letter")
    )
    await enter(visitor, quick_house)
    page = (await visitor.get(f"/patients/{entry.patient_id}/entries/{entry.id}")).text
    assert "Download original, as it arrived" in page
    assert "the download has its words as text to select" in page


async def test_a_copy_without_commands_gets_the_words_too(quick_house: House) -> None:
    house = quick_house
    data = scan("Discharge letter", script=True)
    entry = await filed(house, await house.chart(), "letter.pdf", data)
    copy = await given(house, entry)
    assert words_of(copy) == ["Discharge letter"]
    with pikepdf.open(io.BytesIO(copy)) as opened:
        assert not commands_of(opened).kept
    with pikepdf.open(io.BytesIO(data)) as opened:
        assert commands_of(opened).kept
    assert await given(house, entry, "original") == data


async def test_without_a_layer_the_pdf_is_there_as_before(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = quick_house

    async def none(_content: Content, _pages: object) -> None:
        return None

    examiner = house.files.layering._examiner  # pyright: ignore[reportPrivateUsage] - put in its place
    monkeypatch.setattr(examiner, "with_words", none)
    data = scan("Discharge letter")
    entry = await filed(house, await house.chart(), "letter.pdf", data)
    assert await given(house, entry) == data
    roles = {one.role for one in await rows(house, derivatives)}
    assert roles == {"thumbnail", "preview"}


async def test_doing_it_again_changes_nothing(quick_house: House) -> None:
    house = quick_house
    entry = await upload(house, await house.chart(), "letter.pdf", scan("Discharge letter"))
    await work(house)
    await house.files.layering.layer({"file_id": entry.file_id})  # once more: nothing is left to do
    await house.files.layering.layer({"file_id": "fil_none"})
    keys = [key async for key, _ in house.services.files.custody.blobs()]
    assert len([key for key in keys if SEARCHABLE in key]) == 1
    assert not [key for key in keys if WORDS in key]
