"""“Send me my link again”: links go by themselves to the patient's own number or e-mail address, to
nobody else, and not too often."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.database.jobs import claim_job, give_up_job
from bedside.database.statements import prepared
from bedside.errors import WrongInput
from bedside.kernel import clock
from bedside.links.records import LinkState
from bedside.notifications.models import notifications
from bedside.notifications.text_limits import TEXTS, ManyTexts
from bedside.people.by_address import Address
from bedside.people.patients import Demographics
from bedside.people.permissions import ChartAccess
from bedside.requests.links_again import MOST, SEND_AGAIN
from bedside.requests.records import Reported
from bedside.requests.states import State
from tests.house import House
from tests.requests.sending import ADDRESS, BORN, Sent, do_jobs, draft, send
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V20")]

NUMBER, MAIL = "+46701740605", "maya@patients.example"
"""Of Maya Lindqvist."""
_all = prepared(select(notifications).order_by(notifications.c.id))


async def messages(house: House) -> list[tuple[str, str, str]]:
    """Return cause, address and text of every message sent again, oldest first."""
    keys = await house.vault.clinic(house.clinic.id)
    async with house.database.read() as db:
        rows = [row for row in await db.all(_all) if "/again/" in row.cause_id]
    opened = [keys.unseal("notifications.content", row.id, row.content) for row in rows]
    causes = [row.cause_id.partition("/")[0] for row in rows]
    return [(cause, one["to"], one["text"]) for cause, one in zip(causes, opened, strict=True)]


async def ask(house: House, typed: str = NUMBER, *, clinic_id: str = "", jobs: bool = True) -> None:
    """Ask for a link, as at the door."""
    address = Address.read(typed, "SE")
    await house.requests.again.ask(clinic_id or house.clinic.id, address, ADDRESS, target="room_1")
    if jobs:
        await do_jobs(house)


@contextmanager
def later(minutes: int) -> Iterator[None]:
    """Let time pass during a block."""
    with clock.shifted(minutes * clock.MINUTE):
        yield


async def change(house: House, chart: ChartAccess, **values: Any) -> None:
    """Change a patient's card."""
    before = (await house.people.patients.get(chart)).demographics
    async with house.database.unit_of_work() as work:
        await house.people.patients.change(work, chart, before.model_copy(update=values))


async def newcomer(house: House, name: str, born: date | None = BORN, **card: str) -> ChartAccess:
    """Add a patient."""
    who = Demographics(name=name, birth_date=born, **card)
    staff = house.here.administrator
    async with house.database.unit_of_work() as work:
        added = await house.people.patients.add(work, staff, who, [house.here.room.id])
    return await house.people.permissions.chart(house.here.receptionist, added.id)


async def sent_to(house: House, chart: ChartAccess, *channels: str) -> Sent:
    """Send a photo request to a patient."""
    wanted = draft(channels=channels or ("sms",))
    await house.requests.photos.send(chart, wanted)
    await do_jobs(house)
    return Sent(house, chart, wanted.id)


@pytest.mark.parametrize(
    "typed",
    [
        "+46 70 174 06 05",
        "070-174 06 05",
        "0046 (0)70 1740605",
        "Mobile: 070 174 06 05",
        "٠٧٠ ١٧٤ ٠٦ ٠٥",
        "070\u00a0174\u00a006\u00a005",
        MAIL,
        "MAYA@Patients.Example ",
        "mailto:maya@patients.example",
        "<maya@patients.example>",
        "Maya Lindqvist <maya@patients.example>",
        "mailto:maya@patients.example?subject=Link",
        "maya @ patients.example",
        "ｍａｙａ＠patients.example",
    ],
)
async def test_a_link_to_the_same_place_comes_where_it_was_asked_for(
    quick_house: House, typed: str
) -> None:
    sent = await send(quick_house)
    first = await sent.secret()
    await ask(quick_house, typed)
    [(cause, to, text)] = await messages(quick_house)
    assert cause == sent.id
    assert to == (MAIL if "patients" in typed.casefold() else NUMBER)
    [secret] = re.findall(r"/l/([\w-]+)", text)
    assert secret != first
    answer = await quick_house.links.answer(secret, BORN, ADDRESS)
    assert answer.token
    assert answer.link.subject_id == sent.id
    assert "Maya" not in text


@pytest.mark.parametrize("typed", ["", "12", "070 1 / 070 2", "maya@", "not a number", "a@b@c"])
def test_what_is_no_address_is_explained(typed: str) -> None:
    with pytest.raises(WrongInput) as error:
        Address.read(typed, "SE")
    assert error.value.field == "address"


async def test_nothing_goes_to_whom_nobody_knows(house: House) -> None:
    await send(house)
    for typed in ("+46 70 174 06 99", "nobody@patients.example", "+1 415 555 2671"):
        await ask(house, typed)
    await ask(house, "070 174 06 11")  # a patient without an open request
    await ask(house, NUMBER, clinic_id=house.next_door.clinic.id)
    assert await messages(house) == []
    lines = await house.audit.log.lines(house.clinic.id, Filter(action=Action.LINK_MISSED))
    assert len(lines) == 4
    assert not any(line.patient_id for line in lines), "nobody knows who asked"


async def test_asking_is_the_same_for_everybody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row is read or written for one that is not for the other: nothing is looked up."""
    await send(house)
    seen: list[list[str]] = []
    begin = house.database.unit_of_work

    def counted() -> Any:
        work = begin()
        seen.append([])
        return work

    monkeypatch.setattr(house.requests.again, "_patients", None)
    monkeypatch.setattr(house.requests.again, "_places", None)
    monkeypatch.setattr(house.requests.again, "_requests", None)
    monkeypatch.setattr(house.database, "unit_of_work", counted)
    for typed in (NUMBER, "+46 70 174 06 99", MAIL, "nobody@patients.example"):
        await ask(house, typed, jobs=False)
    assert len(seen) == 4


async def test_a_device_with_access_keeps_it(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    await sent.upload(link)
    await do_jobs(house)  # it is scanned
    before = await sent.now()
    await ask(house)
    now = await sent.now()
    assert (now.state, now.round, now.unagreed_at) == (
        before.state,
        before.round,
        before.unagreed_at,
    )
    again = await house.links.of_device("", sent.id)
    assert again is None
    answer = await house.links.answer(await sent.secret(), BORN, ADDRESS)
    assert (await house.links.resume(answer.token, sent.id, ADDRESS)).subject_id == sent.id
    await sent.upload(link)  # the other device goes on


async def test_an_unopened_link_is_closed_by_its_successor_with_its_wrong_answers(
    quick_house: House,
) -> None:
    sent = await send(quick_house)
    first = await sent.secret()
    for day in (1, 2, 3):
        await quick_house.links.answer(first, date(1990, 1, day), ADDRESS)
    await ask(quick_house)
    old, new = [await quick_house.links.look(one) for one in (first, await sent.secret())]
    assert old
    assert new
    assert old.state is LinkState.REVOKED
    assert (new.state, new.tries_left) == (LinkState.OPEN, 2)


async def test_a_reminder_takes_over_the_wrong_answers(quick_house: House) -> None:
    sent = await send(quick_house)
    first = await sent.secret()
    for day in (1, 2, 3):
        await quick_house.links.answer(first, date(1990, 1, day), ADDRESS)
    with clock.shifted(7 * clock.DAY + clock.MINUTE):
        await do_jobs(quick_house)
        link = await quick_house.links.look(await sent.secret())
    assert len(await sent.secrets()) == 2
    assert link
    assert (link.state, link.tries_left) == (LinkState.OPEN, 2)


async def test_a_locked_link_is_the_matter_of_staff(quick_house: House) -> None:
    sent = await send(quick_house)
    for day in range(1, 6):
        await quick_house.links.answer(await sent.secret(), date(1990, 1, day), ADDRESS)
    assert (await sent.now()).state is State.LOCKED
    await ask(quick_house)
    assert await messages(quick_house) == []


@pytest.mark.parametrize(
    ("days", "comes"), [(1, True), (8, True), (30, True), (40, False)], ids=str
)
async def test_a_link_that_is_over_is_replaced_for_a_while(
    quick_house: House, days: int, comes: bool
) -> None:
    sent = await send(quick_house)
    before = len(await sent.secrets())
    with clock.shifted(days * clock.DAY):
        await do_jobs(quick_house)
        state = (await sent.now()).state
        known = await sent.secrets()
        await ask(quick_house)
        now = await sent.now()
        assert (len(await sent.secrets()) > len(known)) == comes, state
        if comes:
            answer = await quick_house.links.answer(await sent.secret(), BORN, ADDRESS)
            assert answer.token
            assert now.expires_at > clock.now()
    assert before == 1


@pytest.mark.parametrize("how", ["revoked", "wrong person", "doubted", "no date of birth"])
async def test_what_must_not_be_sent(quick_house: House, how: str) -> None:
    sent = await send(quick_house)
    link = await quick_house.links.look(await sent.secret())
    assert link
    if how == "revoked":
        await quick_house.requests.all.revoke(sent.chart, sent.id)
    elif how == "wrong person":
        await quick_house.requests.faces.report(link, Reported.WRONG_PERSON, ADDRESS)
    elif how == "doubted":
        async with quick_house.database.unit_of_work() as work:
            await quick_house.people.phone_numbers.doubt(
                work, quick_house.clinic.id, sent.chart.patient_id, (NUMBER,)
            )
    else:
        await change(quick_house, sent.chart, birth_date=None)
    await ask(quick_house)
    assert await messages(quick_house) == []


async def test_an_address_that_is_not_the_chart_s_any_more_gets_nothing(house: House) -> None:
    sent = await send(house)
    await change(house, sent.chart, phone="+46701740699")
    await ask(house)
    assert await messages(house) == []
    await ask(house, "070 174 06 99")
    [(_cause, to, _text)] = await messages(house)
    assert to == "+46701740699"


async def test_an_accent_may_be_written_apart(quick_house: House) -> None:
    chart = await newcomer(quick_house, "José Vega", email="jos\u00e9@patients.example")
    sent = await sent_to(quick_house, chart, "email")
    await ask(quick_house, "Jose\u0301@patients.example")
    [(cause, to, _text)] = await messages(quick_house)
    assert (cause, to) == (sent.id, "jos\u00e9@patients.example")


async def test_everybody_with_the_number_gets_a_link_of_their_own(house: House) -> None:
    """A mother, and twins: each link asks for the date of birth of its own patient."""
    mother = await send(house)
    twins = [
        await newcomer(house, name, date(2020, 5, 6), phone=NUMBER) for name in ("Alva L", "Ebba L")
    ]
    asked = {mother.id, *[(await sent_to(house, chart)).id for chart in twins]}
    await ask(house)
    found = await messages(house)
    assert {cause for cause, _to, _text in found} == asked
    assert {to for _cause, to, _text in found} == {NUMBER}
    for cause, _to, text in found:
        [secret] = re.findall(r"/l/([\w-]+)", text)
        born = BORN if cause == mother.id else date(2020, 5, 6)
        wrong = date(2020, 5, 6) if cause == mother.id else BORN
        assert not (await house.links.answer(secret, wrong, ADDRESS)).token
        assert (await house.links.answer(secret, born, ADDRESS)).token


async def test_no_more_than_a_few_at_once(quick_house: House) -> None:
    chart = await quick_house.chart()
    ids = [(await sent_to(quick_house, chart, "email")).id for _each in range(MOST + 3)]
    await ask(quick_house)
    assert {cause for cause, _to, _text in await messages(quick_house)} == set(ids[-MOST:])


async def test_nobody_s_phone_is_flooded(house: House) -> None:
    await send(house)
    for _press in range(3):
        await ask(house)
    assert len(await messages(house)) == 1
    for minutes in (11, 22, 33, 44, 55):
        with later(minutes):
            await ask(house)
    assert len(await messages(house)) == 3
    with later(9 * 60):
        await ask(house)
        await ask(house, MAIL)  # an address of its own
    assert len(await messages(house)) == 5


async def test_each_of_several_messages_counts_for_the_number(quick_house: House) -> None:
    chart = await quick_house.chart()
    for _each in range(MOST):
        await sent_to(quick_house, chart, "email")
    await ask(quick_house)
    assert len(await messages(quick_house)) == MOST
    for _text in range(TEXTS.holds - MOST):
        await sent_to(quick_house, chart, "sms")
    with pytest.raises(ManyTexts):
        await sent_to(quick_house, chart, "sms")
    await sent_to(quick_house, chart, "email")


async def test_what_is_asked_in_vain_does_not_count_for_the_number(quick_house: House) -> None:
    sent = await send(quick_house)
    for _press in range(2 * TEXTS.holds):
        await ask(quick_house, "070 174 06 06")
    await quick_house.requests.all.revoke(sent.chart, sent.id)
    for _press in range(2 * TEXTS.holds):
        await ask(quick_house)
    assert await messages(quick_house) == []
    await sent_to(quick_house, sent.chart, "sms")


async def test_a_job_that_was_given_up_does_not_silence_the_address(quick_house: House) -> None:
    sent = await send(quick_house)
    await ask(quick_house, jobs=False)
    job = await claim_job(quick_house.database, clock.MINUTE)
    assert job is not None
    assert job.kind == SEND_AGAIN
    await give_up_job(quick_house.database, job.id, "Unavailable")
    with later(10):
        await ask(quick_house)
    assert [cause for cause, _to, _text in await messages(quick_house)] == [sent.id]


async def test_several_at_once_send_once(house: House) -> None:
    sent = await send(house)
    await asyncio.gather(*(ask(house, jobs=False) for _press in range(5)))
    await asyncio.gather(*(do_jobs(house) for _worker in range(3)))
    assert [cause for cause, _to, _text in await messages(house)] == [sent.id]


async def test_the_job_can_run_again(house: House) -> None:
    await send(house)
    payloads: list[dict[str, Any]] = []
    handler = house.registered.handlers["links.send_again"]

    async def twice(payload: dict[str, Any]) -> None:
        payloads.append(payload)
        await handler(payload)
        await handler(payload)

    house.registered.handlers["links.send_again"] = twice
    try:
        await ask(house)
    finally:
        house.registered.handlers["links.send_again"] = handler
    assert len(await messages(house)) == 1
    assert NUMBER not in str(payloads), "a job is not sealed"


async def test_staff_see_that_it_was_sent_again(quick_house: House) -> None:
    sent = await send(quick_house)
    await ask(quick_house)
    deliveries = await quick_house.notifications.messages.of_request(sent.chart, sent.id)
    assert [one.cause_id.split("/")[1] for one in deliveries] == ["invite", "invite", "again"]
    wanted = Filter(action=Action.LINK_SENT_AGAIN)
    [line] = await quick_house.audit.log.lines(quick_house.clinic.id, wanted)
    assert (line.patient_id, line.subject_id) == (sent.chart.patient_id, sent.id)


async def test_an_invitation_leads_to_its_room(house: House) -> None:
    ward = Ward(house)
    room = await ward.room("Walk-in")
    chart = await house.chart()
    found = await ward.of(room)
    place = await house.visits.rooms.place(found)
    invitation = await house.requests.invitations.send(chart, found, place, ("email",))
    await do_jobs(house)
    await ask(house)
    [(cause, to, text)] = await messages(house)
    assert (cause, to) == (invitation, NUMBER)
    [secret] = re.findall(r"/l/([\w-]+)", text)
    answer = await house.links.answer(secret, BORN, ADDRESS)
    link = await house.links.resume(answer.token, invitation, ADDRESS)
    came = await house.visits.check_in.with_invitation(link)
    assert (await ward.row(came.visit_id)).room_id == room.room_id


async def test_a_stranger_who_reports_it_ends_the_address(quick_house: House) -> None:
    """Also when somebody has typed it in small letters, and the card has capitals."""
    chart = await newcomer(quick_house, "Vera Ek", email="Vera.Ek@Patients.Example")
    sent = await sent_to(quick_house, chart, "email")
    await ask(quick_house, "vera.ek@patients.example")
    [(_cause, to, text)] = await messages(quick_house)
    assert to == "Vera.Ek@Patients.Example"
    [secret] = re.findall(r"/l/([\w-]+)", text)
    link = await quick_house.links.look(secret)
    assert link
    await quick_house.requests.faces.report(link, Reported.WRONG_PERSON, ADDRESS)
    doubted = (await quick_house.people.patients.get(chart)).demographics.doubted
    assert doubted == ("Vera.Ek@Patients.Example",)
    with later(20):
        await ask(quick_house, "vera.ek@patients.example")
    assert len(await messages(quick_house)) == 1
    assert (await sent.now()).reported is Reported.WRONG_PERSON
