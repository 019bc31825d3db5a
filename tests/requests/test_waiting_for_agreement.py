"""Photos that are here, and that their patient has not agreed to send (R7)."""

import httpx
import pytest

from bedside.kernel import clock
from bedside.requests.records import REMIND_UNAGREED
from bedside.requests.states import State
from tests.database.earlier_version import by_way_of_before
from tests.house import House
from tests.requests.sending import Sent, do_jobs, send
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R7")]


async def causes(house: House, sent: Sent) -> list[str]:
    """Return the causes of the messages about this request."""
    found = await house.notifications.messages.of_request(sent.chart, sent.id)
    return [one.cause_id.split("/")[1] for one in found]


async def remind_again(house: House, sent: Sent) -> None:
    """Run the job of the reminder once more."""
    await house.registered.handlers[REMIND_UNAGREED]({"request_id": sent.id, "round": 1})


async def test_it_waits_from_the_first_complete_photo_to_the_agreement(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    assert not (await sent.now()).waits_for_agreement
    photo = await sent.upload(link)
    await do_jobs(house)
    request = await sent.now()
    assert (request.state, request.waits_for_agreement) == (State.IN_PROGRESS, True)
    await house.requests.answers.agree(link, [photo])
    request = await sent.now()
    assert (request.state, request.unagreed_at) == (State.DONE, 0)


async def test_it_does_not_wait_for_what_was_deleted(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    photos = [await sent.upload(link, colour=(9, n * 70, 90)) for n in (1, 2)]
    await do_jobs(house)
    await house.requests.answers.discard(link, photos[0])
    assert (await sent.now()).waits_for_agreement
    await house.requests.answers.discard(link, photos[1])
    assert not (await sent.now()).waits_for_agreement


async def test_what_is_added_after_sending_waits_again(quick_house: House) -> None:
    house = quick_house
    sent = await send(house)
    link = await sent.enter()
    await house.requests.answers.agree(link, [await sent.upload(link)])
    await do_jobs(house)
    await sent.upload(link, colour=(9, 70, 90))
    await do_jobs(house)
    request = await sent.now()
    assert (request.filed, request.waits_for_agreement) == (1, True)


async def test_the_patient_is_reminded_once_a_day_before_the_end(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    await sent.upload(link)
    await do_jobs(house)
    with clock.shifted(5 * clock.DAY):
        await do_jobs(house)
        assert "unagreed" not in await causes(house, sent)
    with clock.shifted(6 * clock.DAY + 20 * clock.HOUR):  # links last until their last evening
        await do_jobs(house)
        await remind_again(house, sent)
        await do_jobs(house)
        assert (await causes(house, sent)).count("unagreed") == 2  # SMS and e-mail
    outbox = await house.notifications.messages.outbox(house.here.receptionist)
    [text] = [one.text for one in outbox if "is not sent yet" in one.text and not one.subject]
    assert "skin" not in text.lower()


async def test_nobody_is_reminded_of_what_was_sent(quick_house: House) -> None:
    sent = await send(quick_house)
    link = await sent.enter()
    photo = await sent.upload(link)
    await do_jobs(quick_house)
    await quick_house.requests.answers.agree(link, [photo])
    with clock.shifted(6 * clock.DAY + 20 * clock.HOUR):
        await do_jobs(quick_house)
        await remind_again(quick_house, sent)
    assert "unagreed" not in await causes(quick_house, sent)


async def test_staff_see_that_it_waits_for_the_patient(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    sent = await send(quick_house)
    await sent.upload(await sent.enter())
    await do_jobs(quick_house)
    await enter(visitor, quick_house)
    words = "Waiting for the patient’s agreement"
    of_patient = f"/patients/{sent.chart.patient_id}/requests"
    for page in ("/requests", of_patient, f"{of_patient}/{sent.id}"):
        assert words in (await visitor.get(page)).text, page


async def test_requests_of_before_the_upgrade_wait_too(quick_house: House) -> None:
    house = quick_house
    waits, empty = await send(house), await send(house)
    await waits.upload(await waits.enter())
    await empty.enter()
    await do_jobs(house)
    await by_way_of_before(house, "0018")
    assert [(await one.now()).waits_for_agreement for one in (waits, empty)] == [True, False]
