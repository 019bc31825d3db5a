"""Pictures come first and words as they are read; files of before are made again."""

import io
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from bedside.adapters.blobs_local import LocalBlobs
from bedside.database import jobs
from bedside.database.jobs import Lane
from bedside.files import media_types as types
from bedside.files.file_rows import FileRow
from bedside.files.making import MAKER, READ, READ_AGAIN
from bedside.files.models import derivatives, file_texts, files
from bedside.files.ports import Derivative
from bedside.kernel import clock
from bedside.kernel.jobs import TryAgain
from bedside.worker.run import Worker
from tests.adapters.rendering.test_tiff import sheet
from tests.database.databases import ALL_JOBS
from tests.database.earlier_version import by_way_of_before
from tests.house import House
from tests.web.charts.chart_files import filed, pdf, photo, tiff, upload, work
from tests.web.pages import enter

pytestmark = pytest.mark.anyio
WORDS = ("laboratory", "penicillin", "wednesday")


def fax() -> bytes:
    """Three pages with a word each."""
    out = io.BytesIO()
    first, *others = [sheet(word) for word in WORDS]
    first.save(out, "TIFF", save_all=True, append_images=others, compression="group4")
    return out.getvalue()


async def later(_payload: dict[str, Any]) -> None:
    """Put off the reading, as a long fax does to itself."""
    raise TryAgain(clock.HOUR, "later")


async def do_all_but(house: House, *kinds: str) -> None:
    """Do what the worker would do now, except jobs of these kinds."""
    handlers = {**house.services.registered.handlers, **dict.fromkeys(kinds, later)}
    await Worker(house.services.database, handlers, {}).run_until_idle()


async def found(house: House, words: str) -> list[str]:
    """Search the chart. Returns ids of entries."""
    return list(await house.services.charts.search.in_chart(await house.chart(), words))


async def rows(house: House, table: Any) -> list[Any]:
    """Return all rows of a table."""
    async with house.services.database.read() as db:
        return await db.all(select(table))


@pytest.mark.feature("F10")
async def test_pages_are_seen_before_they_are_read(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    entry = await upload(quick_house, await quick_house.chart(), "fax.tif", fax())
    await do_all_but(quick_house, READ)
    page = (await visitor.get(f"/patients/{entry.patient_id}/entries/{entry.id}")).text
    assert page.count("chart-sheet") == 3
    assert "The words on 3 pages are still being read" in page
    assert await found(quick_house, "penicillin") == []
    read = quick_house.services.registered.handlers[READ]
    with pytest.raises(TryAgain):
        await read({"file_id": entry.file_id})
    page = (await visitor.get(f"/patients/{entry.patient_id}/entries/{entry.id}")).text
    assert "The words on 2 pages are still being read" in page
    while True:
        try:
            await read({"file_id": entry.file_id})
        except TryAgain:
            continue
        break
    await do_all_but(quick_house, READ)
    for word in WORDS:
        assert await found(quick_house, word) == [entry.id]
    page = (await visitor.get(f"/patients/{entry.patient_id}/entries/{entry.id}")).text
    assert "still being read" not in page
    assert not [one for one in await rows(quick_house, derivatives) if one.role.startswith("ocr-")]
    keys = [key async for key, _ in quick_house.services.files.custody.blobs()]
    assert not [key for key in keys if ".ocr-" in key]


async def as_of_before(house: House) -> None:
    """Leave the files as an earlier version would have: without words, and pages uncounted."""
    async with house.services.database.unit_of_work() as work_:
        await work_.execute(update(files).values(made_by=1, pages=0))
        await work_.execute(file_texts.delete())
        await work_.execute(derivatives.delete())


@pytest.mark.feature("F9")
async def test_files_of_before_are_made_again(house: House) -> None:
    for data, name in (
        (pdf(3), "a.pdf"),
        (tiff(2), "b.tif"),
        ("Größe 5".encode("cp1252"), "c.txt"),
    ):
        await filed(house, await house.chart(), name, data)
    await as_of_before(house)
    making = house.services.files.making
    await making.look_for_older()
    await work(house)
    made: list[FileRow] = await rows(house, files)
    assert {(row.made_by, row.pages) for row in made} == {(MAKER, 3), (MAKER, 2), (MAKER, 0)}
    roles = {row.role for row in await rows(house, derivatives)}
    assert {"preview", "page-2", "page-3", "reading"} <= roles
    await making.look_for_older()
    async with house.services.database.read() as db:
        assert await db.all(ALL_JOBS) == []


@pytest.mark.feature("F9")
async def test_pictures_that_are_not_made_again_do_not_stay(house: House) -> None:
    for data, name in ((pdf(2), "a.pdf"), (b"one;two\n1;2\n", "b.csv")):
        entry = await filed(house, await house.chart(), name, data)
        # Only its own repository leaves what an earlier version would have left.
        repository = house.services.files.making._repository  # pyright: ignore[reportPrivateUsage] - see above
        row = await repository.row(entry.file_id)
        for role in ("page-3", "page-17", "figure-2", "strip", "shared"):
            made = Derivative(role, types.JPEG, photo())
            await repository.store_derivative(row, made)
            async with house.services.database.unit_of_work() as work_:
                await repository.add_derivative(work_, row.id, made)
    async with house.services.database.unit_of_work() as work_:
        await work_.execute(update(files).values(made_by=1))
    await house.services.files.making.look_for_older()
    await work(house)
    roles = sorted(row.role for row in await rows(house, derivatives))
    assert roles == ["page-2", "preview", "reading", "shared", "shared", "thumbnail"]
    keys = [key async for key, _ in house.services.files.custody.blobs()]
    assert len(keys) == len(roles) + 2, "the files themselves"


async def test_a_file_that_cannot_be_opened_holds_up_no_other(quick_house: House) -> None:
    broken = await filed(quick_house, await quick_house.chart(), "a.txt", b"one")
    await filed(quick_house, await quick_house.chart(), "b.txt", b"two")
    await as_of_before(quick_house)
    store = LocalBlobs(quick_house.services.settings.data / "files")
    custody = quick_house.services.files.custody
    [key] = [key async for key, _ in custody.blobs() if key.endswith(broken.file_id)]
    await store.delete(key)
    await quick_house.services.files.making.look_for_older()
    await work(quick_house)
    assert {row.made_by for row in await rows(quick_house, files)} == {MAKER}
    assert len(await rows(quick_house, file_texts)) == 1


async def test_files_of_before_wait_for_new_ones(house: House) -> None:
    async with house.services.database.unit_of_work() as work_:
        work_.enqueue(READ_AGAIN, {"file_id": "old"})
    async with house.services.database.unit_of_work() as work_:
        work_.enqueue(READ, {"file_id": "new"})
    database = house.services.database
    assert await jobs.claim_job(database, clock.MINUTE, Lane.LATER) is None
    new = await jobs.claim_job(database, clock.MINUTE, Lane.FILES)
    assert new is not None
    assert await jobs.claim_job(database, clock.MINUTE, Lane.LATER) is None, "it is being done"
    await jobs.finish_job(database, new.id)
    old = await jobs.claim_job(database, clock.MINUTE, Lane.LATER)
    assert old is not None
    assert old.kind == READ_AGAIN


async def test_a_photo_is_not_made_again(quick_house: House) -> None:
    await filed(quick_house, await quick_house.chart(), "a.jpg", photo())
    [row] = await rows(quick_house, files)
    assert row.made_by == MAKER


@pytest.mark.feature("F9")
async def test_an_update_has_mails_and_tables_read_again_and_nothing_else(
    quick_house: House,
) -> None:
    for data, name in (
        (b"From: a@x.example\nContent-Type: text/plain\n\nCome at nine.\n", "a.eml"),
        (b"sep=;\none;two\n1;2\n", "b.csv"),
        (pdf(2), "c.pdf"),
    ):
        await filed(quick_house, await quick_house.chart(), name, data)
    await by_way_of_before(quick_house, "0032")
    before: list[FileRow] = await rows(quick_house, files)
    again = {row.media_type for row in before if row.made_by < MAKER}
    assert "application/pdf" not in again
    assert len(again) >= 1
    assert len([row for row in before if row.made_by < MAKER]) == 2
    await quick_house.services.files.making.look_for_older()
    await work(quick_house)
    after: list[FileRow] = await rows(quick_house, files)
    assert {row.made_by for row in after} == {MAKER}
