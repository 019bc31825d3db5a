"""Canned replies (C4): kept by the clinic in their order, with fields that somebody has to fill."""

import pytest

from bedside.conversations.canned import Canned
from bedside.conversations.canned_fields import CANNED
from bedside.conversations.writing import Text
from bedside.errors import NotFound, WrongInput
from bedside.kernel.ids import new_id
from bedside.kernel.language import speaking
from tests.conversations.talking import talk_of
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C4")]


async def names(house: House, topic_id: str = "") -> list[str]:
    """Return the names of the replies that fit a topic, in their order."""
    found = await house.services.conversations.canned.about(house.clinic.id, topic_id)
    return [one.reply.name for one in found]


async def test_they_are_kept_in_their_order(house: House) -> None:
    canned, admin = house.services.conversations.canned, house.administer()
    ids = {
        name: await canned.add(admin, Canned(name, f"{name}.")) for name in ("One", "Two", "Six")
    }
    await canned.move(admin, ids["Six"], up=True)
    await canned.move(admin, ids["One"], up=True)  # it is the first already
    assert await names(house) == ["One", "Six", "Two"]
    await canned.change(admin, ids["Six"], Canned("Three", "Dear [[First  Name]]"))
    [kept] = [one for one in await canned.in_use(house.clinic.id) if one.id == ids["Six"]]
    assert (kept.reply.words, kept.readable) == ("Dear [[first_name]]", "Dear [[first name]]")
    await canned.retire(admin, ids["One"])
    assert await names(house) == ["Three", "Two"]
    assert await canned.in_use(house.next_door.clinic.id) == []


async def test_those_of_a_topic_come_first_there(house: House) -> None:
    canned, admin = house.services.conversations.canned, house.administer()
    results = await house.services.conversations.topics.add(admin, "Results", "", 0)
    other = await house.services.conversations.topics.add(admin, "Letters", "", 0)
    for name, topic in (("All", ""), ("Letter", other), ("Result", results)):
        await canned.add(admin, Canned(name, "Words.", topic))
    assert await names(house, results) == ["Result", "All"]
    assert await names(house) == ["All", "Letter", "Result"]


@pytest.mark.parametrize(
    "wrong",
    [
        Canned("", "x"),
        Canned("x" * 81, "x"),
        Canned("x", " "),
        Canned("x", "x" * 2_001),
        Canned("x", "x", "top_of_nobody"),
    ],
)
async def test_what_is_no_reply_is_refused(quick_house: House, wrong: Canned) -> None:
    with pytest.raises(WrongInput):
        await quick_house.services.conversations.canned.add(quick_house.administer(), wrong)


async def test_another_clinics_reply_is_not_there(quick_house: House) -> None:
    canned = quick_house.services.conversations.canned
    reply_id = await canned.add(quick_house.administer(), Canned("One", "One."))
    neighbour = quick_house.administer(quick_house.next_door)
    for attempt in (
        canned.change(neighbour, reply_id, Canned("x", "x")),
        canned.retire(neighbour, reply_id),
        canned.move(neighbour, reply_id, up=True),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_fields_are_the_same_in_every_language() -> None:
    words = CANNED.stored("Dear [[first name]], [[date of the test]].")
    assert words == "Dear [[first_name]], [[date of the test]]."
    with speaking("de"):
        assert CANNED.stored(CANNED.readable(words)) == words
    values = {"first_name": "Maya", "clinic": ""}
    assert CANNED.filled(words, values) == "Dear Maya, [[date of the test]]."
    assert CANNED.filled("From [[clinic]]", values) == "From [[clinic]]"


async def test_nothing_leaves_with_a_field_that_nobody_has_filled(quick_house: House) -> None:
    talk = await talk_of(quick_house)
    with pytest.raises(WrongInput):
        await talk.say(talk.chart, "It comes on [[day]].")
    with pytest.raises(WrongInput):
        await talk.all.start(talk.chart, Text("[[day]]"), new_id("drf"))
    await talk.all.note(talk.chart, talk.id, "[[day]] is still open.", new_id("drf"))
    await talk.say(talk.patient, "What does [[day]] mean?")
    assert len(await talk.seen()) == 3
