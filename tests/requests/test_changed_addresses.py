"""The card changes while a message waits, or before a reminder: nothing goes to the old address."""

from collections.abc import Sequence
from typing import Any

import pytest

from bedside.errors import Conflict
from bedside.notifications.ports import Channel, Delivered, Message, TemporaryFailure
from bedside.notifications.states import NoticeState
from bedside.requests.records import REMIND_UNAGREED, Reported
from bedside.requests.states import State
from bedside.requests.telling import REMIND
from tests.house import House
from tests.notifications.plans.planning import card
from tests.requests.sending import ADDRESS, Sent, do_jobs, draft

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R7", "N3")]

OLD, NEW = "+46701740605", "+46701740699"


class Gateway:
    """A gateway that is away while `down`, and keeps what it takes."""

    name = "SMS"

    def __init__(self, *, down: bool) -> None:
        self.down = down
        self.taken: list[tuple[str, str]] = []

    async def deliver(self, message: Message) -> Delivered:
        if self.down:
            raise TemporaryFailure("The SMS gateway does not answer.")
        self.taken.append((message.channel, message.to))
        return Delivered(f"SM{message.id}")


async def asked(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    channels: Sequence[str] = ("sms",),
    *,
    down: bool = True,
) -> tuple[Sent, Gateway]:
    """Send a request through a gateway."""
    gateway = Gateway(down=down)
    dispatcher = house.notifications.dispatcher
    monkeypatch.setattr(dispatcher, "_gateways", dict.fromkeys(Channel, gateway))
    monkeypatch.setattr(dispatcher, "_local", frozenset[Channel]())
    if "email" not in channels:
        await card(house, email="")  # no other way is left to the plan
    chart = await house.chart()
    request_id = await house.requests.photos.send(chart, draft(channels=tuple(channels)))
    await do_jobs(house)
    return Sent(house, chart, request_id), gateway


async def change(sent: Sent, **values: Any) -> None:
    """Change the patient's card."""
    people = sent.house.services.people
    before = (await people.patients.get(sent.chart)).demographics
    async with sent.house.database.unit_of_work() as work:
        await people.patients.change(work, sent.chart, before.model_copy(update=values))


async def doubt(sent: Sent, *addresses: str) -> None:
    """Somebody says that messages there reached them."""
    async with sent.house.database.unit_of_work() as work:
        await sent.house.services.people.phone_numbers.doubt(
            work, sent.chart.clinic_id, sent.chart.patient_id, addresses
        )


async def deliver_all(sent: Sent, gateway: Gateway) -> dict[str, Any]:
    """Try each waiting message again, with the gateway there. Returns deliveries by channel."""
    gateway.down = False
    messages = sent.house.notifications.messages
    for delivery in await messages.of_request(sent.chart, sent.id):
        await sent.house.notifications.dispatcher.deliver({"notification_id": delivery.id})
    return {one.channel: one for one in await messages.of_request(sent.chart, sent.id)}


@pytest.mark.parametrize("phone", [NEW, "", "+46701740605;ext=7", "+46 (0)70 174 06 05"])
async def test_a_number_that_changed_while_the_message_waited(
    quick_house: House, monkeypatch: pytest.MonkeyPatch, phone: str
) -> None:
    sent, gateway = await asked(quick_house, monkeypatch)
    await change(sent, phone=phone)
    delivery = (await deliver_all(sent, gateway))["sms"]
    if phone in (NEW, ""):
        assert gateway.taken == []
        assert delivery.state is NoticeState.FAILED
        assert "has another number or address by now" in delivery.failure
        assert not delivery.can_resend
        with pytest.raises(Conflict):
            await quick_house.notifications.dispatcher.resend(sent.chart, delivery.id)
        assert (await sent.now()).state is State.FAILED
        assert await quick_house.requests.lists.waiting(quick_house.here.receptionist) == 1
    else:
        assert gateway.taken == [("sms", OLD)]  # it is the same number, written otherwise
    if phone == NEW:
        await quick_house.requests.all.reissue(sent.chart, sent.id)
        await do_jobs(quick_house)
        assert gateway.taken == [("sms", NEW)]


async def test_each_way_by_itself(quick_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sent, gateway = await asked(quick_house, monkeypatch, ("sms", "email"))
    await change(sent, email="another@patients.example")
    found = await deliver_all(sent, gateway)
    assert [found[way].state for way in ("sms", "email")] == [NoticeState.SENT, NoticeState.FAILED]
    assert (await sent.now()).state is State.SENT


async def test_a_number_that_is_in_doubt_gets_nothing_that_waited(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, gateway = await asked(quick_house, monkeypatch, ("sms", "email"))
    await doubt(sent, OLD)
    found = await deliver_all(sent, gateway)
    assert gateway.taken == [("email", "maya@patients.example")]
    assert "reached somebody else" in found["sms"].failure


async def test_a_mark_that_was_taken_back_stops_nothing(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, gateway = await asked(quick_house, monkeypatch)
    await doubt(sent, OLD)
    numbers = quick_house.services.people.phone_numbers
    patient = await quick_house.services.people.patients.get(sent.chart)
    await numbers.confirm(sent.chart, patient.demographics.phone)
    await deliver_all(sent, gateway)
    assert gateway.taken == [("sms", OLD)]


async def test_a_link_that_was_closed_while_its_message_waited(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, gateway = await asked(quick_house, monkeypatch)
    await quick_house.requests.all.revoke(sent.chart, sent.id)
    delivery = (await deliver_all(sent, gateway))["sms"]
    assert (gateway.taken, delivery.state) == ([], NoticeState.FAILED)
    assert "its link was closed" in delivery.failure
    assert (await sent.now()).state is State.REVOKED
    assert await quick_house.requests.lists.waiting(quick_house.here.receptionist) == 0


async def test_of_two_links_that_waited_the_new_one_leaves(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, gateway = await asked(quick_house, monkeypatch)
    await quick_house.requests.all.reissue(sent.chart, sent.id)
    await deliver_all(sent, gateway)
    assert gateway.taken == [("sms", OLD)]
    assert (await sent.now()).state is State.SENT


@pytest.mark.parametrize("job", [REMIND, REMIND_UNAGREED])
@pytest.mark.parametrize(
    ("phone", "doubted", "reached"),
    [(OLD, (), [OLD]), (NEW, (), [NEW]), ("", (), []), (OLD, (OLD,), []), (NEW, (OLD,), [NEW])],
)
async def test_a_reminder_goes_to_the_number_of_today(
    quick_house: House,
    monkeypatch: pytest.MonkeyPatch,
    job: str,
    phone: str,
    doubted: tuple[str, ...],
    reached: list[str],
) -> None:
    sent, gateway = await asked(quick_house, monkeypatch, down=False)
    if job == REMIND_UNAGREED:
        monkeypatch.setattr(
            "bedside.requests.records.Request.waits_for_agreement", property(lambda _: True)
        )
    gateway.taken.clear()
    await doubt(sent, *doubted)
    if phone != OLD:
        await change(sent, phone=phone)
    await quick_house.registered.handlers[job]({"request_id": sent.id, "round": 1})
    await do_jobs(quick_house)
    assert [to for _channel, to in gateway.taken] == reached
    if reached == [NEW]:  # whoever has that number can say so, and the mark is on that one
        assert (await sent.now()).content.to == {"sms": NEW}


async def test_who_gets_a_reminder_by_mistake_marks_the_new_number(
    quick_house: House,
) -> None:
    chart = await quick_house.chart()
    sent = Sent(quick_house, chart, await quick_house.requests.photos.send(chart, draft()))
    await do_jobs(quick_house)
    await change(sent, phone=NEW)
    await quick_house.registered.handlers[REMIND]({"request_id": sent.id, "round": 1})
    await do_jobs(quick_house)
    link = await quick_house.links.look(await sent.secret())
    await quick_house.requests.faces.report(link, Reported.WRONG_PERSON, ADDRESS)
    patient = await quick_house.services.people.patients.get(chart)
    assert NEW in patient.demographics.doubted
