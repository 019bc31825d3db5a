"""Photo requests from sending to the chart (R1, R3, R7)."""

import asyncio
from typing import Any

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.records import ChartFilter
from bedside.errors import Conflict, NotFound, TooLarge, WrongInput
from bedside.files.announcing import Announced, FileRefused
from bedside.kernel import clock
from bedside.kernel.jobs import TryAgain
from bedside.links.records import LinkClosed
from bedside.requests.endings import EXPIRE
from bedside.requests.photos.filing import SETTLE
from bedside.requests.photos.options import PhotoOptions
from bedside.requests.records import Reported
from bedside.requests.states import State
from bedside.requests.telling import REMIND
from tests.house import House
from tests.requests.sending import ADDRESS, Sent, do_jobs, draft, jpeg, pieces, send

pytestmark = pytest.mark.anyio


async def charted(house: House) -> list[Any]:
    """Return the entries of the first patient's chart."""
    return await house.charts.contents.entries(await house.chart(), ChartFilter())


async def run(house: House, kind: str, **payload: Any) -> None:
    """Run one job by hand."""
    await house.registered.handlers[kind](payload)


# --- sending -------------------------------------------------------------------------------------


@pytest.mark.feature("R1")
async def test_the_preview_is_what_goes_out(house: House) -> None:
    chart = await house.chart()
    wanted = draft()
    preview = await house.requests.photos.preview(chart, wanted)
    await house.requests.photos.send(chart, wanted)
    await do_jobs(house)
    secret = await Sent(house, chart, wanted.id).secret()
    shown = await house.notifications.messages.outbox(house.here.receptionist)
    out = {message.channel: message for message in shown}
    assert len(shown) == 2
    for planned in preview.messages:
        assert out[planned.channel].to == planned.to
        assert out[planned.channel].text == planned.wording.text.replace("…", secret)


@pytest.mark.feature("N2")
async def test_a_message_says_who_and_where_and_nothing_of_health(quick_house: House) -> None:
    sent = await send(quick_house, instructions="Show me the eczema, please.")
    for message in await quick_house.notifications.messages.outbox(quick_house.here.receptionist):
        words = message.subject + message.text
        assert "Riverside Clinic" in words
        assert "Rita Sandberg" in words
        for word in ("Maya", "Lindqvist", "photo", "hand", "eczema", "skin", "1991"):
            assert word.casefold() not in words.casefold()
    request = await sent.now()
    assert request.content.details["instructions"] == "Show me the eczema, please."


async def test_a_form_that_is_sent_twice_makes_one_request(house: House) -> None:
    chart = await house.chart()
    wanted = draft()
    await asyncio.gather(*(house.requests.photos.send(chart, wanted) for _ in range(4)))
    assert len(await house.requests.lists.of_chart(chart)) == 1
    assert len(await house.notifications.messages.of_request(chart, wanted.id)) == 2


async def test_another_patients_request_cannot_be_taken_over_by_its_id(house: House) -> None:
    sent = await send(house)
    other = await house.chart(1)
    with pytest.raises(NotFound):
        await house.requests.photos.send(other, draft(id=sent.id))
    for act in (house.requests.all.revoke, house.requests.all.reissue):
        with pytest.raises(NotFound):
            await act(other, sent.id)
    assert await house.notifications.messages.of_request(other, sent.id) == []


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"channels": ()}, "channels"),
        ({"channels": ("fax",)}, "channels"),
        ({"template": "x-ray"}, "template"),
        ({"body_part": "x" * 81}, "body_part"),
        ({"instructions": "x" * 1001}, "instructions"),
        ({"id": "req_nonsense"}, "id"),
    ],
)
async def test_a_wrong_draft_is_told_by_its_field(
    quick_house: House, other: dict[str, Any], field: str
) -> None:
    with pytest.raises(WrongInput) as wrong:
        await quick_house.requests.photos.send(await quick_house.chart(), draft(**other))
    assert wrong.value.field == field


async def test_a_channel_without_an_address_is_told(quick_house: House) -> None:
    chart = await quick_house.chart()
    patient = await quick_house.services.people.patients.get(chart)
    async with quick_house.database.unit_of_work() as work:
        await quick_house.services.people.patients.change(
            work, chart, patient.demographics.model_copy(update={"phone": ""})
        )
    with pytest.raises(WrongInput, match="mobile number"):
        await quick_house.requests.photos.send(chart, draft())
    await quick_house.requests.photos.send(chart, draft(channels=("email",)))


# --- photos --------------------------------------------------------------------------------------


@pytest.mark.feature("R3")
async def test_photos_are_in_the_chart_only_after_the_patient_agreed(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    first = await sent.upload(link, "one.jpg")
    second = await sent.upload(link, "two.jpg", colour=(20, 90, 40))
    await house.requests.answers.comment(link, {first: "Since Tuesday"})
    await do_jobs(house)
    assert (await sent.now()).state is State.IN_PROGRESS
    assert await charted(house) == []

    assert await house.requests.answers.agree(link, [first, second])
    request = await sent.now()
    assert (request.state, request.filed, request.expected) == (State.DONE, 2, 2)
    entries = await charted(house)
    assert {entry.name for entry in entries} == {"one.jpg", "two.jpg"}
    assert {entry.channel for entry in entries} == {"photo_request"}
    lines = await house.audit.log.lines(house.clinic.id, Filter(limit=100))
    agreed = next(line for line in lines if line.action == Action.REQUEST_AGREED)
    assert agreed.details["text"] == "2026-11"
    assert (agreed.actor_kind, agreed.patient_id) == ("patient", sent.chart.patient_id)


@pytest.mark.feature("R3", "F9")
@pytest.mark.parametrize(
    ("template", "body_part", "titles"),
    [
        ("skin", "left arm", ["Photo 1, left arm", "Photo 2, left arm"]),
        ("wound", "", ["Photo 1, wound", "Photo 2, wound"]),
        ("general", "", ["Photo 1", "Photo 2"]),
    ],
)
async def test_photos_are_called_what_was_asked_for(
    quick_house: House, template: str, body_part: str, titles: list[str]
) -> None:
    house = quick_house
    sent = await send(house, template=template, body_part=body_part)
    link = await sent.enter()
    await sent.upload(link, "IMG_1.jpg", given_id="one")
    await do_jobs(house)
    # the numbers continue with later photos
    await house.requests.answers.agree(link, ["one", "two"])
    await sent.upload(link, "IMG_2.jpg", given_id="two", colour=(20, 90, 40))
    await do_jobs(house)
    assert await house.requests.answers.settle(link)
    entries = sorted(await charted(house), key=lambda entry: entry.name)
    assert [entry.title for entry in entries] == titles
    assert [entry.name for entry in entries] == ["IMG_1.jpg", "IMG_2.jpg"]


@pytest.mark.feature("R3")
async def test_pressing_twice_sends_once(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    photo = await sent.upload(link)
    await do_jobs(house)
    await asyncio.gather(*(house.requests.answers.agree(link, [photo]) for _ in range(3)))
    assert await house.requests.answers.agree(link, [photo])
    await do_jobs(house)
    assert len(await charted(house)) == 1
    thanks = [
        delivery
        for delivery in await house.notifications.messages.of_request(sent.chart, sent.id)
        if "/thanks/" in delivery.cause_id
    ]
    assert len(thanks) == 2  # one by SMS, one by e-mail


@pytest.mark.feature("R3", "R7")
async def test_photos_that_arrive_after_the_agreement_are_filed_as_they_come(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    first = await sent.upload(link, "one.jpg")
    await do_jobs(house)
    assert not await house.requests.answers.agree(link, [first, "two"])
    assert (await sent.now()).filed == 1
    await sent.upload(link, "two.jpg", given_id="two", colour=(9, 9, 90))
    await do_jobs(house)  # filed with its scan: nobody has to ask
    assert (await sent.now()).filed == 2
    assert await house.requests.answers.settle(link)
    assert (await sent.now()).state is State.DONE
    assert len(await charted(house)) == 2


async def test_the_worker_files_for_a_patient_who_left(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    await sent.upload(link)
    assert not await house.requests.answers.agree(link)  # its scan has not run
    await run(house, SETTLE, request_id=sent.id)
    assert (await sent.now()).state is State.DONE
    assert len(await charted(house)) == 1
    await run(house, SETTLE, request_id=sent.id)  # a job may run again after a kill
    assert len(await charted(house)) == 1


async def test_the_worker_waits_for_what_is_still_on_the_phone(quick_house: House) -> None:
    sent = await send(quick_house)
    link = await sent.enter()
    photo = await sent.upload(link)
    await quick_house.requests.answers.agree(link, [photo, "two", "three"])
    with pytest.raises(TryAgain) as again:
        await run(quick_house, SETTLE, request_id=sent.id)
    assert again.value.delay >= 5 * clock.SECOND
    assert (await sent.now()).filed == 1


@pytest.mark.feature("F3")
async def test_a_photo_that_is_refused_after_the_agreement_is_not_waited_for(
    quick_house: House,
) -> None:
    sent = await send(quick_house)
    link = await sent.enter()
    good = await sent.upload(link)
    await do_jobs(quick_house)
    whole = jpeg(colour=(1, 2, 3))
    allowance = await quick_house.requests.answers.allowance(link)
    damaged = whole[: len(whole) // 3]
    begun = await quick_house.files.uploads.begin_held(
        link, Announced("b.jpg", len(damaged)), allowance
    )
    await quick_house.files.uploads.append(link, begun.id, 0, pieces(damaged))
    assert not await quick_house.requests.answers.agree(link, [good, begun.file_id])
    await do_jobs(quick_house)
    assert await quick_house.requests.answers.settle(link)
    request = await sent.now()
    visit = await quick_house.requests.answers.page(link)
    if visit.photos:  # the examiner found the damage
        assert (request.state, request.filed, request.expected) == (State.DONE, 1, 1)
        assert visit.photos[0].refusal
    else:
        assert (request.state, request.filed) == (State.DONE, 2)


async def test_when_nothing_was_acceptable_the_patient_chooses_again(quick_house: House) -> None:
    sent = await send(quick_house)
    link = await sent.enter()
    allowance = await quick_house.requests.answers.allowance(link)
    await quick_house.requests.answers.agree(link, ["a"])  # it is still on the phone
    announced = Announced("notes.txt", 5, given_id="a")
    begun = await quick_house.files.uploads.begin_held(link, announced, allowance)
    with pytest.raises(FileRefused):
        await quick_house.files.uploads.append(link, begun.id, 0, pieces(b"hello"))
    assert await quick_house.requests.answers.settle(link)
    request = await sent.now()
    assert (request.state, request.expected, request.sending) == (State.IN_PROGRESS, 0, False)
    visit = await quick_house.requests.answers.page(link)
    assert "Only photos" in visit.turned_away[0].refusal
    await quick_house.requests.answers.discard(link, visit.turned_away[0].id)
    assert (await quick_house.requests.answers.page(link)).turned_away == ()


async def test_agreeing_without_a_photo_is_told(quick_house: House) -> None:
    link = await (await send(quick_house)).enter()
    with pytest.raises(WrongInput):
        await quick_house.requests.answers.agree(link)


async def test_a_deleted_photo_is_gone_and_one_that_is_being_sent_cannot_be_deleted(
    quick_house: House,
) -> None:
    sent = await send(quick_house)
    link = await sent.enter()
    gone, kept = await sent.upload(link), await sent.upload(link, colour=(5, 80, 80))
    await quick_house.requests.answers.discard(link, gone)
    await quick_house.requests.answers.discard(link, gone)
    assert [photo.id for photo in (await quick_house.requests.answers.page(link)).photos] == [kept]
    await quick_house.requests.answers.agree(link, [kept])
    with pytest.raises(Conflict):
        await quick_house.requests.answers.discard(link, kept)


async def test_more_photos_can_follow_until_the_link_ends(quick_house: House) -> None:
    sent = await send(quick_house)
    link = await sent.enter()
    for number, colour in enumerate(((200, 10, 10), (10, 200, 10)), 1):
        photo = await sent.upload(link, f"{number}.jpg", colour=colour)
        await do_jobs(quick_house)
        assert await quick_house.requests.answers.agree(link, [photo])
        assert (await sent.now()).state is State.DONE
    assert (await sent.now()).filed == 2


@pytest.mark.feature("F4", "R3")
async def test_more_than_the_limit_is_refused_before_its_bytes(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await house.people.clinics.change(
            work,
            house.here.administrator.actor,
            house.clinic.id,
            PhotoOptions(photo_limit=2, photo_bytes_limit=1_000_000),
        )
    sent = await send(house)
    link = await sent.enter()
    allowance = await house.requests.answers.allowance(link)
    begin = house.files.uploads.begin_held
    with pytest.raises(TooLarge):
        await begin(link, Announced("big.jpg", 1_000_001), allowance)
    first = await sent.upload(link)
    with pytest.raises(TooLarge, match="together"):
        await begin(link, Announced("big.jpg", 999_000), allowance)
    await sent.upload(link, colour=(70, 70, 0))
    with pytest.raises(TooLarge, match="up to 2 photos"):
        await begin(link, Announced("third.jpg", 10), allowance)
    await do_jobs(house)
    await house.requests.answers.agree(link)
    with pytest.raises(TooLarge):  # what is in the chart counts
        await house.requests.answers.allowance(link)
    assert (await sent.now()).state is State.DONE
    visit = await house.requests.answers.page(link)
    assert (visit.photos_left, visit.request.filed) == (0, 2)
    assert first not in [photo.id for photo in visit.photos]


# --- time and messages ---------------------------------------------------------------------------


@pytest.mark.feature("R7")
async def test_who_has_not_opened_the_link_is_reminded_once(house: House) -> None:
    sent = await send(house)
    first = await sent.secret()
    with clock.shifted(7 * clock.DAY + clock.MINUTE):
        await do_jobs(house)
        await run(house, REMIND, request_id=sent.id, round=1)
        await do_jobs(house)
        assert len(await sent.secrets()) == 2
        assert await sent.enter()
        face = await house.requests.faces.of(await house.links.look(first))
        assert face is not None
        assert face.link.state == "open"  # the first link works too
    assert [
        d.cause_id.split("/")[1]
        for d in await house.notifications.messages.of_request(sent.chart, sent.id)
    ] == (["invite"] * 2 + ["reminder"] * 2)


async def test_who_is_at_it_is_not_reminded(quick_house: House) -> None:
    sent = await send(quick_house)
    await sent.enter()
    with clock.shifted(7 * clock.DAY + clock.MINUTE):
        await do_jobs(quick_house)
        assert len(await sent.secrets()) == 1


@pytest.mark.feature("R7")
async def test_a_request_expires_and_what_it_held_is_destroyed(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    await sent.upload(link)
    with clock.shifted(8 * clock.DAY + clock.MINUTE):
        await do_jobs(house)
        assert (await sent.now()).state is State.EXPIRED
    assert await house.services.files.retrieval.held(link) == []
    assert await charted(house) == []
    with pytest.raises(LinkClosed):
        await house.requests.answers.allowance(link)


async def test_at_its_end_what_was_agreed_to_is_filed(quick_house: House) -> None:
    sent = await send(quick_house)
    link = await sent.enter()
    photo = await sent.upload(link)
    await quick_house.requests.answers.agree(link, [photo, "never comes"])
    await run(quick_house, EXPIRE, request_id=sent.id, round=1)
    request = await sent.now()
    assert (request.state, request.filed, request.expected) == (State.DONE, 1, 1)
    assert len(await charted(quick_house)) == 1


async def test_an_older_round_neither_expires_nor_reminds(quick_house: House) -> None:
    sent = await send(quick_house)
    await quick_house.requests.all.reissue(sent.chart, sent.id)
    await do_jobs(quick_house)
    await run(quick_house, EXPIRE, request_id=sent.id, round=1)
    await run(quick_house, REMIND, request_id=sent.id, round=1)
    assert (await sent.now()).state is State.DELIVERED
    assert len(await sent.secrets()) == 2


async def test_revoking_destroys_what_was_held(quick_house: House) -> None:
    sent = await send(quick_house)
    link = await sent.enter()
    await sent.upload(link)
    await quick_house.requests.all.revoke(sent.chart, sent.id)
    await do_jobs(quick_house)
    assert await quick_house.services.files.retrieval.held(link) == []
    with pytest.raises(Conflict):
        await quick_house.requests.all.revoke(sent.chart, sent.id)


async def test_photos_that_were_chosen_survive_a_new_link(quick_house: House) -> None:
    sent = await send(quick_house)
    await sent.upload(await sent.enter())
    await do_jobs(quick_house)
    await quick_house.requests.all.reissue(sent.chart, sent.id)
    await do_jobs(quick_house)
    link = await sent.enter()
    assert len((await quick_house.requests.answers.page(link)).photos) == 1
    assert await quick_house.requests.answers.agree(link)


async def test_a_corrected_number_is_used_for_the_new_link(quick_house: House) -> None:
    sent = await send(quick_house)
    patient = await quick_house.services.people.patients.get(sent.chart)
    async with quick_house.database.unit_of_work() as work:
        await quick_house.services.people.patients.change(
            work, sent.chart, patient.demographics.model_copy(update={"phone": "+46 70 174 06 99"})
        )
    await quick_house.requests.all.reissue(sent.chart, sent.id)
    deliveries = await quick_house.notifications.messages.of_request(sent.chart, sent.id)
    assert [d.to for d in deliveries if d.channel == "sms"] == ["+46701740605", "+46701740699"]


# --- lists ---------------------------------------------------------------------------------------


async def test_the_desk_sees_requests_of_its_own_patients_only(house: House) -> None:
    sent = await send(house)
    lists = house.requests.lists
    for staff in (house.here.receptionist, house.here.clinician):
        assert [row.request.id for row in await lists.of_desk(staff)] == [sent.id]
        assert (await lists.of_desk(staff))[0].patient_name == "Maya Lindqvist"
    assert await lists.of_desk(house.next_door.receptionist) == []
    assert await house.notifications.messages.outbox(house.next_door.receptionist) == []
    assert await lists.of_desk(house.here.receptionist, "done") == []
    secret = await sent.secret()
    await house.requests.faces.report(
        await house.links.look(secret), Reported.WRONG_PERSON, ADDRESS
    )
    assert await lists.waiting(house.here.receptionist) == 1
    assert await lists.waiting(house.next_door.receptionist) == 0
    waiting = await lists.of_desk(house.here.receptionist, "waiting")
    assert waiting[0].request.reported is Reported.WRONG_PERSON


async def test_changes_are_told_to_the_patients_page_the_chart_and_the_desk(
    quick_house: House,
) -> None:
    told: list[Any] = []
    quick_house.database.on_events(told.extend)
    sent = await send(quick_house)
    await sent.enter()
    topics = {event.topic for event in told if event.payload.get("request_id") == sent.id}
    chart, desk = f"chart:{sent.chart.patient_id}", f"desk:{quick_house.clinic.id}"
    assert topics == {f"request:{sent.id}", chart, desk}
    states = [e.payload["state"] for e in told if e.type == "desk.request_changed"]
    assert states[0] == "requested"
    assert states[-1] == "opened"
    assert all("Maya" not in str(event) for event in told)
