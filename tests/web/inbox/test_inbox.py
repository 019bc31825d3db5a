"""The inbox: waiting entries, marking them reviewed, and destroyed files."""

from html import escape, unescape

import httpx
import pytest

from bedside.audit import Action
from bedside.charts.inbox import Inbox
from bedside.edge.marking import MARKS
from tests.charts.filing import filed as filing
from tests.house import House
from tests.web.charts.chart_files import EICAR, NOTES, filed, locked_pdf, photo, upload, work
from tests.web.pages import FRAGMENT, enter, lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F7", "N5")]


async def test_an_empty_inbox_teaches(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house)
    page = await visitor.get("/inbox")
    assert "Everything is reviewed" in page.text


async def test_home_is_the_waiting_room_or_the_inbox(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    assert (await visitor.get("/")).headers["location"] == "/sign-in"
    await enter(visitor, quick_house)
    assert (await visitor.get("/")).headers["location"] == "/rooms"
    staff, here = quick_house.services.people.staff, quick_house.here
    for room in await quick_house.visits.rooms.of_staff(here.receptionist):
        await staff.unassign(quick_house.administer(), here.receptionist.staff_id, room.id)
    assert (await visitor.get("/")).headers["location"] == "/inbox"


@pytest.mark.parametrize(
    ("used", "first"),
    [
        ("/patients", "/patients"),
        ("/requests?view=all", "/requests"),
        ("/outbox", "/outbox"),
        ("/rooms/all", "/inbox"),  # without a room there is nothing to come back to
        ("/account", "/inbox"),
        ("/inbox/list", "/inbox"),
        ("/audit", "/inbox"),
    ],
)
async def test_without_a_room_the_section_used_last_is_the_first_page(
    quick_house: House, visitor: httpx.AsyncClient, used: str, first: str
) -> None:
    staff, here = quick_house.services.people.staff, quick_house.here
    await enter(visitor, quick_house)
    for room in await quick_house.visits.rooms.of_staff(here.receptionist):
        await staff.unassign(quick_house.administer(), here.receptionist.staff_id, room.id)
    await visitor.get(used)
    assert (await visitor.get("/")).headers["location"] == first


async def test_what_arrived_stands_there_newest_first_with_its_state(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    chart, other = await quick_house.chart(), await quick_house.chart(1)
    await filed(quick_house, chart, "arm.jpg", photo(), category="patient_photo")
    await upload(quick_house, other, "waiting.txt", NOTES, category="lab_results")
    await enter(visitor, quick_house)
    page = await visitor.get("/inbox")
    assert page.text.index("waiting.txt") < page.text.index("arm.jpg")
    for said in ("Waiting for scan", "Scanned", "Lab results", "Patient photo", "upload by staff"):
        assert said in page.text
    assert "Tomás Ramírez" in page.text
    assert page.text.count("form=thumbnail") == 1
    assert 'data-badge="inbox">2<' in page.text


async def test_refreshing_the_list_is_no_second_look(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    await enter(visitor, quick_house)
    await visitor.get("/inbox")
    part = await visitor.get("/inbox/waiting", headers=FRAGMENT)
    assert "notes.txt" in part.text
    assert "<html" not in part.text
    assert len(await lines(quick_house, Action.INBOX_OPENED)) == 1


async def test_marking_reviewed_and_taking_it_back(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    chart = await quick_house.chart()
    entry = await filed(quick_house, chart, "notes.txt", NOTES)
    await enter(visitor, quick_house)
    address = f"/inbox/{entry.patient_id}/{entry.id}"
    plain = await visitor.post(address, data={"reviewed": "yes"})
    assert plain.headers["location"] == "/inbox"
    assert "notes.txt" not in (await visitor.get("/inbox")).text
    scripted = {"accept": "application/json"}
    undone = await visitor.post(address, data={"reviewed": "no"}, headers=scripted)
    assert undone.status_code == 204
    assert "notes.txt" in (await visitor.get("/inbox")).text
    reviewed = [
        line.details["reviewed"] for line in await lines(quick_house, Action.ENTRY_REVIEWED)
    ]
    assert reviewed == [False, True]


async def test_an_infected_file_raises_an_alarm_until_somebody_noted_it(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    entry = await filed(quick_house, await quick_house.chart(), "bad.txt", EICAR)
    await enter(visitor, quick_house)
    page = await visitor.get("/inbox")
    assert "A file of Maya Lindqvist was infected and destroyed" in page.text
    assert 'data-badge="inbox" hidden' in page.text
    address = f"/inbox/{entry.patient_id}/{entry.id}"
    said = await visitor.get(f"{address}/alarm", headers={"accept": "application/json"})
    assert "Maya Lindqvist" in said.json()["text"]
    await visitor.post(address, data={"reviewed": "yes"})
    assert "infected" not in (await visitor.get("/inbox")).text


async def test_there_is_no_alarm_about_a_good_file(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    entry = await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    await enter(visitor, quick_house)
    assert (await visitor.get(f"/inbox/{entry.patient_id}/{entry.id}/alarm")).status_code == 404


async def test_long_inboxes_have_pages(quick_house: House, visitor: httpx.AsyncClient) -> None:
    chart = await quick_house.chart()
    for number in range(53):
        await filing(quick_house, chart, f"note-{number}.txt")
    await enter(visitor, quick_house)
    page = await visitor.get("/inbox")
    assert "The newest 50 of 53" in page.text
    assert ">note-0.txt<" not in page.text
    older = unescape(page.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0])
    # what has the page's last place is reviewed before somebody turns to the next one
    entries = await quick_house.charts.contents.inbox(quick_house.here.receptionist, 50)
    await quick_house.charts.contents.review(chart, entries[-1].id)
    second = await visitor.get(older)
    shown = [n for n in range(53) if f">note-{n}.txt<" in second.text]
    assert shown == [0, 1, 2]
    assert 'rel="next"' not in second.text
    assert f'data-live-fragment="/inbox/waiting?{older.partition("?")[2]}"' in second.text
    part = await visitor.get("/inbox/waiting?" + older.partition("?")[2], headers=FRAGMENT)
    assert ">note-0.txt<" in part.text
    for entry in await quick_house.charts.contents.inbox(quick_house.here.receptionist, 60):
        await quick_house.charts.contents.review(chart, entry.id)
    assert "Nothing waits here any more" in (await visitor.get(older)).text
    assert "Everything is reviewed" in (await visitor.get("/inbox")).text


@pytest.mark.parametrize(
    "before", ["nonsense", "-", "1-", "-ent_x", "9" * 40 + "-ent_x", "٣-ent_x"]
)
async def test_a_place_that_does_not_exist_is_the_beginning(
    quick_house: House, visitor: httpx.AsyncClient, before: str
) -> None:
    await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    await enter(visitor, quick_house)
    page = await visitor.get("/inbox", params={"from": before})
    assert page.status_code == 200
    assert ">notes.txt<" in page.text


async def test_files_of_one_moment_are_each_on_one_page(quick_house: House) -> None:
    chart, contents = await quick_house.chart(), quick_house.charts.contents
    for number in range(7):
        await filing(quick_house, chart, f"{number}.txt", received_at=5_000)
    staff = quick_house.here.receptionist
    found, place = [], None
    while page := await contents.inbox(staff, 2, beyond=place):
        found += [entry.id for entry in page]
        place = (page[-1].received_at, page[-1].id)
    assert found == [entry.id for entry in await contents.inbox(staff, 50)]
    assert len(set(found)) == 7


async def test_nothing_of_the_clinic_next_door(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    entry = await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    await enter(visitor, quick_house, quick_house.next_door.receptionist)
    assert "notes.txt" not in (await visitor.get("/inbox")).text
    address = f"/inbox/{entry.patient_id}/{entry.id}"
    assert (await visitor.post(address, data={"reviewed": "yes"})).status_code == 404
    assert (await visitor.get(f"{address}/alarm")).status_code == 404


async def test_badges_count_what_waits(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await filed(quick_house, await quick_house.chart(), "notes.txt", NOTES)
    await enter(visitor, quick_house)
    assert (await visitor.get("/badges")).json()["inbox"] == 1


async def test_lines_and_alarms_on_each_database(house: House) -> None:
    inbox: Inbox = house.services.charts.inbox
    chart = await house.chart()
    entry = await upload(house, chart, "first.txt", NOTES)
    await filed(house, await house.chart(1), "bad.txt", EICAR)
    receptionist, foreign = house.here.receptionist, house.next_door.receptionist
    [line] = await inbox.lines(receptionist)
    assert (line.id, line.title, line.patient) == (entry.id, "first.txt", "Maya Lindqvist")
    assert [one.name for one in await inbox.alarms(receptionist)] == ["bad.txt"]
    assert (await inbox.lines(foreign), await inbox.alarms(foreign)) == ([], [])
    await house.services.charts.contents.change(
        chart, entry.id, label="Blood", note="", category="lab_results", seen_version=1
    )
    [changed] = await inbox.lines(receptionist)
    assert (changed.title, changed.category) == ("Blood", "lab_results")
    await house.services.charts.contents.review(chart, entry.id)
    assert await inbox.lines(receptionist) == []


@pytest.mark.parametrize("comment", ["It itches at night", "Ça gratte la nuit", "<b>no</b>"])
async def test_what_the_patient_wrote_is_in_the_inbox_the_chart_and_above_the_picture(
    quick_house: House, visitor: httpx.AsyncClient, comment: str
) -> None:
    entry = await filed(
        quick_house, await quick_house.chart(), "arm.jpg", photo("arm"), comment=comment
    )
    await enter(visitor, quick_house)
    shown = escape(comment)
    assert f"“{shown}”" in (await visitor.get("/inbox")).text
    assert f"“{shown}”" in (await visitor.get(f"/patients/{entry.patient_id}")).text
    viewer = (await visitor.get(f"/patients/{entry.patient_id}/entries/{entry.id}")).text
    assert viewer.index(f"<blockquote>“{shown}”</blockquote>") < viewer.index("chart-stage")


async def test_several_are_marked_and_sorted_at_once_whosever_they_are(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    charts = [await quick_house.chart(patient) for patient in (0, 1, 2)]
    entries = [
        await filed(quick_house, chart, f"{number}.txt", NOTES + b"%d" % number)
        for number, chart in enumerate(charts)
    ]
    chosen = " ".join(f"{e.patient_id}:{e.id}" for e in entries[:2])
    await enter(visitor, quick_house)
    to_script = {"accept": "application/json"}
    sort = {"do": "category", "category": "imaging", "chosen": chosen}
    assert (await visitor.post("/inbox/several", data=sort, headers=to_script)).status_code == 204
    mark = {"do": "review", "chosen": f"{chosen} pat_nobody:ent_nothing nonsense"}
    assert (await visitor.post("/inbox/several", data=mark)).headers["location"] == "/inbox"
    now = [
        await quick_house.charts.contents.entry(chart, entry.id)
        for chart, entry in zip(charts, entries, strict=True)
    ]
    assert [(e.reviewed, e.category) for e in now] == [
        (True, "imaging"),
        (True, "imaging"),
        (False, "other"),
    ]
    undo = {"do": "unreview", "chosen": chosen}
    await visitor.post("/inbox/several", data=undo)
    assert not (await quick_house.charts.contents.entry(charts[0], entries[0].id)).reviewed
    refused = await visitor.post("/inbox/several", data={"do": "destroy", "chosen": chosen})
    assert refused.status_code == 422
    wrong = await visitor.post("/inbox/several", data={**sort, "category": "nonsense"})
    assert wrong.status_code == 422


async def test_from_a_file_to_the_next_one_of_the_inbox(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    entries = [
        await filed(quick_house, await quick_house.chart(n), f"{n}.txt", NOTES + b"%d" % n)
        for n in (0, 1, 2)
    ]
    await enter(visitor, quick_house)
    addresses = [f"/patients/{e.patient_id}/entries/{e.id}?via=inbox" for e in entries]
    page = await visitor.get(addresses[2])
    assert f"/inbox/{entries[2].patient_id}/{entries[2].id}/next" in page.text
    for here, wanted in ((2, 1), (1, 0), (0, 2)):
        entry = entries[here]
        following = await visitor.get(f"/inbox/{entry.patient_id}/{entry.id}/next")
        assert following.headers["location"] == addresses[wanted]


async def test_a_refused_file_of_a_colleague_is_told_the_colleague_alone_and_why(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    chart = await quick_house.chart()
    await filed(quick_house, chart, "locked.pdf", locked_pdf())
    await enter(visitor, quick_house)
    mine = (await visitor.get("/inbox")).text
    assert "was refused and not kept" in mine
    assert "needs a password" in mine
    assert "from another device" not in mine
    assert "banner-bad" not in mine
    await enter(visitor, quick_house, quick_house.here.clinician)
    assert "was refused and not kept" not in (await visitor.get("/inbox")).text


async def test_what_nobody_could_open_yet_is_not_marked_as_reviewed(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    chart = await quick_house.chart()
    waits = await upload(quick_house, chart, "waiting.txt", NOTES)
    await enter(visitor, quick_house)
    page = (await visitor.get("/inbox")).text
    assert "waiting.txt" in page
    assert f'id="review-{waits.id}"' not in page
    form = {"do": "reviewed", "chosen": f"{chart.patient_id}:{waits.id}"}
    for do in MARKS:
        await visitor.post("/inbox/several", data={**form, "do": do, "category": "imaging"})
    [line] = await quick_house.charts.inbox.lines(quick_house.here.receptionist)
    assert line.title == "waiting.txt"
    await work(quick_house)
    assert f'id="review-{waits.id}"' in (await visitor.get("/inbox")).text
