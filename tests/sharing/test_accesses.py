"""“Who opened my files”: every access, in plain words, with its reason."""

import asyncio
from typing import Any

import pytest

from bedside.audit import Action
from bedside.audit.actors import SYSTEM, Actor, ActorKind
from bedside.charts.records import ChartFilter
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.people.permissions import NotShared, StaffAccess
from bedside.people.record_parts import Part
from bedside.sharing.accesses import PAGE, Access, Why
from bedside.sharing.looks import PAUSE
from bedside.sharing.options import SharingOptions
from tests.house import House
from tests.sharing.people import given, proxy, share, signed_in
from tests.web.pages import lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P3")]


async def did(
    house: House,
    action: Action,
    *,
    who: StaffAccess | Actor | None = None,
    patient: int = 0,
    at: int = 0,
    subject: str = "",
    **details: Any,
) -> None:
    """Write an audit line some milliseconds from now."""
    actor = who or house.here.clinician
    with clock.shifted(at):
        await house.audit.log.note(
            house.clinic.id,
            actor.actor if isinstance(actor, StaffAccess) else actor,
            action,
            patient_id=house.patients[patient].id,
            subject_id=subject,
            **details,
        )


async def all_of(house: House, patient: int = 0) -> list[Access]:
    """Return every page of accesses, without the lines of setting up the house."""
    found, before = list[Access](), 0
    while True:
        page = await house.sharing.accesses.page(signed_in(house, patient), before)
        found += page.accesses
        before = page.older
        if not before:
            return [one for one in found if "created your record" not in one.words]


async def test_fifty_thumbnails_of_one_look_are_one_line(house: House) -> None:
    await did(house, Action.CHART_OPENED)
    for n in range(50):
        await did(house, Action.FILE_VIEWED, entry=f"ent_{n % 12}", at=n * 20_000)
    (look,) = await all_of(house)
    assert look.name == "Dr Amara Okafor"
    assert look.role == "clinician"
    assert look.words == ["opened your record", "looked at 12 files"]
    assert look.until - look.since > 15 * clock.MINUTE


async def test_a_pause_makes_another_look_and_others_do_not(house: House) -> None:
    await did(house, Action.CHART_OPENED)
    await did(house, Action.PATIENT_OPENED, who=house.here.receptionist, at=clock.MINUTE)
    await did(house, Action.FILE_DOWNLOADED, entry="ent_1", at=PAUSE - clock.MINUTE)
    await did(house, Action.CHART_OPENED, at=2 * PAUSE + clock.MINUTE)
    with clock.shifted(3 * PAUSE):
        looks = await all_of(house)
    assert [(one.name, one.words) for one in looks] == [
        ("Dr Amara Okafor", ["opened your record"]),
        ("Dr Amara Okafor", ["opened your record", "downloaded one file"]),
        ("Rita Sandberg", ["looked at your details"]),
    ]


async def test_real_use_is_in_the_log(house: House) -> None:
    letter = await given(house)
    chart = await house.chart(staff=house.here.clinician)
    entry = await house.charts.contents.entry(chart, letter)
    await house.files.retrieval.record_view(chart, entry)
    await house.files.retrieval.open(chart, letter)
    looks = await all_of(house)
    mine = next(one for one in looks if one.name == "Dr Amara Okafor")
    assert mine.words == ["looked at one file", "downloaded one file"]
    assert (mine.reason.why, mine.reason.text) == (Why.TEAM, "Reception")
    assert await house.charts.contents.entries(chart, ChartFilter())


async def test_the_log_has_only_this_patient(house: House) -> None:
    await did(house, Action.CHART_OPENED, patient=1)
    assert await all_of(house) == []
    assert len(await all_of(house, 1)) == 1


async def test_own_looks_and_bedside_itself_are_no_accesses(house: House) -> None:
    patient = signed_in(house)
    await did(house, Action.FILE_SCANNED, who=SYSTEM)
    await did(house, Action.FILE_VIEWED, who=patient.actor)
    assert await all_of(house) == []
    assert await lines(house, Action.ACCESSES_OPENED), "looking is a line, too"


@pytest.mark.parametrize(
    ("action", "details", "why", "text"),
    [
        (Action.GLASS_BROKEN, {"reason": "Unconscious."}, Why.EMERGENCY, "Unconscious."),
        (Action.ACCESS_REFUSED, {}, Why.REFUSED, ""),
        (Action.REQUEST_VIEWED, {"subject": "req_1"}, Why.REQUEST, ""),
        (Action.CHART_OPENED, {}, Why.TEAM, "Reception"),
    ],
)
async def test_the_reason_is_the_strongest_one_known(
    house: House, action: Action, details: dict[str, Any], why: Why, text: str
) -> None:
    await did(house, action, **details)
    (look,) = await all_of(house)
    assert (look.reason.why, look.reason.text) == (why, text)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Action.CONVERSATION_OPENED, "read your messages"),
        (Action.CONVERSATION_SAID, "wrote a message"),
        (Action.CONVERSATION_NOTED, "wrote a note for the team about your messages"),
        (Action.FORM_SENT, "sent you a request"),
        (Action.APP_INVITATION_SENT, "invited you to the app"),
        (Action.VISITS_LISTED, "looked at the list of your visits"),
        (Action.CALL_LEFT, "saw you in a visit"),
    ],
)
async def test_what_is_done_every_day_has_words(house: House, action: Action, words: str) -> None:
    await did(house, action)
    (look,) = await all_of(house)
    assert look.words == [words]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Action.REQUEST_REFUSED, "entered a wrong date of birth at a link to you"),
        (Action.PROXY_REFUSED, "entered a wrong date of birth at a link to you"),
        (Action.VISIT_REFUSED, "entered a wrong date of birth at a link to you"),
        (Action.REQUEST_LOCKED, "entered wrong dates until the link was locked"),
        (Action.PROXY_LOCKED, "entered wrong dates until the link was locked"),
        (Action.REQUEST_ANSWERED, "told us on the page of a link that it did not help them"),
    ],
)
async def test_a_wrong_date_of_birth_is_no_work_with_the_record(
    house: House, action: Action, words: str
) -> None:
    await did(house, action, who=Actor(ActorKind.UNKNOWN, "", "10.0.0.1"))
    (look,) = await all_of(house)
    assert (look.words, look.reason.why) == ([words], Why.REFUSED)


async def test_without_a_reason_it_says_so(house: House) -> None:
    former = Actor(ActorKind.STAFF, "stf_01hzzzzzzzzzzzzzzzzzzzzzzz", "10.0.0.1")
    await did(house, Action.CHART_OPENED, who=former)
    (look,) = await all_of(house)
    assert (look.name, look.reason.why) == ("", Why.UNKNOWN)
    assert look.may_be_asked_about


async def test_openings_of_links_and_proxies_are_there(house: House) -> None:
    letter = await given(house)
    await share(house, letter)
    guest = Actor(ActorKind.GUEST, "shr_1", "203.0.113.1")
    await did(house, Action.SHARE_OPENED, who=guest, subject="shr_1", recipient="Dr Ekström")
    mother = proxy(house, Part.FILES)
    await did(house, Action.FILE_VIEWED, who=mother.actor, entry=letter)
    looks = {look.kind: look for look in await all_of(house)}
    assert looks[ActorKind.GUEST].name == "Dr Ekström"
    assert looks[ActorKind.GUEST].reason.why is Why.SHARED
    assert looks[ActorKind.PROXY].reason.why is Why.LET_IN
    assert not looks[ActorKind.PROXY].may_be_asked_about


async def test_an_action_without_words_is_shown_all_the_same(house: House) -> None:
    await did(house, Action.WHITEBOARD_SAVED)
    (look,) = await all_of(house)
    assert look.words == ["worked with your record"]


async def test_pages_lose_no_look_and_repeat_none(quick_house: House) -> None:
    house = quick_house
    for n in range(2 * PAGE + 5):
        await did(house, Action.CHART_OPENED, at=n * (PAUSE + clock.MINUTE))
    looks = await all_of(house)
    assert len(looks) == len({look.seq for look in looks}) == 2 * PAGE + 5
    page = await house.sharing.accesses.page(signed_in(house))
    assert len(page.accesses) == PAGE


async def test_a_part_that_is_not_shared_stays_closed(house: House) -> None:
    mother = proxy(house, Part.FILES, Part.SHARING)
    accesses, questions = house.sharing.accesses, house.sharing.questions
    for asked in (
        accesses.page(mother),
        accesses.one(mother, 1),
        questions.ask(mother, 1, "Why?"),
        questions.of_patient(mother),
    ):
        with pytest.raises(NotShared):
            await asked


# --- questions ---------------------------------------------------------------------------------


@pytest.mark.feature("P6")
async def test_a_question_has_a_due_date_and_is_answered(house: House) -> None:
    by, options = house.administer(), SharingOptions(access_answer_days=3)
    async with house.database.unit_of_work() as work:
        await house.people.clinics.change(work, by.actor, by.clinic_id, options)
    await did(house, Action.CHART_OPENED)
    (look,) = await all_of(house)
    patient, questions = signed_in(house), house.sharing.questions
    asked = await questions.ask(patient, look.seq, "I have never met her.")
    (open_,) = await questions.queue(house.here.receptionist)
    assert (open_.id, open_.text) == (asked, "I have never met her.")
    assert open_.seen["name"] == "Dr Amara Okafor"
    assert open_.due_at - open_.asked_at == 3 * clock.DAY
    assert not open_.is_overdue
    with clock.shifted(4 * clock.DAY):
        assert open_.is_overdue
    chart = await house.chart()
    with pytest.raises(WrongInput):
        await questions.answer(chart, asked, " \u2800 ")
    await questions.answer(chart, asked, "She stood in for Dr Berg that day.")
    (told,) = await questions.of_patient(patient)
    assert told.answer == "She stood in for Dr Berg that day."
    assert told.answered_by == house.here.receptionist.staff_id
    assert look.includes(told.about_seq, told.about_id)
    assert await questions.queue(house.here.receptionist) == []
    assert await questions.waiting(house.here.receptionist) == 0
    with pytest.raises(NotFound):
        await questions.answer(await house.chart(1), asked, "Elsewhere.")


@pytest.mark.feature("P6")
async def test_one_question_about_one_look(house: House) -> None:
    await did(house, Action.CHART_OPENED)
    (look,) = await all_of(house)
    questions, patient = house.sharing.questions, signed_in(house)
    made = await asyncio.gather(*(questions.ask(patient, look.seq, "Why?") for _ in range(4)))
    assert len(set(made)) == 1
    assert await questions.queue(house.next_door.receptionist) == []


@pytest.mark.feature("P6")
async def test_what_cannot_be_asked_about(house: House) -> None:
    await did(house, Action.CHART_OPENED, patient=1)
    (theirs,) = await all_of(house, 1)
    mother = proxy(house, Part.FILES)
    await did(house, Action.FILE_VIEWED, who=mother.actor)
    (of_mother,) = await all_of(house)
    for seq in (theirs.seq, of_mother.seq, 0, 10_000_000):
        with pytest.raises(NotFound):
            await house.sharing.questions.ask(signed_in(house), seq, "Why?")


@pytest.mark.feature("P6")
async def test_a_look_that_goes_on_keeps_its_question(house: House) -> None:
    await did(house, Action.CHART_OPENED)
    (look,) = await all_of(house)
    await house.sharing.questions.ask(signed_in(house), look.seq, "Why?")
    await did(house, Action.FILE_VIEWED, entry="ent_1", at=clock.MINUTE)
    (longer,) = await all_of(house)
    (question,) = await house.sharing.questions.of_patient(signed_in(house))
    assert longer.seq != look.seq
    assert longer.includes(question.about_seq, question.about_id)
