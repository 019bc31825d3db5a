"""“This is not mine”: a reported entry leaves the patient's view at once."""

import asyncio

import pytest

from bedside.audit import Action
from bedside.charts.channels import Channel
from bedside.charts.reports import ReportState, What
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.people.permissions import NotShared
from bedside.people.record_parts import Part
from tests.charts.filing import filed, from_patient
from tests.house import House
from tests.sharing.people import in_view, proxy, signed_in
from tests.web.pages import lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F17")]


async def sent(house: House, patient: int = 0, name: str = "letter.pdf") -> str:
    """File something that the clinic gave to a patient."""
    chart = await house.chart(patient)
    return (await filed(house, chart, name, channel=Channel.SECURE_LINK)).id


async def seen(house: House, patient: int = 0) -> set[str]:
    """Return the entries in a patient's view."""
    return {entry.id for entry in await in_view(house, signed_in(house, patient))}


@pytest.mark.feature("F12")
async def test_the_patient_sees_what_was_sent_in_both_directions(house: House) -> None:
    chart = await house.chart()
    own = await filed(house, chart, "knee.jpg", channel="photo_request", actor=from_patient(chart))
    shown = {own.id}
    for channel in (Channel.SECURE_LINK, Channel.LIVE_TRANSFER):
        shown.add((await filed(house, chart, channel=channel)).id)
    # what staff attach to a message is the patient's by that message: see tests/conversations
    for channel in (Channel.STAFF_UPLOAD, Channel.VISIT_CAPTURE, Channel.FHIR, Channel.CHAT):
        await filed(house, chart, channel=channel)
    for state in ("scanning", "unscanned", "refused", "infected"):
        await filed(house, chart, channel=Channel.LIVE_TRANSFER, state=state)
    assert await seen(house) == shown
    assert await seen(house, 1) == set()


async def test_what_staff_wrote_about_a_file_is_not_the_patients(house: House) -> None:
    entry_id = await sent(house)
    chart = await house.chart()
    await house.charts.contents.change(
        chart, entry_id, label="malingering?", note="Ask again.", category="other", seen_version=1
    )
    entry = await house.charts.patient_side.entry(signed_in(house), entry_id)
    assert "malingering" not in str([getattr(entry, name) for name in entry.__slots__])


async def test_a_report_hides_the_entry_and_waits_for_staff(house: House) -> None:
    entry_id, other = await sent(house), await sent(house)
    reports, patient = house.charts.reports, signed_in(house)
    report_id = await reports.by_patient(patient, entry_id, What.NOT_MINE, "I have no knee.")
    assert await seen(house) == {other}
    with pytest.raises(NotFound):
        await house.charts.patient_side.entry(patient, entry_id)
    (open_,) = await reports.queue(house.here.clinician)
    assert (open_.id, open_.words, open_.name) == (report_id, "I have no knee.", "letter.pdf")
    assert await reports.waiting(house.here.clinician) == 1
    assert (await house.charts.contents.entry(await house.chart(), entry_id)).id == entry_id
    assert await reports.queue(house.next_door.receptionist) == []
    (line,) = await lines(house, Action.ENTRY_REPORTED)
    assert (line.actor_kind, line.details["what"]) == ("patient", "not_mine")
    assert "knee" not in str(line.details)


@pytest.mark.parametrize("state", [ReportState.KEPT, ReportState.WITHHELD])
async def test_staff_answer_with_a_reason(house: House, state: ReportState) -> None:
    entry_id = await sent(house)
    reports, chart = house.charts.reports, await house.chart()
    report_id = await reports.by_patient(signed_in(house), entry_id, What.WRONG, "")
    for no_reason in ("", " \u200b "):
        with pytest.raises(WrongInput):
            await reports.answer(chart, report_id, state, no_reason)
    with pytest.raises(WrongInput):
        await reports.answer(chart, report_id, ReportState.MOVED, "Because.")
    await reports.answer(chart, report_id, state, "We looked at it together.")
    assert (entry_id in await seen(house)) == (state is ReportState.KEPT)
    (told,) = await reports.of_patient(signed_in(house))
    assert (told.state, told.answer) == (state, "We looked at it together.")
    assert told.answered_by == house.here.receptionist.staff_id
    assert await reports.queue(house.here.clinician) == []
    with pytest.raises(Conflict):
        await reports.answer(chart, report_id, ReportState.KEPT, "Too late.")
    with pytest.raises(NotFound):
        await reports.answer(await house.chart(1), report_id, state, "Elsewhere.")


async def test_a_move_answers_the_report(house: House) -> None:
    entry_id = await sent(house)
    reports, here, there = house.charts.reports, await house.chart(), await house.chart(1)
    await reports.by_patient(signed_in(house), entry_id, What.NOT_MINE, "Not mine.")
    moved_id = await house.charts.contents.move(here, entry_id, there, "Two letters were swapped")
    (told,) = await reports.of_patient(signed_in(house))
    assert (told.state, told.answer) == (ReportState.MOVED, "Two letters were swapped")
    assert await reports.queue(house.here.clinician) == []
    assert await seen(house) == set()
    assert await seen(house, 1) == {moved_id}
    assert await reports.of_patient(signed_in(house, 1)) == [], "nor who had it before"


async def test_what_is_moved_back_is_not_shown_before_it_is_answered(house: House) -> None:
    entry_id = await sent(house)
    reports, here, there = house.charts.reports, await house.chart(), await house.chart(1)
    await reports.by_patient(signed_in(house), entry_id, What.NOT_MINE, "Not mine.")
    moved_id = await house.charts.contents.move(here, entry_id, there, "Swapped")
    back = await house.charts.contents.move(there, moved_id, here, "It was not")
    assert await seen(house) == set()
    (again,) = await reports.queue(house.here.clinician)
    assert (again.entry_id, again.state) == (back, ReportState.OPEN)
    await reports.answer(here, again.id, ReportState.KEPT, "The knee is yours after all.")
    assert await seen(house) == {back}


async def test_a_colleague_reports_too(house: House) -> None:
    entry_id = await sent(house)
    reports, chart = house.charts.reports, await house.chart()
    with pytest.raises(WrongInput):
        await reports.by_staff(chart, entry_id, What.WRONG, " ")
    await reports.by_staff(chart, entry_id, What.WRONG, "The laterality is swapped.")
    assert await seen(house) == set()
    assert len(await reports.queue(house.here.clinician)) == 1
    assert await reports.of_patient(signed_in(house)) == [], "it is for colleagues"
    with pytest.raises(NotFound):
        await reports.by_staff(await house.chart(1), entry_id, What.WRONG, "Elsewhere.")


async def test_a_double_tap_reports_once(house: House) -> None:
    entry_id = await sent(house)
    reports, patient = house.charts.reports, signed_in(house)
    draft = reports.new_draft()
    made = await asyncio.gather(
        *(reports.by_patient(patient, entry_id, What.NOT_MINE, "", draft) for _ in range(4))
    )
    assert set(made) == {draft}
    assert len(await reports.queue(house.here.clinician)) == 1


async def test_who_may_report(house: House) -> None:
    entry_id, other = await sent(house), await sent(house, 1)
    reports = house.charts.reports
    with pytest.raises(NotShared):
        await reports.by_patient(proxy(house, Part.SHARING), entry_id, What.NOT_MINE, "")
    for not_in_view in (other, "ent_none"):
        with pytest.raises(NotFound):
            await reports.by_patient(signed_in(house), not_in_view, What.NOT_MINE, "")
    with pytest.raises(WrongInput):
        await reports.by_patient(signed_in(house), entry_id, What.NOT_MINE, "x" * 501)
    await reports.by_patient(proxy(house, Part.FILES), entry_id, What.NOT_MINE, "")
    (told,) = await reports.of_patient(signed_in(house))
    assert told.by_kind == "proxy"


async def test_older_entries_follow_page_by_page(house: House) -> None:
    sent_ids = [await sent(house, name=f"{n}.pdf") for n in range(7)]
    side, patient, found = house.charts.patient_side, signed_in(house), list[str]()
    older = None
    while page := await side.entries(patient, limit=3, older_than=older):
        found += [entry.id for entry in page]
        older = (page[-1].received_at, page[-1].id)
    assert found == sorted(sent_ids, reverse=True)
