"""The order of the inbox, and files that stand under the request they answer."""

import re
from datetime import date
from html import unescape

import httpx
import pytest

from bedside.charts import entries, inbox
from bedside.charts.records import Entry
from bedside.charts.rows import EntryRow
from bedside.database.sealed import ClinicKeys
from bedside.people.patients import Demographics
from bedside.people.permissions import ChartAccess
from bedside.web.inbox import ordering
from tests.house import House
from tests.requests.sending import Sent, do_jobs, send
from tests.web.charts.chart_files import NOTES, filed
from tests.web.pages import FRAGMENT, enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F7")]

NAMES = ("Åke Ärlig", "zoë Ångström", "Łukasz Nowak", "Anna-Maria O’Brien", "فاطمة الزهراء")


async def _charts(house: House) -> list[ChartAccess]:
    """Add patients whose names sort differently by bytes and by people."""
    staff = house.here.receptionist
    charts: list[ChartAccess] = []
    for name in NAMES:
        async with house.services.database.unit_of_work() as work:
            patient = await house.people.patients.add(
                work,
                staff,
                Demographics(name=name, birth_date=date(1980, 2, 3)),
                [house.here.room.id],
            )
        charts.append(await house.people.permissions.chart(staff, patient.id))
    return charts


def shown(page: httpx.Response) -> list[str]:
    """Return the files of the list, from above to below."""
    return re.findall(r'id="open-(ent_[0-9a-z]+)"', page.text)


async def _some(house: House) -> list[Entry]:
    charts = await _charts(house)
    kinds = ("other", "lab_results", "imaging", "patient_photo", "lab_results")
    return [
        await filed(house, chart, f"{at}.txt", NOTES, category=kind)
        for at, (chart, kind) in enumerate(zip(charts, kinds, strict=True))
    ]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", [4, 3, 2, 1, 0]),
        ("newest", [4, 3, 2, 1, 0]),
        ("oldest", [0, 1, 2, 3, 4]),
        ("patient", [0, 3, 4, 2, 1]),
        ("kind", [2, 4, 1, 0, 3]),
        ("' or 1=1 --", [4, 3, 2, 1, 0]),
    ],
)
async def test_each_order_and_the_way_through_it(
    quick_house: House, visitor: httpx.AsyncClient, order: str, expected: list[int]
) -> None:
    entries = await _some(quick_house)
    await enter(visitor, quick_house)
    page = await visitor.get("/inbox", params={"sort": order})
    wanted = [entries[at].id for at in expected]
    assert shown(page) == wanted
    part = re.search(r'data-live-fragment="(/inbox/waiting[^"]*)"', page.text)
    assert part
    assert shown(await visitor.get(part[1], headers=FRAGMENT)) == wanted

    for here, following in zip(wanted, [*wanted[1:], wanted[0]], strict=True):
        link = re.search(rf'href="(/patients/[^"]*{here}\?via=[^"]*)"', page.text)
        assert link
        opened = await visitor.get(link[1])
        on = re.search(r'href="(/inbox/[^"]*/next[^"]*)"', opened.text)
        assert on
        assert following in (await visitor.get(on[1])).headers["location"]


@pytest.mark.parametrize("order", ["patient", "kind"])
async def test_only_what_a_page_shows_is_opened(
    quick_house: House, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    await _some(quick_house)
    await enter(visitor, quick_house)
    monkeypatch.setattr(ordering, "SHOWN", 2)
    opened: list[str] = []

    def noted(keys: ClinicKeys, row: EntryRow) -> Entry:
        opened.append(row.id)
        return entries.opened(keys, row)

    monkeypatch.setattr(inbox, "opened", noted)
    address, seen = f"/inbox?sort={order}", list[str]()
    for expected in (2, 2, 1):
        opened.clear()
        page = await visitor.get(address)
        assert shown(page) == opened
        assert len(opened) == expected
        seen += opened
        further = re.search(r'href="(/inbox\?[^"]*from=[^"]*)"', page.text)
        address = unescape(further[1]) if further else ""
    assert len(set(seen)) == 5


async def test_the_oldest_of_many_are_the_oldest_of_all(house: House) -> None:
    entries = await _some(house)
    staff = house.here.receptionist
    oldest = await house.charts.contents.inbox(staff, 2, oldest=True)
    assert [one.id for one in oldest] == [one.id for one in entries[:2]]
    newest = await house.charts.contents.inbox(staff, 2)
    assert [one.id for one in newest] == [one.id for one in reversed(entries[3:])]


async def _answer(house: House, sent: Sent, shade: int) -> None:
    """Send a photo by the link, and wait until it is in the chart."""
    link = await sent.enter()
    photo = await sent.upload(link, f"{shade}.jpg", colour=(shade, 90, 90))
    await do_jobs(house)
    assert await house.requests.answers.agree(link, [photo])
    await do_jobs(house)


def _heads_and_files(page: httpx.Response) -> list[str]:
    """Return the list as it reads: requests by their topic, files by their kind."""
    pieces = re.findall(
        r'class="rows-asked".*?Photo request: ([^<]*)<|class="(?:row|tile)( chart-row)?[^"]*?'
        r'(row-answers)?" id="row-',
        page.text,
    )
    return [head or ("answer" if answers else "other") for head, _row, answers in pieces]


@pytest.mark.parametrize("address", ["/inbox", "/patients/{}", "/patients/{}?view=gallery"])
async def test_files_stand_under_the_request_they_answer(
    quick_house: House, visitor: httpx.AsyncClient, address: str
) -> None:
    hand = await send(quick_house, body_part="Left hand")
    for shade in (10, 40):
        await _answer(quick_house, hand, shade)
    await filed(quick_house, hand.chart, "letter.txt", NOTES)
    neck = await send(quick_house, body_part="Neck")
    await _answer(quick_house, neck, 70)
    await _answer(quick_house, hand, 100)
    await enter(visitor, quick_house)
    page = await visitor.get(address.format(hand.chart.patient_id))
    wanted = ["Left hand", "answer", "Neck", "answer", "other", "Left hand", "answer", "answer"]
    assert _heads_and_files(page) == wanted
    for sent in (hand, neck):
        assert f'href="/patients/{sent.chart.patient_id}/requests/{sent.id}"' in page.text


async def test_what_was_moved_away_names_no_request(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    sent = await send(quick_house)
    await _answer(quick_house, sent, 10)
    [entry] = await quick_house.charts.contents.inbox(quick_house.here.receptionist)
    other = await quick_house.chart(1)
    await quick_house.charts.contents.move(sent.chart, entry.id, other, "The twin's")
    await enter(visitor, quick_house)
    assert "rows-asked" not in (await visitor.get(f"/patients/{sent.chart.patient_id}")).text
