"""Files in charts for tests of the chart page: uploaded and examined by the real services."""

from collections.abc import AsyncIterator
from io import BytesIO

import pikepdf
from PIL import Image, ImageDraw

from bedside.charts.records import ChartFilter, Entry
from bedside.files.ports import Chunk
from bedside.files.uploads import Allowance, Announced
from bedside.people.permissions import ChartAccess
from bedside.worker.run import Worker
from tests.house import House

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
NOTES = b"Potassium 4.1 mmol/l.\nA rash was noted on the left arm; follow-up in May.\n"


async def _pieces(content: bytes) -> AsyncIterator[Chunk]:
    yield content


async def upload(
    house: House,
    chart: ChartAccess,
    name: str,
    content: bytes,
    *,
    category: str = "other",
    comment: str = "",
) -> Entry:
    """Upload like staff. Returns the entry, waiting for its scan."""
    uploads = house.services.files.uploads
    begun = await uploads.begin_for_chart(
        chart, Announced(name, len(content), comment=comment), Allowance(len(content) + 1), category
    )
    await uploads.append(chart, begun.id, 0, _pieces(content))
    entries = await house.services.charts.contents.entries(chart, ChartFilter())
    return next(entry for entry in entries if entry.file_id == begun.file_id)


async def filed(
    house: House,
    chart: ChartAccess,
    name: str,
    content: bytes,
    *,
    category: str = "other",
    comment: str = "",
) -> Entry:
    """Upload, scan and examine. Returns the entry as it is then."""
    entry = await upload(house, chart, name, content, category=category, comment=comment)
    await work(house)
    return await house.services.charts.contents.entry(chart, entry.id)


async def work(house: House) -> None:
    """Do what the worker would do."""
    await Worker(house.services.database, house.services.registered.handlers, {}).run_until_idle()


def photo(
    words: str = "",
    colour: str = "#c98d78",
    size: tuple[int, int] = (800, 600),
    *,
    place: str = "",
) -> bytes:
    """Return a JPEG with words on it; with a `place`, a phone's note where it was taken."""
    made = BytesIO()
    picture = Image.new("RGB", size, colour)
    ImageDraw.Draw(picture).text((40, 40), words, fill="black")
    exif = Image.Exif()
    if place:
        exif[0x010E] = place
        exif.get_ifd(0x8825).update({1: "N", 2: (59.0, 20.0, 6.5), 3: "E", 4: (18.0, 4.0, 7.0)})
    picture.save(made, "JPEG", exif=exif)
    return made.getvalue()


def pdf(pages: int = 3) -> bytes:
    """Return a PDF of pictures."""
    made = BytesIO()
    sheets = [Image.new("RGB", (300, 400), "white") for _ in range(pages)]
    sheets[0].save(made, "PDF", save_all=True, append_images=sheets[1:])
    return made.getvalue()


def locked_pdf() -> bytes:
    """Return a PDF that needs a password."""
    made = BytesIO()
    with pikepdf.open(BytesIO(pdf(1))) as document:
        document.save(made, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return made.getvalue()


def tiff(pages: int) -> bytes:
    """Return a TIFF of blank pages, as fax machines make them."""
    made = BytesIO()
    sheets = [Image.new("1", (200, 280), 1) for _ in range(pages)]
    sheets[0].save(made, "TIFF", save_all=True, append_images=sheets[1:], compression="group4")
    return made.getvalue()
