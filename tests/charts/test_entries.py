"""Entries of the chart: labelled, reviewed, moved, counted, filtered."""

import asyncio
from typing import Any

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.records import ChartFilter
from bedside.errors import Conflict, NotFound, WrongInput
from tests.charts.filing import filed, from_patient
from tests.house import House

pytestmark = pytest.mark.anyio


@pytest.mark.feature("F7")
async def test_nothing_is_overwritten(house: House) -> None:
    chart = await house.chart()
    charts = house.services.charts.contents
    entry = await filed(house, chart, "IMG_0001.jpg")
    change = {"note": "", "category": "patient_photo"}
    await charts.change(chart, entry.id, label="Left arm", seen_version=1, **change)
    await charts.change(chart, entry.id, label="Left forearm", seen_version=2, **change)
    now = await charts.entry(chart, entry.id)
    assert (now.title, now.category, now.version) == ("Left forearm", "patient_photo", 3)
    versions = await charts.versions(chart, entry.id)
    assert [(v.version, v.label, v.category) for v in versions] == [
        (2, "Left arm", "patient_photo"),
        (1, "", "other"),
    ]
    assert {v.changed_by for v in versions} == {chart.staff.staff_id}


async def test_of_two_changes_of_the_same_version_one_is_saved(house: House) -> None:
    chart = await house.chart()
    charts = house.services.charts.contents
    entry = await filed(house, chart)
    outcomes = await asyncio.gather(
        *(
            charts.change(chart, entry.id, label=label, note="", category="other", seen_version=1)
            for label in ("first", "second")
        ),
        return_exceptions=True,
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["Conflict", "NoneType"]
    assert (await charts.entry(chart, entry.id)).version == 2
    assert len(await charts.versions(chart, entry.id)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"label": "x" * 201}, "label"),
        ({"note": "x" * 5_001}, "note"),
        ({"category": "recipes"}, "category"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    quick_house: House, change: dict[str, str], field: str
) -> None:
    chart = await quick_house.chart()
    entry = await filed(quick_house, chart)
    wanted = {"label": "", "note": "", "category": "other", **change}
    with pytest.raises(WrongInput) as refused:
        await quick_house.services.charts.contents.change(chart, entry.id, seen_version=1, **wanted)
    assert refused.value.field == field


async def test_reviewed_once_and_taken_back(house: House) -> None:
    chart = await house.chart()
    charts = house.services.charts.contents
    entry = await filed(house, chart)
    assert (await charts.counts(chart)).unreviewed == 1
    for _ in range(2):
        await charts.review(chart, entry.id)
    reviewed = await charts.entry(chart, entry.id)
    assert reviewed.reviewed
    assert reviewed.reviewed_by == chart.staff.staff_id
    assert (await charts.counts(chart)).unreviewed == 0
    await charts.review(chart, entry.id, reviewed=False)
    assert (await charts.counts(chart)).unreviewed == 1
    lines = await house.services.audit.log.lines(
        chart.clinic_id, Filter(action=Action.ENTRY_REVIEWED)
    )
    assert [line.details["reviewed"] for line in lines] == [False, True]


@pytest.mark.feature("F7")
async def test_a_misfiled_file_leaves_a_trace_but_no_content(house: House) -> None:
    wrong, right = await house.chart(0), await house.chart(1)
    charts = house.services.charts.contents
    entry = await filed(house, wrong, "Ramirez, blood.pdf", comment="as agreed")
    await charts.change(
        wrong, entry.id, label="Blood", note="high", category="lab_results", seen_version=1
    )
    moved_id = await charts.move(wrong, entry.id, right, "Sent to the wrong person")
    left = await charts.entry(wrong, entry.id)
    assert left.moved_to == moved_id
    assert (left.name, left.label, left.comment, left.note) == ("", "", "", "")
    assert left.move_reason == "Sent to the wrong person"
    assert left.moved_by == wrong.staff.staff_id
    arrived = await charts.entry(right, moved_id)
    assert (arrived.name, arrived.label, arrived.note) == ("Ramirez, blood.pdf", "Blood", "high")
    assert (arrived.moved_from, arrived.category) == (entry.id, "lab_results")
    assert not arrived.reviewed
    search = house.services.charts.search
    assert await search.in_chart(wrong, "blood") == ()
    assert await search.in_chart(right, "blood") == (moved_id,)
    for again in (
        charts.move(wrong, entry.id, right, "again"),
        charts.review(wrong, entry.id),
        charts.change(wrong, entry.id, label="x", note="", category="other", seen_version=2),
    ):
        with pytest.raises(Conflict):
            await again


async def test_a_move_says_why_and_goes_somewhere_else(quick_house: House) -> None:
    chart, other = await quick_house.chart(0), await quick_house.chart(1)
    entry = await filed(quick_house, chart)
    move = quick_house.services.charts.contents.move
    for target, reason in ((other, "  "), (other, "x" * 501), (chart, "because")):
        with pytest.raises(WrongInput):
            await move(chart, entry.id, target, reason)
    assert not (await quick_house.services.charts.contents.entry(chart, entry.id)).moved_to


@pytest.mark.feature("F9")
async def test_filters(house: House) -> None:
    chart = await house.chart()
    charts = house.services.charts.contents
    patient = from_patient(chart)
    photo = await filed(
        house,
        chart,
        "arm.jpg",
        media_type="image/jpeg",
        category="patient_photo",
        channel="photo_request",
        actor=patient,
        received_at=1_000,
    )
    letter = await filed(house, chart, "letter.pdf", received_at=2_000)
    lost = await filed(house, chart, "bad.pdf", state="refused", received_at=3_000)
    await charts.review(chart, letter.id)

    async def found(**wanted: Any) -> list[str]:
        return [e.id for e in await charts.entries(chart, ChartFilter(**wanted))]

    assert await found() == [lost.id, letter.id, photo.id]
    assert await found(kinds=("image/jpeg", "image/png")) == [photo.id]
    assert await found(category="patient_photo") == [photo.id]
    assert await found(channel="staff_upload") == [lost.id, letter.id]
    assert await found(sender_kind="patient") == [photo.id]
    assert await found(sender_id=chart.staff.staff_id) == [lost.id, letter.id]
    assert await found(unreviewed=True) == [photo.id]
    assert await found(since=2_000, until=3_000) == [letter.id]
    assert await found(entry_ids=(photo.id, letter.id)) == [letter.id, photo.id]
    assert await found(entry_ids=()) == []
    counts = await charts.counts(chart)
    assert (counts.entries, counts.unreviewed) == (3, 1)
    assert {(s.kind, s.id) for s in (await charts.counts(chart)).senders} == {
        ("patient", chart.patient_id),
        ("staff", chart.staff.staff_id),
    }


async def test_pages_of_a_long_chart_neither_skip_nor_repeat(house: House) -> None:
    chart = await house.chart()
    charts = house.services.charts.contents
    there = {
        (await filed(house, chart, received_at=1_000 + number // 3)).id for number in range(10)
    }
    seen: list[str] = []
    older_than = None
    while page := await charts.entries(chart, ChartFilter(limit=4, older_than=older_than)):
        seen += [entry.id for entry in page]
        older_than = (page[-1].received_at, page[-1].id)
    assert len(seen) == 10
    assert set(seen) == there


async def test_an_entry_of_another_chart_is_not_there(house: House) -> None:
    entry = await filed(house, await house.chart(0))
    with pytest.raises(NotFound):
        await house.services.charts.contents.entry(await house.chart(1), entry.id)
