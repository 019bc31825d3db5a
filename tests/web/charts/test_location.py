"""The location of a photo or video never leaves, even in the moments before its derivatives
exist."""

import io
import zipfile
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, update

from bedside.charts.entries import Entry
from bedside.files.announcing import Announced
from bedside.files.making import DERIVE
from bedside.files.models import derivatives, files
from bedside.files.states import Sharing
from bedside.kernel import clock
from bedside.kernel.jobs import TryAgain
from bedside.transfers.service import Chosen
from bedside.transfers.states import Phase
from bedside.worker.run import Worker
from tests.adapters.rendering.test_video_places import film, tells_the_place
from tests.calls.calling import Ward
from tests.house import House
from tests.requests.sending import pieces
from tests.web.charts.chart_files import filed, photo, upload, work
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F13")]

PLACE = "59.3293 N, 18.0686 E"
JSON = {"accept": "application/json"}


async def late(_payload: dict[str, Any]) -> None:
    """Delay previews, as if behind a hundred other files."""
    raise TryAgain(clock.HOUR, "late")


async def examine(house: House) -> None:
    """Do what the worker would do, except previews."""
    handlers = {**house.services.registered.handlers, DERIVE: late}
    await Worker(house.services.database, handlers, {}).run_until_idle()


def content(entry: Entry, query: str = "") -> str:
    """Return the path of a file's bytes."""
    return f"/patients/{entry.patient_id}/entries/{entry.id}/content{query}"


@pytest.fixture
async def console(quick_house: House, visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    """The receptionist."""
    await enter(visitor, quick_house)
    return visitor


async def test_a_photo_is_given_without_its_place_from_the_first_moment_on(
    quick_house: House, console: httpx.AsyncClient
) -> None:
    chart = await quick_house.chart()
    entry = await upload(quick_house, chart, "arm.jpg", photo("arm", place=PLACE))
    early = await console.get(content(entry))
    assert (early.status_code, early.headers["retry-after"]) == (409, "2")
    assert early.headers["refresh"] == "2"
    assert "In a moment" in early.text
    assert (await console.get(content(entry), headers=JSON)).json()["code"] == "not_ready"
    await examine(quick_house)
    for query in ("", "?inline=1", "?form=shared", "?form=shared&inline=1", "?form=nothing"):
        given = await console.get(content(entry, query))
        assert given.status_code == 200
        assert PLACE.encode() not in given.content
        assert given.content.startswith(b"\xff\xd8")
    original = await console.get(content(entry, "?form=original"))
    assert PLACE.encode() in original.content  # requested by its name, and recorded as such


async def test_a_zip_has_copies_only(quick_house: House, console: httpx.AsyncClient) -> None:
    chart = await quick_house.chart()
    sent = [await upload(quick_house, chart, f"{n}.jpg", photo(place=PLACE)) for n in range(3)]
    await examine(quick_house)
    chosen = {"chosen": [entry.id for entry in sent], "do": "download"}
    several = f"/patients/{chart.patient_id}/several"
    packed = await console.post(several, data=chosen)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert len(archive.namelist()) == 3
        assert not any(PLACE.encode() in archive.read(name) for name in archive.namelist())
    await share(quick_house, sent[1], Sharing.WAITING)
    in_a_moment = await console.post(several, data=chosen, headers=JSON)
    assert (in_a_moment.status_code, in_a_moment.json()["code"]) == (409, "not_ready")


@pytest.mark.feature("X2", "X4")
async def test_a_live_transfer_hands_over_no_place(quick_house: House) -> None:
    ward, sent = Ward(quick_house), photo("arm", place=PLACE)
    patient, room = await ward.wait(), await ward.room()
    chosen = Chosen("arm.jpg", "image/jpeg", len(sent))
    offered = await ward.transfers.exchange.offer(room, patient.visit_id, chosen)
    holder, transfer = await ward.transfers.exchange.sender(room, offered.id)
    upload = await ward.transfers.exchange.begin_upload(holder, transfer, Announced("a", len(sent)))
    await ward.files.uploads.append(holder, upload.id, 0, pieces(sent))
    await ward.transfers.exchange.accept(patient, offered.id)
    await examine(quick_house)
    receiver, ready = await ward.transfers.exchange.receiver(patient, offered.id)
    opened = await ward.files.retrieval.handed_over(receiver, ready.file_id)
    assert PLACE.encode() not in b"".join([p async for p in opened.chunks(0, opened.size)])


@pytest.mark.feature("F2")
async def test_a_video_is_blanked_while_it_is_read(
    quick_house: House, console: httpx.AsyncClient
) -> None:
    data = film("mp4")
    entry = await filed(quick_house, await quick_house.chart(), "gait.mp4", data)
    given = await console.get(content(entry, "?inline=1"))
    assert (given.status_code, len(given.content)) == (200, len(data))
    assert not tells_the_place(given.content)
    assert given.headers["content-disposition"].startswith("inline")
    part = await console.get(content(entry), headers={"range": "bytes=300-"})
    assert (part.status_code, part.content) == (206, given.content[300:])
    original = await console.get(content(entry, "?form=original"))
    assert original.content == data
    assert original.headers["etag"] != given.headers["etag"]
    page = (await console.get(f"/patients/{entry.patient_id}/entries/{entry.id}")).text
    assert "content?inline=1" in page
    assert "form=original&amp;inline" not in page
    assert "others get a copy without location data" in page


async def share(house: House, entry: Entry, sharing: Sharing) -> None:
    """Put a file into this state."""
    change = update(files).where(files.c.id == entry.file_id).values(sharing=sharing)
    gone = delete(derivatives).where(
        derivatives.c.file_id == entry.file_id, derivatives.c.role == "shared"
    )
    async with house.services.database.unit_of_work() as work:
        await work.execute(change)
        await work.execute(gone)


async def test_a_file_of_before_gets_its_copy_when_it_is_asked_for(
    quick_house: House, console: httpx.AsyncClient
) -> None:
    entry = await filed(quick_house, await quick_house.chart(), "a.jpg", photo(place=PLACE))
    await share(quick_house, entry, Sharing.WAITING)
    for _ in range(2):
        early = await console.get(content(entry))
        assert (early.status_code, early.headers["refresh"]) == (409, "2")
        assert PLACE.encode() not in early.content
    await work(quick_house)
    given = await console.get(content(entry))
    assert given.status_code == 200
    assert PLACE.encode() not in given.content


async def test_a_copy_that_cannot_be_made_is_told_and_nothing_is_given(
    quick_house: House, console: httpx.AsyncClient
) -> None:
    entry = await filed(quick_house, await quick_house.chart(), "a.jpg", photo(place=PLACE))
    await share(quick_house, entry, Sharing.FAILED)
    refused = await console.get(content(entry))
    assert refused.status_code == 409
    assert "refresh" not in refused.headers
    assert "location data could not be taken out" in refused.text
    page = (await console.get(f"/patients/{entry.patient_id}/entries/{entry.id}")).text
    assert "location data could not be taken out" in page
    assert "content?form=original" in page
    assert f'{content(entry)}"' not in page
    original = await console.get(content(entry, "?form=original"))
    assert PLACE.encode() in original.content


@pytest.mark.feature("X2")
async def test_a_patient_gets_no_file_of_which_no_copy_can_be_made(quick_house: House) -> None:
    ward = Ward(quick_house)
    patient, room = await ward.wait(), await ward.room()
    broken = film("mp4").replace(b"udta", b"udta\xff\xff\xff\xff", 1)[:-4]
    chosen = Chosen("gait.mp4", "video/mp4", len(broken))
    offered = await ward.transfers.exchange.offer(room, patient.visit_id, chosen)
    holder, transfer = await ward.transfers.exchange.sender(room, offered.id)
    sent = await ward.transfers.exchange.begin_upload(holder, transfer, Announced("a", len(broken)))
    await ward.files.uploads.append(holder, sent.id, 0, pieces(broken))
    await ward.transfers.exchange.accept(patient, offered.id)
    await work(quick_house)
    told = await ward.transfers.lists.one(room, offered.id)
    assert (told.phase, told.reason) == (Phase.REFUSED, "not_shared")
