"""Files that the scanner did not look at, is not certain of, or breaks on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bedside.adapters.child_process import Children
from bedside.adapters.clamd import ClamdScanner, Suspicions
from bedside.adapters.yara import BuiltInScanner
from bedside.charts.records import ChartFilter
from bedside.files.ports import Chunk, ScanResult, Verdict
from bedside.files.refusals import NOTES, refusal_for_signature
from bedside.files.retrieval import NotOpened
from bedside.files.uploads import Allowance, Announced
from bedside.kernel import clock
from bedside.people.permissions import ChartAccess
from bedside.worker.run import Worker
from tests.adapters.test_clamd_limits import SMALL, encrypted
from tests.database.databases import ALL_JOBS
from tests.hostile import builders
from tests.house import House, copied, living_in
from tests.peers.clamd import SUSPICION, Clamd

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F5")]
MIB = 1024 * 1024


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    """A clamd with small limits and every alert on."""
    made = Clamd(AlertEncrypted="yes", DetectPUA="yes", **SMALL)
    made.start()
    yield made
    made.remove()


@pytest.fixture
async def scanned_house(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path, clamd: Clamd
) -> AsyncIterator[House]:
    """A house whose files are scanned by that clamd, set up as the manual says."""
    data = tmp_path / "data"
    address = f"tcp:127.0.0.1:{clamd.port}"
    async with living_in(data, copied(empty_sqlite, data), clamd=address) as made:
        yield made


async def _pieces(content: bytes) -> AsyncIterator[Chunk]:
    yield content


async def upload(house: House, chart: ChartAccess, name: str, content: bytes) -> None:
    """Upload a file as staff."""
    uploads = house.services.files.uploads
    begun = await uploads.begin_for_chart(
        chart, Announced(name, len(content)), Allowance(len(content)), "other"
    )
    await uploads.append(chart, begun.id, 0, _pieces(content))


async def work(house: House, *, later: int = 0) -> None:
    """Run the due jobs, now or some milliseconds later."""
    with clock.shifted(later):
        await Worker(
            house.services.database, house.services.registered.handlers, {}
        ).run_until_idle()


async def facts(house: House, chart: ChartAccess) -> tuple[str, str, str]:
    """Return state, note and refusal of the only file of a chart."""
    (entry,) = await house.services.charts.contents.entries(chart, ChartFilter())
    found = await house.services.files.retrieval.facts(entry)
    return entry.state, found.note, found.refusal


async def waiting(house: House) -> Any:
    """Return the waiting job."""
    async with house.services.database.read() as db:
        (job,) = await db.all(ALL_JOBS)
    return job


def photo(size: int) -> bytes:
    """Return a picture of a given number of bytes."""
    made = builders.picture("PNG", (64, 48))
    return (
        made[:-12] + builders.png_chunk(b"tEXt", b"a\x00" + b"b" * (size - len(made))) + made[-12:]
    )


async def test_a_file_beyond_the_limits_is_kept_closed_and_opens_when_they_are_raised(
    scanned_house: House, clamd: Clamd
) -> None:
    house, chart = scanned_house, await scanned_house.chart()
    await upload(house, chart, "scan.png", photo(3 * MIB))
    await work(house)
    assert await facts(house, chart) == ("unscanned", NOTES["scan_too_large"], "")
    (entry,) = await house.services.charts.contents.entries(chart, ChartFilter())
    with pytest.raises(NotOpened, match="kept and cannot be opened"):
        await house.services.files.retrieval.open(chart, entry.id, "original")
    waits = [(await waiting(house)).run_at - clock.now()]
    await work(house, later=6 * clock.MINUTE)
    with clock.shifted(6 * clock.MINUTE):
        waits.append((await waiting(house)).run_at - clock.now())
    assert waits[0] > 4 * clock.MINUTE  # not every twenty seconds
    assert waits[1] > 1.5 * waits[0]
    await asyncio.to_thread(clamd.set, MaxFileSize="10M", MaxScanSize="20M")
    await work(house, later=2 * clock.DAY)
    assert (await facts(house, chart))[0] == "filed"


async def test_a_document_that_unpacks_to_more_is_not_clean(scanned_house: House) -> None:
    """clamd says OK of a member that it truncated, whatever its alerts."""
    chart = await scanned_house.chart()
    document = builders.docx(more={"word/media/image1.bin": bytes(3 * MIB) + b"end"})
    await upload(scanned_house, chart, "letter.docx", document)
    await work(scanned_house)
    assert await facts(scanned_house, chart) == ("unscanned", NOTES["scan_too_large"], "")


async def test_an_encrypted_pdf_is_refused_for_what_it_is(scanned_house: House) -> None:
    chart = await scanned_house.chart()
    await upload(scanned_house, chart, "letter.pdf", encrypted())
    await work(scanned_house)
    state, _, refusal = await facts(scanned_house, chart)
    assert (state, "password" in refusal, "malware" in refusal) == ("refused", True, False)


async def test_a_suspicion_destroys_nothing(scanned_house: House) -> None:
    chart = await scanned_house.chart()
    await upload(scanned_house, chart, "note.txt", b"Potassium " + SUSPICION)
    await work(scanned_house)
    assert await facts(scanned_house, chart) == ("unscanned", NOTES["scan_suspected"], "")


@pytest.mark.parametrize(
    ("chosen", "state", "said"),
    [("open", "filed", NOTES["scan_suspected_open"]), ("destroy", "refused", "")],
)
async def test_what_happens_to_suspicions_is_chosen(
    scanned_house: House, clamd: Clamd, chosen: Suspicions, state: str, said: str
) -> None:
    chart = await scanned_house.chart()
    intake: Any = scanned_house.services.files.intake
    intake._scanner = ClamdScanner(clamd.address, suspicions=chosen)
    await upload(scanned_house, chart, "note.txt", b"Potassium " + SUSPICION)
    await work(scanned_house)
    found, note, refusal = await facts(scanned_house, chart)
    assert (found, note) == (state, said)
    assert "check the device" not in refusal


async def test_macros_are_refused_as_macros() -> None:
    assert refusal_for_signature("Heuristics.OLE2.ContainsMacros.VBA") == "macros"


class Finds:
    """A scanner that finds one thing."""

    name = "ClamAV"

    def __init__(self, signature: str) -> None:
        self._signature = signature

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> ScanResult:
        """Always finds it."""
        return ScanResult(Verdict.INFECTED, self.name, signature=self._signature)


@pytest.mark.parametrize(
    ("signature", "state", "said"),
    [
        ("Heuristics.OLE2.ContainsMacros.VBA", "refused", "macros"),
        ("PUA.Pdf.Trojan.EmbeddedJavaScript-1", "refused", "suspects this file"),
        ("Heuristics.Phishing.Email.SpoofedDomain", "refused", "suspects this file"),
        ("Bedside.PDF.Launch", "refused", "starts a program"),
        ("Win.Trojan.Agent-1", "infected", "check the device for malware"),
    ],
)
async def test_only_malware_is_called_malware(
    quick_house: House, signature: str, state: str, said: str
) -> None:
    chart = await quick_house.chart()
    intake: Any = quick_house.services.files.intake
    intake._scanner = Finds(signature)
    await upload(quick_house, chart, "note.txt", b"Potassium 4.1")
    await work(quick_house)
    found, _, refusal = await facts(quick_house, chart)
    assert found == state
    assert said in refusal


@asynccontextmanager
async def killed_by_files() -> AsyncGenerator[str]:
    """Run a clamd that every file brings down, with a new one answering at once. Yields its
    address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readuntil(b"\x00") == b"zVERSION\x00":
            writer.write(b"ClamAV 1.4.1/1/today\x00")
        else:
            while length := int.from_bytes(await reader.readexactly(4), "big"):
                await reader.readexactly(length)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"tcp:127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_file_that_brings_the_scanner_down_twice_is_refused(quick_house: House) -> None:
    chart = await quick_house.chart()
    intake: Any = quick_house.services.files.intake
    async with killed_by_files() as address:
        intake._scanner = ClamdScanner(address)
        await upload(quick_house, chart, "note.txt", b"Potassium 4.1")
        await work(quick_house)
        assert (await facts(quick_house, chart))[0] == "unscanned"
        await work(quick_house, later=2 * clock.MINUTE)
    state, _, refusal = await facts(quick_house, chart)
    assert state == "refused"
    assert "too complex" in refusal


async def test_a_file_that_breaks_the_built_in_scanner_twice_is_refused(
    quick_house: House,
) -> None:
    """A file for which the scan has too little memory."""
    chart = await quick_house.chart()
    intake: Any = quick_house.services.files.intake
    intake._scanner = BuiltInScanner(Children(memory=150 * MIB))
    document = builders.docx(more={"word/media/a.bin": bytes(120 * MIB)})
    await upload(quick_house, chart, "letter.docx", document)
    await work(quick_house)
    assert (await facts(quick_house, chart))[0] == "unscanned"
    await work(quick_house, later=2 * clock.MINUTE)
    assert (await facts(quick_house, chart))[0] == "refused"
    async with quick_house.services.database.read() as db:
        assert [job for job in await db.all(ALL_JOBS) if job.kind == "file.examine"] == []


async def test_a_scanner_that_is_down_is_waited_for_as_long_as_it_takes(
    scanned_house: House, clamd: Clamd
) -> None:
    chart = await scanned_house.chart()
    await asyncio.to_thread(clamd.stop)
    await upload(scanned_house, chart, "note.txt", b"Potassium 4.1")
    for minute in range(20):
        await work(scanned_house, later=minute * clock.MINUTE)
    assert await facts(scanned_house, chart) == ("unscanned", "", "")
    await asyncio.to_thread(clamd.start)
    await work(scanned_house, later=clock.HOUR)
    assert (await facts(scanned_house, chart))[0] == "filed"


async def test_a_job_that_is_given_up_leaves_no_file_waiting(quick_house: House) -> None:
    chart = await quick_house.chart()
    await upload(quick_house, chart, "note.txt", b"Potassium 4.1")
    job = await waiting(quick_house)
    handlers = {**quick_house.services.registered.handlers, "file.examine": _fails}
    for hour in range(15):
        with clock.shifted(hour * clock.HOUR):
            await Worker(quick_house.services.database, handlers, {}).run_until_idle()
    assert (await waiting(quick_house)).failed, job
    assert await facts(quick_house, chart) == ("unscanned", NOTES["scan_failed"], "")


async def _fails(_payload: dict[str, Any]) -> None:
    raise ValueError
