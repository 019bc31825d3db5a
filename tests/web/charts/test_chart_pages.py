"""The chart page over HTTP: what it shows, to whom, and what it writes to the audit log."""

import re
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.records import ChartFilter
from bedside.files.uploads import Allowance, Announced
from bedside.people.permissions import StaffAccess
from tests.house import House
from tests.web.charts.chart_files import (
    EICAR,
    NOTES,
    filed,
    locked_pdf,
    pdf,
    photo,
    tiff,
    upload,
    work,
)

pytestmark = pytest.mark.anyio


async def sign_in(visitor: httpx.AsyncClient, house: House, who: StaffAccess | None = None) -> str:
    """Sign in as the receptionist. Returns the path of the first patient's chart."""
    visitor.cookies.update(await house.cookie(who or house.here.receptionist))
    return f"/patients/{house.patients[0].id}"


async def lines(house: House, action: Action) -> int:
    """Count audit lines of this kind."""
    found = await house.services.audit.log.lines(house.clinic.id, Filter(action=action, limit=500))
    return len(found)


@pytest.mark.feature("F9")
async def test_an_empty_chart_teaches(quick_house: House, visitor: httpx.AsyncClient) -> None:
    base = await sign_in(visitor, quick_house)
    page = await visitor.get(base)
    assert page.status_code == 200
    assert "Maya Lindqvist" in page.text
    assert "born 14 March 1991" in page.text
    assert "No files yet" in page.text
    assert f'action="{base}/files"' in page.text


@pytest.mark.feature("S3")
async def test_going_through_a_chart_is_one_opening_and_each_file_one_look(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    entry = await filed(quick_house, chart, "notes.txt", NOTES)
    for address in (base, base, f"{base}/entries/{entry.id}", f"{base}/list"):
        assert (await visitor.get(address)).status_code == 200
    part = await visitor.get(f"{base}/entries/{entry.id}", headers={"bedside-part": "viewer"})
    assert "<html" not in part.text
    assert await lines(quick_house, Action.CHART_OPENED) == 1
    assert await lines(quick_house, Action.FILE_VIEWED) == 1


@pytest.mark.feature("S3")
async def test_what_a_page_cannot_show_is_a_download_whatever_was_asked_for(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    entry = await filed(quick_house, await quick_house.chart(), "results.pdf", pdf(1))
    content = f"{base}/entries/{entry.id}/content?form=original&inline=1"
    await visitor.get(f"{base}/entries/{entry.id}")
    answer = await visitor.get(content)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert await lines(quick_house, Action.FILE_DOWNLOADED) == 1


@pytest.mark.feature("F10")
async def test_words_are_found_and_marked_and_stay_out_of_the_address(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    await filed(quick_house, chart, "notes.txt", NOTES)
    await filed(quick_house, chart, "other.txt", b"Nothing of that kind in here.")
    found = await visitor.post(f"{base}/search", data={"words": "Rash follow up"})
    assert found.status_code == 200
    assert "1 file with" in found.text
    assert "<mark>rash</mark>" in found.text
    assert "<mark>follow</mark>-<mark>up</mark>" in found.text
    assert "other.txt" not in found.text
    assert "rash" not in str(found.url).lower()
    nothing = await visitor.post(f"{base}/search", data={"words": "unicorn"})
    assert "Nothing found" in nothing.text
    empty = await visitor.post(f"{base}/search", data={"words": " . "})
    assert (empty.status_code, empty.headers["location"]) == (303, base)
    assert await lines(quick_house, Action.CHART_SEARCHED) == 2


async def test_a_hit_in_a_note_says_so(quick_house: House, visitor: httpx.AsyncClient) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    entry = await filed(quick_house, chart, "notes.txt", NOTES)
    await quick_house.services.charts.contents.change(
        chart, entry.id, label="", note="Ask the dermatologist", category="other", seen_version=1
    )
    found = await visitor.post(f"{base}/search", data={"words": "dermatologist"})
    assert re.search(r"<b>Note:</b>\s*Ask the <mark>dermatologist</mark>", found.text)


@pytest.mark.feature("F8")
@pytest.mark.feature("F9")
async def test_filters_are_in_the_address_and_nonsense_is_left_out(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    await filed(quick_house, chart, "arm.jpg", photo(), category="patient_photo")
    await filed(quick_house, chart, "notes.txt", NOTES, category="lab_results")

    async def shown(query: str) -> set[str]:
        page = await visitor.get(f"{base}?{query}")
        assert page.status_code == 200
        return {name for name in ("arm.jpg", "notes.txt") if name in page.text}

    assert await shown("type=pictures") == {"arm.jpg"}
    assert await shown("type=text&category=lab_results") == {"notes.txt"}
    assert await shown("category=imaging") == set()
    assert await shown("sender=patient") == set()
    assert await shown(f"sender={chart.staff.staff_id}") == {"arm.jpg", "notes.txt"}
    assert await shown("since=2001-01-01&until=2001-01-02") == set()
    assert await shown("since=2001-01-01") == {"arm.jpg", "notes.txt"}
    assert await shown("unreviewed=1&view=gallery") == {"arm.jpg", "notes.txt"}
    for nonsense in ("type=zip", "since=9999-12-31", "until=soon", "before=ent_x", "view=x"):
        assert await shown(nonsense) == {"arm.jpg", "notes.txt"}


@pytest.mark.feature("F5")
async def test_each_state_is_said_and_only_a_clean_file_can_be_downloaded(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    infected = await filed(quick_house, chart, "virus.txt", EICAR)
    refused = await filed(quick_house, chart, "torn.pdf", b"%PDF-1.7\n" + b"torn " * 99)
    clean = await filed(quick_house, chart, "notes.txt", NOTES)
    waiting = await upload(quick_house, chart, "later.txt", NOTES)
    async with quick_house.services.database.unit_of_work() as unit:
        await quick_house.services.charts.contents.set_file_state(
            unit, waiting.file_id, "unscanned", "text/plain"
        )
    for entry, sentence in (
        (infected, "Infected: the file was destroyed"),
        (refused, "This PDF is damaged or incomplete"),
        (waiting, "cannot be opened before it was scanned"),
        (clean, "clean, by Built-in scanner"),
    ):
        address = f"{base}/entries/{entry.id}"
        page = await visitor.get(address)
        assert sentence in page.text
        offered = f'href="{address}/content"' in page.text
        assert offered == (entry is clean)
        content = await visitor.get(f"{address}/content")
        assert content.status_code == (200 if entry is clean else 409)


@pytest.mark.feature("F2")
async def test_a_wrong_extension_is_told_and_the_original_is_named_for_what_it_holds(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    entry = await filed(quick_house, await quick_house.chart(), "letter.pdf", photo("page"))
    page = await visitor.get(f"{base}/entries/{entry.id}")
    assert "It was sent as .pdf and is kept under its true type." in page.text
    assert "JPEG photo" in page.text
    assert ("content?form=original" in page.text) == ("copy without location data" in page.text)


@pytest.mark.feature("F9")
async def test_pages_of_a_pdf_are_pictures(quick_house: House, visitor: httpx.AsyncClient) -> None:
    base = await sign_in(visitor, quick_house)
    entry = await filed(quick_house, await quick_house.chart(), "letter.pdf", pdf(3))
    page = await visitor.get(f"{base}/entries/{entry.id}")
    for form in ("preview", "page-2", "page-3"):
        address = f"{base}/entries/{entry.id}/content?form={form}&inline=1"
        assert address.replace("&", "&amp;") in page.text
        assert (await visitor.get(address)).headers["content-type"] == "image/jpeg"
    assert await lines(quick_house, Action.FILE_VIEWED) == 1
    assert "<iframe" not in page.text
    assert "<object" not in page.text


@pytest.mark.feature("F7")
async def test_a_change_that_came_too_late_keeps_what_was_typed(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    entry = await filed(quick_house, chart, "notes.txt", NOTES)
    address = f"{base}/entries/{entry.id}"
    mine = {"label": "Mine", "note": "my note", "category": "form", "version": "1"}
    await quick_house.services.charts.contents.change(
        chart, entry.id, label="Theirs", note="", category="other", seen_version=1
    )
    late = await visitor.post(f"{address}/change", data=mine)
    assert late.status_code == 409
    assert "Somebody else changed this in the meantime" in late.text
    assert 'value="Mine"' in late.text
    assert "my note" in late.text
    version = re.search(r'name="version" value="(\d+)"', late.text)
    assert version is not None
    again = await visitor.post(f"{address}/change", data={**mine, "version": version.group(1)})
    assert again.status_code == 303
    page = await visitor.get(address)
    assert "How it was before</summary>" in page.text.replace(" (2)", "")
    assert "Theirs" in page.text


async def test_what_does_not_fit_is_said_beside_the_field(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    entry = await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    answer = await visitor.post(
        f"{base}/entries/{entry.id}/change",
        data={"label": "x" * 300, "note": "kept", "category": "form", "version": "1"},
    )
    assert answer.status_code == 422
    assert 'id="label-error"' in answer.text
    assert ">kept</textarea>" in answer.text


@pytest.mark.feature("F7")
async def test_reviewing_and_taking_it_back(quick_house: House, visitor: httpx.AsyncClient) -> None:
    base = await sign_in(visitor, quick_house)
    entry = await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    address = f"{base}/entries/{entry.id}"
    done = await visitor.post(f"{address}/review", data={"reviewed": "yes"})
    assert (done.status_code, done.headers["location"]) == (303, address)
    assert "Reviewed by Rita Sandberg" in (await visitor.get(address)).text
    await visitor.post(f"{address}/review", data={"reviewed": "no"})
    assert "Mark reviewed" in (await visitor.get(address)).text


@pytest.mark.feature("F7")
async def test_a_misfiled_file_goes_to_its_patient_and_leaves_no_content(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    entry = await filed(quick_house, chart, "Ramirez-notes.txt", NOTES)
    address = f"{base}/entries/{entry.id}"
    assert (await visitor.get(f"{address}/move")).status_code == 200
    found = await visitor.post(f"{address}/move", data={"do": "find", "words": "ramirez"})
    target = quick_house.patients[1].id
    assert f'value="{target}"' in found.text
    for one in quick_house.patients[:2]:  # both people, with what tells them apart
        assert one.name in found.text
        assert f"{one.demographics.birth_date:%-d %B %Y}" in found.text
    for missing in ({"patient": target, "reason": " "}, {"reason": "wrong envelope"}):
        answer = await visitor.post(
            f"{address}/move", data={"do": "move", "words": "ramirez", **missing}
        )
        assert answer.status_code == 422
    reason = {"patient": target, "reason": "wrong envelope"}
    moved = await visitor.post(f"{address}/move", data={"do": "move", **reason})
    assert (moved.status_code, moved.headers["location"]) == (303, f"{base}?moved={entry.id}")
    left = await visitor.get(address)
    assert "This file belongs to another patient" in left.text
    assert "wrong envelope" in left.text
    assert "Ramirez-notes" not in left.text
    assert "rash" not in left.text
    assert (await visitor.get(f"{address}/content")).status_code == 404
    there = await visitor.get(f"/patients/{target}")
    assert "Ramirez-notes.txt" in there.text


async def test_a_file_cannot_be_moved_to_somebody_whom_one_may_not_see(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    entry = await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    stranger = quick_house.next_door.patients[0].id
    answer = await visitor.post(
        f"{base}/entries/{entry.id}/move",
        data={"do": "move", "patient": stranger, "reason": "because"},
    )
    assert answer.status_code == 404
    left = await quick_house.services.charts.contents.entry(await quick_house.chart(), entry.id)
    assert not left.moved_to


@pytest.mark.feature("F9")
async def test_many_files_in_one_zip_each_with_its_line(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    picture = photo("arm")
    first = await filed(quick_house, chart, "notes.txt", NOTES)
    second = await filed(quick_house, chart, "notes.txt", b"Second notes, of another day.")
    image = await filed(quick_house, chart, "arm.jpg", picture)
    bad = await filed(quick_house, chart, "virus.txt", EICAR)
    foreign = await filed(quick_house, await quick_house.chart(1), "theirs.txt", b"of another one")
    chosen = [e.id for e in (first, second, image, bad, foreign)]
    answer = await visitor.post(f"{base}/several", data={"do": "download", "chosen": chosen})
    assert answer.headers["content-type"] == "application/zip"
    assert "content-length" not in answer.headers
    with ZipFile(BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["arm.jpg", "notes (2).txt", "notes.txt"]
        texts = {archive.read("notes.txt"), archive.read("notes (2).txt")}
        assert texts == {NOTES, b"Second notes, of another day."}
    assert await lines(quick_house, Action.FILE_DOWNLOADED) == 3
    said = answer.headers["content-disposition"]
    assert re.search(r'filename="chart-files-\d{4}-\d\d-\d\d-\d{4}\.zip"', said)
    none = await visitor.post(f"{base}/several", data={"do": "download", "chosen": [bad.id]})
    assert none.status_code == 422


@pytest.mark.feature("F9")
async def test_files_in_a_zip_have_their_labels(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    contents = quick_house.services.charts.contents
    chosen: list[str] = []
    for name, label in (("p1.jpg", "Left arm: front/back"), ("p2.jpg", "Left arm"), ("p3.jpg", "")):
        entry = await filed(quick_house, chart, name, photo(name))
        if label:
            await contents.change(
                chart, entry.id, label=label, note="", category="other", seen_version=entry.version
            )
        chosen.append(entry.id)
    answer = await visitor.post(f"{base}/several", data={"do": "download", "chosen": chosen})
    with ZipFile(BytesIO(answer.content)) as archive:
        names = ["Left arm.jpg", "Left arm_ front_back.jpg", "p3.jpg"]
        assert sorted(archive.namelist()) == names


@pytest.mark.feature("F9")
async def test_two_photos_beside_each_other(quick_house: House, visitor: httpx.AsyncClient) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    before = await filed(quick_house, chart, "before.jpg", photo("before"))
    after = await filed(quick_house, chart, "after.jpg", photo("after", "#a0b0c0"))
    both = {"do": "compare", "chosen": [after.id, before.id]}
    answer = await visitor.post(f"{base}/several", data=both)
    assert answer.headers["location"] == f"{base}/entries/{before.id}?compare={after.id}"
    page = await visitor.get(answer.headers["location"])
    for entry in (before, after):
        assert f"{base}/entries/{entry.id}/content?form=preview&amp;inline=1" in page.text
    one = await visitor.post(f"{base}/several", data={"do": "compare", "chosen": [after.id]})
    assert one.status_code == 422


@pytest.mark.feature("F14")
async def test_a_plain_form_uploads(quick_house: House, visitor: httpx.AsyncClient) -> None:
    base = await sign_in(visitor, quick_house)
    assert f'action="{base}/files"' in (await visitor.get(f"{base}/upload")).text
    answer = await visitor.post(
        f"{base}/files",
        data={"category": "lab_results"},
        files=[("file", ("one.txt", NOTES)), ("file", ("two.txt", b"Further notes of the day."))],
    )
    assert answer.status_code == 303
    await work(quick_house)
    chart = await quick_house.chart()
    entries = await quick_house.services.charts.contents.entries(chart, ChartFilter())
    assert {(e.name, e.category, e.state) for e in entries} == {
        ("one.txt", "lab_results", "filed"),
        ("two.txt", "lab_results", "filed"),
    }


@pytest.mark.feature("S2")
async def test_a_chart_is_there_only_for_those_who_may_see_it(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = f"/patients/{quick_house.patients[0].id}"
    entry = await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    there = f"{base}/entries/{entry.id}"
    pages = [base, f"{base}/list", f"{base}/counts", f"{base}/upload", there, f"{there}/move"]
    forms = [f"{base}/search", f"{base}/several", *(f"{there}/{do}" for do in ("change", "review"))]
    for address in pages:
        assert (await visitor.get(address)).status_code in (303, 401)
    await sign_in(visitor, quick_house, quick_house.next_door.clinician)
    for address in pages:
        assert (await visitor.get(address)).status_code == 404
    for address in [*forms, f"{there}/move"]:
        assert (await visitor.post(address, data={"words": "rash"})).status_code == 404
    other = f"/patients/{quick_house.patients[1].id}/entries/{entry.id}"
    await sign_in(visitor, quick_house)
    assert (await visitor.get(other)).status_code == 404


@pytest.mark.feature("F7")
async def test_pages_of_a_fax_are_shown_like_those_of_a_pdf(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    fax = await filed(quick_house, chart, "fax.tif", tiff(22))
    page = await visitor.get(f"{base}/entries/{fax.id}")
    assert f"{base}/entries/{fax.id}/content?form=page-20&amp;inline=1" in page.text
    assert "20 of 22 pages are shown" in page.text
    assert "22 pages" in page.text
    photo_of_one = await filed(quick_house, chart, "photo.tif", tiff(1))
    alone = await visitor.get(f"{base}/entries/{photo_of_one.id}")
    assert "data-photo-tools" in alone.text
    assert "pages are shown" not in alone.text


async def test_an_upload_says_what_became_of_it(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()

    async def became(name: str, content: bytes, *, scan: bool = True) -> dict[str, Any]:
        uploads = quick_house.files.uploads
        announced = Announced(name, len(content))
        begun = await uploads.begin_for_chart(chart, announced, Allowance(10**7), "other")
        await uploads.append(chart, begun.id, 0, _once(content))
        if scan:
            await work(quick_house)
        found = (await visitor.get(f"{base}/uploads/{begun.id}/state")).json()
        assert isinstance(found, dict)
        return found

    waits = await became("waits.txt", b"not scanned yet", scan=False)
    assert (waits["tone"], waits["over"]) == ("", False)
    good = await became("notes.txt", NOTES)
    assert (good["tone"], good["over"]) == ("good", True)
    assert (await visitor.get(good["href"])).status_code == 200
    again = await became("the same under another name.txt", NOTES)
    assert again["tone"] == "attention"
    assert "“notes.txt”" in again["sentence"]
    assert (await became("as long.txt", NOTES[::-1]))["tone"] == "good"
    locked = await became("locked.pdf", locked_pdf())
    assert (locked["tone"], locked["over"]) == ("bad", True)
    assert "password" in locked["sentence"]
    assert "Infected" in (await became("virus.txt", EICAR))["sentence"]


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_a_move_names_both_and_is_undone(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    entry = await filed(quick_house, await quick_house.chart(), "arm.jpg", photo("arm"))
    address = f"{base}/entries/{entry.id}"
    target = quick_house.patients[1]
    empty = await visitor.post(
        f"{address}/move", data={"do": "move", "words": target.name.split()[-1]}
    )
    assert empty.status_code == 422
    assert "Please choose the patient" in empty.text
    assert "Please say in a sentence" in empty.text
    assert f"{address}/content?form=thumbnail" in empty.text
    assert "Maya Lindqvist" in empty.text
    assert target.name in empty.text
    there = {"do": "move", "patient": target.id, "reason": "wrong envelope"}
    moved = await visitor.post(f"{address}/move", data=there)
    said = (await visitor.get(moved.headers["location"])).text
    assert f"is in the chart of {target.name} now" in said
    [undo] = re.findall(r'action="([^"]+/move)"', said)
    back = await visitor.post(undo, data={"do": "undo", "patient": quick_house.patients[0].id})
    assert (await visitor.get(back.headers["location"])).status_code == 200
    assert "arm.jpg" in (await visitor.get(base)).text


async def test_filters_say_how_many_each_choice_has(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    base = await sign_in(visitor, quick_house)
    chart = await quick_house.chart()
    for number in range(3):
        await filed(
            quick_house, chart, f"{number}.txt", NOTES + b"%d" % number, category="lab_results"
        )
    await filed(quick_house, chart, "arm.jpg", photo("arm"))
    page = (await visitor.get(base)).text
    assert re.search(r'<span>Text</span><span class="menu-count">3</span>', page)
    assert re.search(r'<span>Pictures</span><span class="menu-count">1</span>', page)
    assert "<span>Videos</span>" not in page
    filtered = (await visitor.get(f"{base}?type=text")).text
    assert "3 files fit these filters" in filtered
