"""Joining two charts: everything comes along, the old id leads there, and an undo parts them."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import func, select, update

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.bootstrap.patient_rows import patient_rows
from bedside.charts.models import chart_entries
from bedside.charts.patient_rows import EntriesOfPatient
from bedside.charts.records import ChartFilter
from bedside.database.sealed import RecordSealBroken
from bedside.database.tables import metadata
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock, pieces
from bedside.people.chart_joined import ChartJoined
from bedside.people.joining import IsJoined, TooLateToUndo, chosen_from
from bedside.people.patients import Demographics
from bedside.people.permissions import ChartAccess
from tests.charts.filing import filed
from tests.house import House
from tests.requests.sending import do_jobs, send
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V4")]
SECOND = Demographics(
    name="Maja Lindkvist",
    birth_date=date(1991, 3, 14),
    phone="+46701234567",
    pronouns="she/her",
    identifiers={"hospital": "4711"},
)


async def second_chart(house: House, who: Demographics = SECOND) -> ChartAccess:
    """Add the same person again; the clinician sees both charts, and the receptionist one."""
    staff, services = house.here.clinician, house.services
    async with services.database.unit_of_work() as work:
        patient = await services.people.patients.add(work, staff, who, [house.here.room.id])
    return await services.people.permissions.chart(staff, patient.id)


async def both(house: House) -> tuple[ChartAccess, ChartAccess]:
    """Return the chart of the first patient, and a second one of the same person."""
    return await house.chart(0, house.here.clinician), await second_chart(house)


async def join(house: House, kept: ChartAccess, joined: ChartAccess, *fields: str) -> str:
    """Join the second chart into the first, with these fields taken from the second."""
    patients = house.people.patients
    mine, other = await patients.get(kept), await patients.get(joined)
    details = chosen_from(mine.demographics, other.demographics, fields)
    join_id: str = await house.people.joining.join(kept, joined, details)
    await do_jobs(house)
    return join_id


async def titles(house: House, chart: ChartAccess) -> list[str]:
    """Return the files of a chart, by name."""
    entries = await house.charts.contents.entries(chart, ChartFilter())
    return sorted(entry.title for entry in entries)


async def test_files_requests_and_visits_come_along(house: House) -> None:
    kept, joined = await both(house)
    await filed(house, kept, "first.pdf")
    await filed(house, joined, "second.pdf")
    ward = Ward(house)
    room = await ward.room("Walk-in", house.here.clinician)
    waiter = await ward.identify(room, await ward.check_in(room), joined.patient_id)
    await join(house, kept, joined)
    assert await titles(house, kept) == ["first.pdf", "second.pdf"]
    assert await house.charts.search.in_chart(kept, "second")
    [visit] = await house.services.visits.waiting_room.queue(room)
    assert visit.visit_id == waiter.visit_id
    assert visit.patient_id == kept.patient_id
    assert (await ward.enter((waiter.visit_id, waiter.token))).visitor.patient_id == kept.patient_id


async def test_a_link_that_is_out_leads_into_the_one_chart(house: House) -> None:
    sent = await send(house)  # to the first patient, who is the one that goes here
    link = await sent.enter()
    kept, joined = await second_chart(house), await house.chart(0, house.here.clinician)
    await join(house, kept, joined)
    again = await house.links.answer(await sent.secret(), date(1991, 3, 14), "192.0.2.9")
    link = await house.links.resume(again.token, sent.id, "192.0.2.9")
    assert link.patient_id == kept.patient_id
    photo = await sent.upload(link)
    await do_jobs(house)
    await house.requests.answers.agree(link, [photo])
    await do_jobs(house)
    assert len(await titles(house, kept)) == 1
    assert (await house.requests.all.get(kept, sent.id)).filed == 1


async def test_the_old_id_leads_to_the_chart_and_nobody_finds_two(house: House) -> None:
    kept, joined = await both(house)
    await join(house, kept, joined)
    permissions, patients = house.people.permissions, house.people.patients
    with pytest.raises(ChartJoined) as raised:
        await permissions.chart(house.here.clinician, joined.patient_id)
    assert raised.value.kept_id == kept.patient_id
    found = await patients.find(house.here.clinician, "Lindkvist")
    assert joined.patient_id not in {one.id for one in found}, "only who is nearly called so"
    listed = await patients.listed(house.here.clinician)
    assert joined.patient_id not in {one.id for one in listed}
    with pytest.raises(NotFound) as refused:
        await permissions.chart(house.next_door.administrator, joined.patient_id)
    assert not isinstance(refused.value, ChartJoined)


async def test_who_saw_one_of_them_sees_the_one_that_is_left(house: House) -> None:
    kept = await second_chart(house)
    joined = await house.chart(1, house.here.clinician)  # also assigned to its administrator
    await join(house, kept, joined)
    assert await house.people.permissions.sees(house.here.administrator, kept.patient_id)


async def test_details_are_those_that_were_chosen(house: House) -> None:
    kept, joined = await both(house)
    before = (await house.people.patients.get(kept)).demographics
    await join(house, kept, joined, "phone")
    now = (await house.people.patients.get(kept)).demographics
    assert (now.name, now.phone) == (before.name, SECOND.phone)
    assert now.pronouns == (before.pronouns or SECOND.pronouns)
    assert now.identifiers["hospital"] == "4711"


async def test_the_audit_log_of_both_is_read_as_one(house: House) -> None:
    kept, joined = await both(house)
    await join(house, kept, joined)
    ids = await house.people.joining.before(kept.clinic_id, kept.patient_id)
    assert ids == (joined.patient_id,)
    lines = await house.audit.log.lines(
        kept.clinic_id, Filter(patient_id=kept.patient_id, joined=ids)
    )
    assert {line.patient_id for line in lines} == {kept.patient_id, joined.patient_id}
    assert [line.action for line in lines].count(Action.CHARTS_JOINED) == 2
    assert (await house.audit.log.verify(kept.clinic_id)).broken_at is None


async def test_an_undo_parts_them_and_leaves_what_came_since(house: House) -> None:
    kept, joined = await both(house)
    before = (await house.people.patients.get(kept)).demographics
    await filed(house, kept, "first.pdf")
    second = await filed(house, joined, "second.pdf")
    join_id = await join(house, kept, joined, "name", "phone")
    await filed(house, kept, "since.pdf")
    assert await house.people.joining.undo(kept, join_id) == joined.patient_id
    await do_jobs(house)
    again = await house.people.permissions.chart(house.here.clinician, joined.patient_id)
    assert await titles(house, again) == ["second.pdf"]
    assert await titles(house, kept) == ["first.pdf", "since.pdf"]
    assert await house.charts.search.in_chart(again, "second") == (second.id,)
    assert not await house.charts.search.in_chart(kept, "second")
    assert (await house.people.patients.get(kept)).demographics == before
    found = await house.people.patients.find(house.here.clinician, "Lindkvist")
    assert found[0].id == joined.patient_id
    assert not await house.people.joining.of(kept)
    with pytest.raises(TooLateToUndo):
        await house.people.joining.undo(kept, join_id)


async def test_many_files_come_along_while_others_have_their_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "AT_ONCE", 0.0)
    kept, joined = await both(house)
    names = [f"file {number:03}.pdf" for number in range(130)]
    for name in names:
        await filed(house, joined, name)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(other())
    mine, theirs = [(await house.people.patients.get(c)).demographics for c in (kept, joined)]
    join_id = await house.people.joining.join(kept, joined, chosen_from(mine, theirs, ()))
    others.cancel()
    assert turns > len(names)
    assert await titles(house, kept) == names
    for entry in await house.charts.contents.entries(kept, ChartFilter(limit=200)):
        assert (await house.charts.contents.entry(kept, entry.id)).title == entry.title
    await filed(house, kept, "since.pdf")
    await house.people.joining.undo(kept, join_id)
    assert await titles(house, joined) == names
    assert await titles(house, kept) == ["since.pdf"]


async def test_an_altered_file_among_many_stops_the_join(house: House) -> None:
    kept, joined = await both(house)
    entries = [await filed(house, joined, f"{number}.pdf") for number in range(5)]
    row = update(chart_entries).where(chart_entries.c.id == entries[3].id)
    async with house.database.unit_of_work() as work:
        await work.execute(row.values(file_id="fil_of_somebody_else"))
    with pytest.raises(RecordSealBroken):
        await join(house, kept, joined)
    async with house.database.read() as db:
        of = select(func.count().label("n")).where(chart_entries.c.patient_id == joined.patient_id)
        left = await db.one(of)
    assert left.n == len(entries)
    assert not await house.people.joining.of(kept)


async def test_an_undo_leaves_details_that_were_changed_since(house: House) -> None:
    kept, joined = await both(house)
    join_id = await join(house, kept, joined, "phone")
    patient = await house.people.patients.get(kept)
    newer = patient.demographics.model_copy(update={"phone": "+46709999999"})
    async with house.database.unit_of_work() as work:
        await house.people.patients.change(work, kept, newer)
    await house.people.joining.undo(kept, join_id)
    assert (await house.people.patients.get(kept)).demographics == newer


async def test_after_thirty_days_it_stays(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, joined = await both(house)
    join_id = await join(house, kept, joined)
    monkeypatch.setattr(clock, "_shift", clock._shift + 30 * clock.DAY + clock.MINUTE)
    with pytest.raises(TooLateToUndo):
        await house.people.joining.undo(kept, join_id)


async def test_three_charts_become_one_and_are_parted_in_turn(house: House) -> None:
    first, second = await both(house)
    third = await second_chart(house, SECOND.model_copy(update={"name": "Maya L"}))
    await filed(house, third, "third.pdf")
    inner = await join(house, second, third)
    outer = await join(house, first, second)
    assert await titles(house, first) == ["third.pdf"]
    assert set(await house.people.joining.before(first.clinic_id, first.patient_id)) == {
        second.patient_id,
        third.patient_id,
    }
    with pytest.raises(ChartJoined) as raised:
        await house.people.permissions.chart(house.here.clinician, third.patient_id)
    assert raised.value.kept_id == first.patient_id
    await house.people.joining.undo(first, outer)
    await house.people.joining.undo(second, inner)
    assert await titles(house, third) == ["third.pdf"]
    assert not await titles(house, first)


async def test_what_was_on_its_way_arrives(house: House) -> None:
    kept, joined = await both(house)
    join_id = await join(house, kept, joined)
    await filed(house, joined, "late.pdf")  # as a scan does that began before
    assert not await titles(house, kept)
    await house.people.joining.settle()
    assert await titles(house, kept) == ["late.pdf"]
    await house.people.joining.undo(kept, join_id)
    assert await titles(house, joined) == ["late.pdf"]


async def test_two_at_once_join_once(house: House) -> None:
    kept, joined = await both(house)
    details = (await house.people.patients.get(kept)).demographics
    outcomes = await asyncio.gather(
        house.people.joining.join(kept, joined, details),
        house.people.joining.join(joined, kept, details),
        house.people.joining.join(kept, joined, details),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["IsJoined", "IsJoined", "str"]
    with pytest.raises(IsJoined):
        await house.people.joining.join(kept, joined, details)


async def test_a_chart_is_not_joined_with_itself_nor_by_a_stranger(house: House) -> None:
    kept, joined = await both(house)
    details = (await house.people.patients.get(kept)).demographics
    with pytest.raises(WrongInput):
        await house.people.joining.join(kept, kept, details)
    join_id = await join(house, kept, joined)
    other = await house.chart(1, house.here.clinician)
    with pytest.raises(NotFound):
        await house.people.joining.undo(other, join_id)
    with pytest.raises(NotFound):
        await house.people.joining.undo(other, "joi_unknown")


async def test_every_table_that_names_a_patient_is_handed_over(house: House) -> None:
    """A table that is added later has to be in `bootstrap.patient_rows`, or here with a reason."""
    stays = {
        "audit_lines": "lines stay where they were written, and are read together",
        "patient_assignments": "Assignments.hand_over",
        "patient_tokens": "Patients.hide",
        "entry_words": "EntriesOfPatient.move_words",
    }
    named = {table.name for table in metadata.tables.values() if "patient_id" in table.c}
    entries = EntriesOfPatient(house.database, house.vault, house.charts.search)
    rows = patient_rows(house.vault, entries)
    assert {str(one.table) for one in rows.values()} == named - stays.keys()
    kept, joined = await both(house)
    await send(house)
    await filed(house, joined, "second.pdf")
    await join(house, kept, joined)
    async with house.database.read() as db:
        for name in sorted(named - stays.keys()):
            table = metadata.tables[name]
            left = await db.one(
                select(func.count().label("rows")).where(table.c.patient_id == joined.patient_id)
            )
            assert left is None or not left.rows, name
