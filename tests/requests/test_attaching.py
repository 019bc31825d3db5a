"""Requests whose e-mail carries something: with what staff send, and never because of anybody else
or of the clock (L3)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.notifications.messages import OutboxMessage
from bedside.people.by_address import Address
from bedside.requests.photos.details import KEY
from bedside.requests.photos.kind import PHOTOS
from bedside.requests.records import Content
from bedside.requests.states import State
from tests.house import House
from tests.notifications.attaching import FILES, PREFIX, Documents, attach_from
from tests.notifications.plans.planning import at_noon, card, contact
from tests.requests.sending import ADDRESS, Sent, do_jobs, draft, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("L3")]

SAYS = "Anybody who can open this mailbox can read it."
MAIL = "maya@patients.example"
REFERENCE = new_id(PREFIX)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with at_noon():
        yield


@pytest.fixture
def documents(house: House, monkeypatch: pytest.MonkeyPatch) -> Documents:
    """A kind of requests whose e-mails carry something."""

    def attached(content: Content) -> str:
        return REFERENCE if content.details.get("body_part") == "Left hand" else ""

    kinds = house.requests.kinds._by_key
    monkeypatch.setitem(kinds, KEY, replace(PHOTOS, attached=attached))
    return attach_from(house, Documents())


async def messages(sent: Sent) -> list[OutboxMessage]:
    """Return the messages of a request, oldest first."""
    house = sent.house
    shown = await house.notifications.messages.outbox(house.here.receptionist)
    return [one for one in reversed(shown) if one.cause_id.startswith(sent.id)]


async def carried(sent: Sent) -> list[tuple[str, str, int]]:
    """Return occasion, channel and how much is attached, of each message."""
    found = await messages(sent)
    assert all((SAYS in one.text) == bool(one.attachments) for one in found)
    return [(one.cause_id.split("/")[1], str(one.channel), len(one.attachments)) for one in found]


async def ask_again(house: House, typed: str) -> None:
    """Type an address on the page of lost links."""
    address = Address.read(typed, "SE")
    await house.requests.again.ask(house.clinic.id, address, ADDRESS, target="room_1")
    await do_jobs(house)


async def test_only_the_email_of_the_invitation_carries_it(
    house: House, documents: Documents
) -> None:
    sent = await send(house)
    assert await carried(sent) == [("invite", "sms", 0), ("invite", "email", len(FILES))]
    assert documents.asked == [(house.clinic.id, house.patients[0].id, REFERENCE)]
    sms, email = await messages(sent)
    assert email.text.startswith(sms.text)
    await house.requests.telling.remind_now(sent.chart, sent.id, new_id("prs"))
    await do_jobs(house)
    assert (await carried(sent))[2:] == [("reminder", "sms", 0), ("reminder", "email", 0)]


async def test_a_request_that_carries_nothing_says_nothing(
    house: House, documents: Documents
) -> None:
    sent = await send(house, body_part="Right hand")
    assert await carried(sent) == [("invite", "sms", 0), ("invite", "email", 0)]


async def test_the_email_that_follows_an_unread_sms_carries_it(
    house: House, documents: Documents
) -> None:
    sent = await send(house, channels=("sms",))
    with clock.shifted(25 * clock.HOUR):
        await do_jobs(house)
    assert await carried(sent) == [("invite", "sms", 0), ("invite", "email", len(FILES))]


async def test_whoever_types_an_address_gets_the_link_only(
    house: House, documents: Documents
) -> None:
    sent = await send(house)
    await ask_again(house, MAIL)
    assert (await carried(sent))[2:] == [("again", "email", 0)]
    assert len(documents.asked) == 1


async def test_a_round_that_somebody_asked_for_carries_nothing_either(
    house: House, documents: Documents
) -> None:
    sent = await send(house)
    with clock.shifted(9 * clock.DAY):
        await do_jobs(house)
        assert (await sent.now()).state is State.EXPIRED
        before = len(await messages(sent))
        await ask_again(house, MAIL)
        assert (await sent.now()).round == 2
        assert (await carried(sent))[before:] == [("again", "email", 0)]
        with clock.shifted(26 * clock.HOUR):  # the next way, in the same round
            await do_jobs(house)
            assert [one[2] for one in (await carried(sent))[before:]] == [0, 0]
            await house.requests.all.reissue(sent.chart, sent.id)  # staff send it
            await do_jobs(house)
            assert ("invite", "email", len(FILES)) in (await carried(sent))[before:]


async def test_a_new_link_of_staff_carries_it_to_the_address_of_today(
    house: House, documents: Documents
) -> None:
    sent = await send(house, channels=("email",))
    await card(house, email="new@patients.example")
    await house.requests.all.reissue(sent.chart, sent.id)
    await do_jobs(house)
    assert await carried(sent) == [("invite", "email", len(FILES))] * 2
    assert (await messages(sent))[-1].to == "new@patients.example"


async def test_the_preview_says_so_where_it_will_be(house: House, documents: Documents) -> None:
    chart = await house.chart()

    async def preview(**other: str) -> dict[str, bool]:
        shown = await house.requests.photos.preview(chart, draft(**other))
        return {one.channel: SAYS in one.wording.text + one.wording.html for one in shown.messages}

    assert await preview() == {"sms": False, "email": True}
    assert await preview(body_part="Right hand") == {"sms": False, "email": False}
    await contact(house, neutral=True)
    assert await preview() == {"sms": False, "email": False}
    assert documents.asked == []
