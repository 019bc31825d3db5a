"""An agreement: an act of one device on the photos that it showed (R3)."""

import asyncio
import random
from typing import Any

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.records import ChartFilter
from bedside.errors import BedsideError, Conflict, TooLarge, WrongInput
from bedside.files.announcing import Announced, Upload
from bedside.links.records import LinkClosed
from bedside.people.permissions import LinkAccess
from bedside.requests.photos.filing import SETTLE
from bedside.requests.photos.sending import NotTaken
from bedside.requests.records import Request
from bedside.requests.states import State
from tests.database.earlier_version import by_way_of_before
from tests.house import House
from tests.requests.sending import Sent, do_jobs, jpeg, pieces, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R3")]


async def filed(house: House, sent: Sent) -> set[str]:
    """Return the ids of files in the patient's chart; each is there once."""
    entries = await house.charts.contents.entries(sent.chart, ChartFilter(limit=100))
    ids = [entry.file_id for entry in entries]
    assert len(ids) == len(set(ids))
    return set(ids)


async def damaged(house: House, link: LinkAccess, given_id: str = "") -> str:
    """Upload a photo that the examiner will refuse. Returns its file id."""
    content = b"\xff\xd8\xff\xe0" + b"this is no picture" * 40
    allowance = await house.requests.answers.allowance(link)
    announced = Announced("broken.jpg", len(content), given_id=given_id)
    begun = await house.files.uploads.begin_held(link, announced, allowance)
    return (await house.files.uploads.append(link, begun.id, 0, pieces(content))).file_id


def counts(request: Request) -> tuple[State, int, int]:
    """Return the state and counts of a request."""
    return request.state, request.filed, request.expected


# --- several devices -----------------------------------------------------------------------------


async def test_only_what_the_page_showed_is_filed(house: House) -> None:
    sent = await send(house)
    mine, theirs = await sent.enter(), await sent.enter()
    first = await sent.upload(mine)
    others = [await sent.upload(theirs, colour=(9, n * 70, 90)) for n in (1, 2)]
    await do_jobs(house)
    assert await house.requests.answers.agree(mine, [first])
    assert await filed(house, sent) == {first}
    assert counts(await sent.now()) == (State.DONE, 1, 1)
    visit = await house.requests.answers.page(theirs)
    assert [photo.id for photo in visit.unsent] == others
    assert await house.requests.answers.agree(theirs, others)
    assert await filed(house, sent) == {first, *others}
    assert counts(await sent.now()) == (State.DONE, 3, 3)


async def test_one_agrees_while_a_photo_of_the_other_is_on_its_way(house: House) -> None:
    sent = await send(house)
    mine, theirs = await sent.enter(), await sent.enter()
    first = await sent.upload(mine)
    content = jpeg(colour=(1, 70, 9))
    allowance = await house.requests.answers.allowance(theirs)
    begun = await house.files.uploads.begin_held(
        theirs, Announced("b.jpg", len(content), given_id="theirs"), allowance
    )
    await house.requests.answers.agree(mine, [first])
    await house.files.uploads.append(theirs, begun.id, 0, pieces(content))
    await do_jobs(house)
    assert await filed(house, sent) == {first}
    assert [p.given_id for p in (await house.requests.answers.page(theirs)).unsent] == ["theirs"]


async def test_a_photo_in_the_record_is_not_said_to_be_deleted(house: House) -> None:
    sent = await send(house)
    mine, theirs = await sent.enter(), await sent.enter()
    photo = await sent.upload(mine)
    await house.requests.answers.agree(mine, [photo])
    with pytest.raises(Conflict, match="on its way"):
        await house.requests.answers.discard(theirs, photo)
    await do_jobs(house)
    with pytest.raises(Conflict, match="in your record"):
        await house.requests.answers.discard(theirs, photo)
    with pytest.raises(Conflict, match="not added"):
        await house.requests.answers.comment(theirs, {photo: "Too late"}, photo)
    assert await filed(house, sent) == {photo}


async def test_a_photo_is_deleted_by_the_name_that_its_device_gave_it(house: House) -> None:
    """A phone whose page died before it got the file's id deletes the photo later."""
    sent = await send(house)
    link = await sent.enter()
    content = jpeg(colour=(1, 70, 9))
    allowance = await house.requests.answers.allowance(link)
    announced = Announced("b.jpg", len(content), given_id="of-the-phone")
    begun = await house.files.uploads.begin_held(link, announced, allowance)
    await house.files.uploads.append(link, begun.id, 0, pieces(content))
    for _ in range(2):  # it may not have got the answer
        await house.requests.answers.discard(link, "of-the-phone")
    assert (await house.requests.answers.page(link)).photos == ()


async def test_a_photo_that_another_device_deleted_is_not_waited_for(house: House) -> None:
    sent = await send(house)
    mine, theirs = await sent.enter(), await sent.enter()
    kept, gone = await sent.upload(mine), await sent.upload(mine, colour=(9, 9, 99))
    await do_jobs(house)
    await house.requests.answers.discard(theirs, gone)
    assert await house.requests.answers.agree(mine, [kept, gone])
    assert counts(await sent.now()) == (State.DONE, 1, 1)


@pytest.mark.parametrize("seed", range(3))
async def test_two_devices_at_once(house: House, seed: int) -> None:
    """Both agree, twice, while one deletes what the other has, and the worker works: filed photos
    were agreed to, deleted ones are in no chart, and the request ends."""
    chance = random.Random(seed)
    sent = await send(house)
    devices = [await sent.enter(), await sent.enter()]
    shown: list[list[str]] = []
    for number, link in enumerate(devices):
        colours = [(number * 90, n * 80, 40) for n in range(3)]
        shown.append([await sent.upload(link, colour=colour) for colour in colours])
    if chance.random() < 0.5:
        await do_jobs(house)
    agreed = [chance.sample(ids, chance.randint(1, 3)) for ids in shown]
    deleted = chance.choice(shown[1])
    told: dict[str, bool] = {}

    async def delete() -> None:
        try:
            await house.requests.answers.discard(devices[0], deleted)
            told["deleted"] = True
        except Conflict:
            told["deleted"] = False

    acts: list[Any] = [delete(), do_jobs(house)]
    for link, ids in zip(devices, agreed, strict=True):
        acts += [house.requests.answers.agree(link, ids) for _ in range(2)]
    chance.shuffle(acts)
    await asyncio.gather(*acts)
    await do_jobs(house)
    wanted = {*agreed[0], *agreed[1]}
    gone = {deleted} if told["deleted"] else set[str]()
    assert await filed(house, sent) == wanted - gone
    request = await sent.now()
    assert (request.filed, request.expected) == (len(wanted - gone), len(wanted - gone))
    assert request.state is State.DONE
    left = {photo.id for photo in (await house.requests.answers.page(devices[0])).unsent}
    assert left == {*shown[0], *shown[1]} - wanted - gone


async def test_the_totals_are_those_of_all_devices(house: House) -> None:
    sent = await send(house)
    devices = [await sent.enter() for _ in range(3)]
    small = jpeg(64, 48)

    async def photo(link: LinkAccess, name: str) -> None:
        allowance = await house.requests.answers.allowance(link)
        announced = Announced("a.jpg", len(small), given_id=name)
        begun = await house.files.uploads.begin_held(link, announced, allowance)
        await house.files.uploads.append(link, begun.id, 0, pieces(small))

    tries = [photo(link, f"{d}-{n}") for n in range(5) for d, link in enumerate(devices)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert all(one is None or isinstance(one, BedsideError) for one in done)
    visit = await house.requests.answers.page(devices[0])
    assert (visit.total, visit.photos_left) == (10, 0)
    for number, link in enumerate(devices):  # agreeing to ten does not make room for more
        names = [p.id for p in visit.photos if p.given_id[0] == str(number)]
        await house.requests.answers.agree(link, names)
    await do_jobs(house)
    assert (await sent.now()).filed == 10
    with pytest.raises(BedsideError):
        await house.requests.answers.allowance(devices[0])


async def test_photos_that_are_filed_at_the_moment_are_counted(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are no longer held when the next one is announced, and were not in the chart yet when
    its allowance was computed."""
    house = quick_house
    sent = await send(house)
    mine, theirs = await sent.enter(), await sent.enter()
    for number in range(10):
        await sent.upload(mine, width=64, height=48, colour=(number, 9, 9))
    await do_jobs(house)
    begin_held, take_held = house.files.uploads.begin_held, house.files.uploads.take_held

    async def begins(*given: Any) -> Upload:
        await house.requests.answers.agree(mine)
        return await begin_held(*given)

    async def takes(*given: Any) -> Upload:
        await house.requests.answers.agree(mine)
        return await take_held(*given)

    monkeypatch.setattr(house.files.uploads, "begin_held", begins)
    monkeypatch.setattr(house.files.uploads, "take_held", takes)
    with pytest.raises(TooLarge):
        await house.requests.answers.begin(theirs, Announced("11.jpg", 100))
    with pytest.raises(TooLarge):
        await house.requests.answers.take(theirs, "11.jpg", pieces(jpeg(64, 48)))
    assert (await house.requests.answers.page(theirs)).total == 10


# --- agreeing again and again --------------------------------------------------------------------


async def test_an_agreement_that_is_said_again_later_adds_nothing(house: House) -> None:
    """A phone did not get the answer, and repeats the request, even once the photos are in the
    chart."""
    sent = await send(house)
    link = await sent.enter()
    await house.requests.answers.agree(link, ["one", "two"], {"one": "Since Tuesday"})
    for name in ("one", "two"):
        await sent.upload(link, given_id=name, colour=(len(name), 9, 9))
    await do_jobs(house)
    assert counts(await sent.now()) == (State.DONE, 2, 2)
    assert await house.requests.answers.agree(link, ["one", "two"], {"one": "Since Tuesday"})
    assert counts(await sent.now()) == (State.DONE, 2, 2)
    lines = await house.audit.log.lines(house.clinic.id, Filter(action=Action.REQUEST_AGREED))
    assert [line.details["photos"] for line in lines] == [2]


async def test_comments_go_along_wherever_the_photo_is(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    held = await sent.upload(link, "held.jpg")
    content = jpeg(colour=(7, 7, 70))
    allowance = await house.requests.answers.allowance(link)
    announced = Announced("coming.jpg", len(content), comment="old", given_id="coming")
    begun = await house.files.uploads.begin_held(link, announced, allowance)
    comments = {held: "is here", "coming": "new"}
    await house.requests.answers.agree(link, [held, "coming"], comments)
    await house.files.uploads.append(link, begun.id, 0, pieces(content))
    await do_jobs(house)
    entries = await house.charts.contents.entries(sent.chart, ChartFilter())
    assert {e.name: e.comment for e in entries} == {"held.jpg": "is here", "coming.jpg": "new"}


async def test_a_page_that_names_nothing_agrees_to_what_is_here(quick_house: House) -> None:
    """Such as one of an earlier version, which counted."""
    sent = await send(quick_house)
    link = await sent.enter()
    photo = await sent.upload(link)
    await do_jobs(quick_house)
    assert await quick_house.requests.answers.agree(link)
    assert await quick_house.requests.answers.agree(link)
    assert await filed(quick_house, sent) == {photo}


async def test_after_a_new_link_it_is_agreed_to_anew(quick_house: House) -> None:
    sent = await send(quick_house)
    link = await sent.enter()
    await quick_house.requests.answers.agree(link, ["one"])
    await quick_house.requests.all.reissue(sent.chart, sent.id)
    await do_jobs(quick_house)
    link = await sent.enter()
    photo = await sent.upload(link, given_id="one")
    await do_jobs(quick_house)
    assert await filed(quick_house, sent) == set()
    assert await quick_house.requests.answers.agree(link, ["one"])
    assert await filed(quick_house, sent) == {photo}


async def test_what_was_agreed_to_before_photos_had_names_goes_on(quick_house: House) -> None:
    """An earlier version only counted: one photo is here, and one still on the phone."""
    sent = await send(quick_house)
    link = await sent.enter()
    photo = await sent.upload(link)
    await quick_house.requests.answers.agree(link, [photo, "on the phone"])
    await by_way_of_before(quick_house, "0010")
    await do_jobs(quick_house)
    assert await filed(quick_house, sent) == {photo}
    assert counts(await sent.now()) == (State.IN_PROGRESS, 1, 2)
    assert (await quick_house.requests.answers.page(link)).to_arrive == 1
    assert not await quick_house.requests.answers.agree(link, ["on the phone"])
    assert counts(await sent.now()) == (State.IN_PROGRESS, 1, 2)  # it is the one that was counted
    await quick_house.requests.answers.finish(link)
    assert counts(await sent.now()) == (State.DONE, 1, 1)


# --- refused meanwhile ---------------------------------------------------------------------------


@pytest.mark.parametrize("scanned", ["before", "after"])
async def test_a_photo_that_is_refused_meanwhile_is_no_dead_end(house: House, scanned: str) -> None:
    """The page offered it while it was being checked."""
    sent = await send(house)
    link = await sent.enter()
    photos = [await sent.upload(link), await damaged(house, link, "broken")]
    if scanned == "before":
        await do_jobs(house)
    complete = await house.requests.answers.agree(link, photos)
    assert complete is (scanned == "before")
    await do_jobs(house)
    assert counts(await sent.now()) == (State.DONE, 1, 1)
    assert await filed(house, sent) == {photos[0]}
    refused = (await house.requests.answers.page(link)).refused
    assert [photo.name for photo in refused] == ["broken.jpg"]
    assert refused[0].refusal
    messages = await house.notifications.messages.of_request(sent.chart, sent.id)
    assert sum("/thanks/" in message.cause_id for message in messages) == 2
    assert await house.requests.photos.not_taken(sent.chart, sent.id) == NotTaken(1, 0)


async def test_when_all_are_refused_the_patient_chooses_again(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    photo = await damaged(house, link)
    assert not await house.requests.answers.agree(link, [photo])
    await do_jobs(house)
    assert counts(await sent.now()) == (State.IN_PROGRESS, 0, 0)
    visit = await house.requests.answers.page(link)
    assert [p.id for p in visit.refused] == [photo]
    with pytest.raises(WrongInput):
        await house.requests.answers.agree(await (await send(house)).enter())


async def test_one_can_finish_without_what_does_not_come(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    photo = await sent.upload(link)
    await do_jobs(house)
    assert not await house.requests.answers.agree(link, [photo, "lost", "late"])
    assert (await house.requests.answers.page(link)).to_arrive == 2
    assert not await house.requests.answers.finish(link, ["lost"])
    assert counts(await sent.now()) == (State.IN_PROGRESS, 1, 2)
    assert await house.requests.answers.finish(link)
    assert counts(await sent.now()) == (State.DONE, 1, 1)
    assert await house.requests.photos.not_taken(sent.chart, sent.id) == NotTaken(0, 2)
    late = await sent.upload(
        link, given_id="late"
    )  # it arrives after all: it is not filed automatically
    await do_jobs(house)
    assert await filed(house, sent) == {photo}
    assert await house.requests.answers.agree(link, ["late"])
    assert await filed(house, sent) == {photo, late}


async def test_what_is_here_is_not_given_up(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    photo = await sent.upload(link)
    assert not await house.requests.answers.agree(link, [photo, "lost"])
    assert not await house.requests.answers.finish(link)  # its scan has not run
    await do_jobs(house)
    assert await filed(house, sent) == {photo}
    assert (await sent.now()).state is State.DONE


# --- after the end -------------------------------------------------------------------------------


async def test_nothing_is_agreed_to_or_filed_after_the_end(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    photo = await sent.upload(link)
    await house.requests.answers.agree(link, [photo])
    await house.requests.all.revoke(sent.chart, sent.id)
    assert await house.requests.answers.settle(link)
    await house.registered.handlers[SETTLE]({"request_id": sent.id})
    with pytest.raises(LinkClosed):
        await house.requests.answers.agree(link, [photo])
    await do_jobs(house)
    assert await filed(house, sent) == set()
    assert await house.files.retrieval.held(link) == []


# --- what the phone thinks -----------------------------------------------------------------------


@pytest.mark.parametrize("looks", ["dark", "blurred", ""])
async def test_what_the_phone_thinks_of_a_photo_is_kept_for_patient_and_staff(
    quick_house: House, looks: str
) -> None:
    house = quick_house
    sent = await send(house)
    link = await sent.enter()
    content = jpeg()
    allowance = await house.requests.answers.allowance(link)
    announced = Announced("a.jpg", len(content), looks=looks)
    begun = await house.files.uploads.begin_held(link, announced, allowance)
    photo = (await house.files.uploads.append(link, begun.id, 0, pieces(content))).file_id
    await do_jobs(house)
    [held] = (await house.requests.answers.page(link)).unsent
    assert held.looks == looks
    await house.requests.answers.agree(link, [photo])
    [entry] = await house.charts.contents.entries(sent.chart, ChartFilter())
    assert (await house.files.retrieval.facts(entry)).looks == looks
