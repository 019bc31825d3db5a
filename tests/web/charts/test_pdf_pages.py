"""PDFs in the chart: what staff see of them, and what others get."""

import io

import httpx
import pikepdf
import pytest

from bedside.adapters.rendering.pdf_actions import commands_of
from bedside.files.models import files
from bedside.files.ports import ScanResult, Verdict
from bedside.files.states import FileState, Sharing
from tests.adapters.rendering import pdfs
from tests.hostile import builders
from tests.house import House
from tests.web.charts.chart_files import filed, work
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F5")]

PRINTS = builders.simple_pdf(
    catalog=b"/OpenAction << /S /JavaScript /JS (this.print\\({bUI: true}\\);) >>"
)
STARTS = builders.simple_pdf(catalog=b"/OpenAction << /S /Launch /F (calc.exe) >>")


class FindsNothing:
    """A scanner such as ClamAV, which has no objection to commands in PDF."""

    name = "ClamAV"

    async def scan(self, chunks: object, size: int) -> ScanResult:
        """Return that it is clean."""
        del chunks, size
        return ScanResult(Verdict.CLEAN, self.name)

    async def complete(self, result: ScanResult, size: int, found: object) -> ScanResult:
        """Return the same."""
        del size, found
        return result


@pytest.fixture(params=["built-in", "ClamAV"])
async def house(quick_house: House, request: pytest.FixtureRequest) -> House:
    """The house with one scanner, then with the other."""
    if request.param == "ClamAV":
        intake = quick_house.services.files.intake
        intake._scanner = FindsNothing()  # type: ignore[assignment] - as much as the intake needs
    return quick_house


async def test_commands_stay_with_the_clinic(house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, house)
    entry = await filed(house, await house.chart(), "form.pdf", PRINTS)
    assert entry.state == FileState.FILED
    base = f"/patients/{entry.patient_id}/entries/{entry.id}"
    page = (await visitor.get(base)).text
    assert "This PDF holds commands" in page
    assert "others get a copy without commands" in page
    assert "Download original, with its commands" in page
    assert (await visitor.get(f"{base}/content?form=original")).content == PRINTS
    given = (await visitor.get(f"{base}/content")).content
    with pikepdf.open(io.BytesIO(given)) as copy:
        assert not commands_of(copy).kept
    assert b"print" not in given


async def test_what_harms_gets_the_same_sentence_from_both(
    house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, house)
    entry = await filed(house, await house.chart(), "form.pdf", STARTS)
    assert entry.state == FileState.REFUSED
    page = (await visitor.get(f"/patients/{entry.patient_id}/entries/{entry.id}")).text
    assert "a command that starts a program" in page
    assert "malware" not in page


async def test_a_broken_page_is_said_in_its_place(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    data = pdfs.pages(4, broken={1: b"null", 3: b"[1]"})
    entry = await filed(quick_house, await quick_house.chart(), "report.pdf", data)
    page = (await visitor.get(f"/patients/{entry.patient_id}/entries/{entry.id}")).text
    assert "Page 1 cannot be shown here" in page
    assert "Page 3 cannot be shown here" in page
    assert 'alt="Page 2"' in page
    assert 'alt="Page 4"' in page
    assert 'alt="Page 3"' not in page
    assert "page 1, 3." in page
    assert "It can be shown" not in page


async def test_words_in_a_form_are_found_and_stand_under_text(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    field = b"<< /Subtype /Widget /FT /Tx /T (a) /TU (Allergies) /V (Penicillin) /Rect [0 0 9 9] >>"
    entry = await filed(quick_house, await quick_house.chart(), "form.pdf", pdfs.form(field))
    base = f"/patients/{entry.patient_id}"
    assert (
        "Allergies: Penicillin" in (await visitor.get(f"{base}/entries/{entry.id}?show=text")).text
    )
    assert "form.pdf" in (await visitor.get(f"{base}?q=penicillin")).text


async def test_a_copy_of_before_is_made_when_it_is_asked_for(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    entry = await filed(quick_house, await quick_house.chart(), "form.pdf", PRINTS)
    async with quick_house.services.database.unit_of_work() as db:
        await db.execute(files.update().values(sharing=Sharing.WAITING))
    content = f"/patients/{entry.patient_id}/entries/{entry.id}/content"
    assert (await visitor.get(content)).status_code == 409
    await work(quick_house)
    assert b"print" not in (await visitor.get(content)).content
