"""The pages of appointments: the calendar, booking with its refusals, and the patient's answers."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta

import httpx
import pytest

from bedside.accounts.levels import Level
from bedside.audit import Action
from bedside.care.appointments.booking import Booking
from bedside.care.appointments.states import Step
from bedside.edge.accounts import app_cookie_name
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.people.hidden import ALL
from bedside.people.permissions import NotShared
from bedside.web.app import create_app
from tests.accounts.people import let_in, side_of, signed_in
from tests.care.booked import add_type, book, found, in_days, secret_of
from tests.house import House, at_the_door
from tests.requests.sending import do_jobs
from tests.web.pages import born, enter, lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("T1", "T6")]


@pytest.fixture
async def phone(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A patient's browser without script."""
    async with at_the_door(create_app(quick_house.services)) as client:
        yield client


async def opened(phone: httpx.AsyncClient, house: House, booked: str) -> str:
    """Open the newest link with the date of birth; return the address of the page."""
    door = (await phone.get(f"/l/{await secret_of(house, booked)}")).headers["location"]
    assert "Check-up of the knee" not in (await phone.get(door)).text
    return (await phone.post(door, data=born())).headers["location"]


def form(house: House, type_id: str, **other: str) -> dict[str, str]:
    """Return a form that books the clinician."""
    start = in_days(9)
    given = {
        "id": Booking.new_draft(),
        "type": type_id,
        "day": start[:10],
        "time": start[11:],
        "staff": house.here.clinician.staff_id,
        "reason": "Knee <again>",
    }
    return {**given, **other}


async def test_a_taken_time_is_explained_and_booked_only_by_its_own_button(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    await enter(visitor, quick_house)
    type_id = await add_type(quick_house)
    first = f"/patients/{quick_house.patients[1].id}/appointments/new"
    assert (await visitor.post(first, data=form(quick_house, type_id))).status_code == 303
    here = f"/patients/{quick_house.patients[0].id}/appointments/new"
    again = form(quick_house, type_id)
    refused = await visitor.post(here, data=again)
    assert refused.status_code == 409
    assert "The time is taken." in refused.text
    assert "Knee &lt;again&gt;" in refused.text
    assert again["id"] in refused.text
    assert 'name="anyway"' in refused.text
    booked = await visitor.post(here, data={**again, "anyway": "yes"})
    assert booked.status_code == 303
    assert booked.headers["location"].endswith(again["id"])


async def test_a_time_that_does_not_exist_is_refused_and_everything_stays_typed(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    await enter(visitor, quick_house)
    type_id = await add_type(quick_house)
    here = f"/patients/{quick_house.patients[0].id}/appointments/new"
    spring = form(quick_house, type_id, day="2027-03-28", time="02:30")
    answer = await visitor.post(here, data=spring)  # in Stockholm
    assert answer.status_code == 422
    assert "the clocks go forward over it" in answer.text
    assert 'value="02:30"' in answer.text


async def test_the_calendar_goes_from_day_to_day_and_shows_one_person(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    await enter(visitor, quick_house)
    who = quick_house.here.clinician.staff_id
    booked = await book(quick_house, await quick_house.chart(), staff_id=who)
    day = date.fromisoformat(in_days(9)[:10])
    page = (await visitor.get(f"/calendar?day={day}")).text
    assert booked in page
    assert "14:00–14:30" in page
    assert f"day={day - timedelta(days=1)}" in page
    assert f"day={day + timedelta(days=1)}" in page
    assert booked in (await visitor.get(f"/calendar?day={day}&of={who}")).text
    other = quick_house.here.administrator.staff_id
    assert booked not in (await visitor.get(f"/calendar?day={day}&of={other}")).text
    monday = day - timedelta(days=day.weekday())
    week = (await visitor.get(f"/calendar?view=week&day={day}")).text
    assert booked in week
    assert week.count('class="stack stack-close calendar-day"') == 7
    assert f'id="day-{monday}"' in week
    assert len(await lines(quick_house, Action.APPOINTMENTS_LISTED)) == 1


@pytest.mark.parametrize(
    "address",
    [
        "/calendar?day=never",
        "/calendar?day=0001-01-01",
        "/calendar?view=x&of=y",
        "/calendar?day=9999-12-31",
    ],
)
async def test_a_calendar_of_nonsense_is_that_of_today(
    visitor: httpx.AsyncClient, quick_house: House, address: str
) -> None:
    await enter(visitor, quick_house)
    today = quick_house.clinic.options.today()
    page = await visitor.get(address)
    assert page.status_code == 200
    assert f'id="day-{today}"' in page.text


async def test_without_a_date_of_birth_nobody_can_be_told_and_it_is_said(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    await enter(visitor, quick_house)
    type_id, patient = await add_type(quick_house), quick_house.patients[0]
    chart = await quick_house.chart()
    nameless = patient.demographics.model_copy(update={"birth_date": None})
    async with quick_house.database.unit_of_work() as work:
        await quick_house.people.patients.change(work, chart, nameless)
    here = f"/patients/{patient.id}/appointments/new"
    refused = await visitor.post(here, data=form(quick_house, type_id, channels="sms"))
    assert refused.status_code == 422
    assert "asks for the date of birth" in refused.text
    told = await visitor.post(here, data=form(quick_house, type_id))
    assert told.status_code == 303


async def test_the_patient_answers_without_signing_in(
    phone: httpx.AsyncClient, quick_house: House
) -> None:
    chart = await quick_house.chart()
    booked = await book(quick_house, chart, room_id=quick_house.here.room.id)
    await do_jobs(quick_house)
    page = await opened(phone, quick_house, booked)
    shown = (await phone.get(page)).text
    assert "Check-up of the knee" in shown
    assert "Bring your knee." in shown
    assert "/r/reception" in shown
    done = await phone.post(f"{page}/answer", data={"answer": "confirm"})
    assert done.headers["location"] == page
    assert "The clinic knows that you come." in (await phone.get(page)).text
    assert (await found(quick_house, chart, booked)).state == "confirmed"
    file = await phone.get(f"{page}/appointment.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert file.headers["cache-control"] == "no-store"
    assert f"UID:{booked}@bedside" in file.text
    assert "Check-up" not in file.text
    assert (await phone.post(f"{page}/answer", data={"answer": "?"})).status_code == 422
    assert len(await lines(quick_house, Action.APPOINTMENT_CONFIRMED)) == 1


async def test_what_is_too_long_stays_typed(phone: httpx.AsyncClient, quick_house: House) -> None:
    chart = await quick_house.chart()
    booked = await book(quick_house, chart)
    await do_jobs(quick_house)
    page = await opened(phone, quick_house, booked)
    answer = {"answer": "ask_move", "words": "x" * 501}
    refused = await phone.post(f"{page}/answer", data=answer)
    assert refused.status_code == 422
    assert "shorten this to 500" in refused.text
    assert "x" * 501 in refused.text
    assert (await found(quick_house, chart, booked)).state == "booked"


async def test_an_answer_after_the_beginning_changes_nothing(
    phone: httpx.AsyncClient, quick_house: House
) -> None:
    chart = await quick_house.chart()
    booked = await book(quick_house, chart)
    await do_jobs(quick_house)
    page = await opened(phone, quick_house, booked)
    with clock.shifted(10 * clock.DAY):
        assert 'id="confirm"' not in (await phone.get(page)).text
        await phone.post(f"{page}/answer", data={"answer": "confirm"})
        assert "over or cancelled" in (await phone.get(page)).text
    assert (await found(quick_house, chart, booked)).state == "booked"


async def test_the_app_lists_what_is_to_come_and_takes_the_answer(
    phone: httpx.AsyncClient, quick_house: House
) -> None:
    chart, patient = await quick_house.chart(), quick_house.patients[0].id
    booked = await book(quick_house, chart, channels=())  # told in person: there is no link
    there = await signed_in(quick_house)
    phone.cookies.set(app_cookie_name(quick_house.services.settings), there.token)
    home = (await phone.get(f"/app/{patient}")).text
    assert re.search(rf'/app/{patient}/appointments/{booked}"', home)
    assert "Waiting for you" in home
    assert "Check-up of the knee" in (await phone.get(f"/app/{patient}/appointments")).text
    page = f"/app/{patient}/appointments/{booked}"
    assert "Bring your knee." in (await phone.get(page)).text
    answered = await phone.post(
        f"{page}/answer", data={"answer": "cant_come", "words": "A wedding"}
    )
    assert answered.headers["location"] == page
    one = await found(quick_house, chart, booked)
    assert (one.state, one.content.asked) == ("cant_come", "A wedding")
    assert f"UID:{booked}@bedside" in (await phone.get(f"{page}/appointment.ics")).text


async def test_a_limited_proxy_sees_no_appointments(quick_house: House) -> None:
    booked = await book(quick_house, await quick_house.chart())
    _grant, account = await let_in(quick_house, level=Level.LIMITED)
    side = await quick_house.accounts.sides.of(account, quick_house.patients[0].id)
    with pytest.raises(NotShared):
        await quick_house.care.answers.coming(side)
    with pytest.raises(NotShared):
        await quick_house.care.answers.answer(side, booked, Step.CONFIRM)


async def test_a_hidden_appointment_is_the_patients_alone(quick_house: House) -> None:
    booked = await book(quick_house, await quick_house.chart())
    _grant, account = await let_in(quick_house, level=Level.FULL)
    mother = await quick_house.accounts.sides.of(account, quick_house.patients[0].id)
    own = await side_of(quick_house)
    answers = quick_house.care.answers
    assert [one.appointment.id for one in await answers.coming(mother)] == [booked]
    await quick_house.people.hidden.hide(own, booked, (ALL,), ())
    assert await answers.coming(mother) == []
    with pytest.raises(NotFound):
        await answers.one(mother, booked)
    with pytest.raises(NotFound):
        await answers.answer(mother, booked, Step.CANT_COME)
    assert [one.appointment.id for one in await answers.coming(own)] == [booked]
