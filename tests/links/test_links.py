"""Links: reading them changes nothing, the date of birth lets a device in, and wrong ones lock
(R2)."""

from datetime import date

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.errors import NotFound, NotSignedIn, TooMany
from bedside.kernel import clock
from bedside.links import service as links_module
from bedside.links.records import LinkClosed, LinkState
from bedside.requests.records import Reported
from bedside.requests.states import State
from tests.house import House
from tests.requests.sending import ADDRESS, BORN, do_jobs, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R2")]

WRONG = date(1991, 3, 15)


async def test_looking_never_uses_a_link_up(house: House) -> None:
    sent = await send(house)
    secret = await sent.secret()
    for _ in range(20):
        face = await house.requests.faces.of(await house.links.look(secret))
        assert face is not None
        assert face.link.state is LinkState.OPEN
        assert face.link.tries_left == 5
    assert (await sent.now()).state is State.DELIVERED
    assert await sent.enter()


async def test_the_right_date_of_birth_lets_one_device_in(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    assert (link.patient_id, link.subject_id) == (sent.chart.patient_id, sent.id)
    assert (await sent.now()).state is State.OPENED
    with pytest.raises(NotSignedIn):
        await house.links.resume("another token", sent.id, ADDRESS)
    other = await send(house)
    token = (await house.links.answer(await sent.secret(), BORN, ADDRESS)).token
    with pytest.raises(NotSignedIn):  # a device is let in to one request only
        await house.links.resume(token, other.id, ADDRESS)


async def test_five_wrong_answers_lock_the_link_even_for_the_right_one(house: House) -> None:
    sent = await send(house)
    secret = await sent.secret()
    left = [(await house.links.answer(secret, WRONG, ADDRESS)).link.tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    answer = await house.links.answer(secret, BORN, ADDRESS)
    assert (answer.token, answer.link.state) == ("", LinkState.LOCKED)
    assert (await sent.now()).state is State.LOCKED
    lines = await house.audit.log.lines(house.clinic.id, Filter(limit=100))
    actions = [line.action for line in lines if line.subject_id == sent.id]
    assert actions.count(Action.REQUEST_REFUSED) == 5
    assert actions.count(Action.REQUEST_LOCKED) == 1
    assert Action.REQUEST_CHECKED not in actions


async def test_a_locked_link_does_not_throw_out_who_is_in(house: House) -> None:
    sent = await send(house)
    secret = await sent.secret()
    token = (await house.links.answer(secret, BORN, ADDRESS)).token
    for _ in range(5):
        await house.links.answer(secret, WRONG, ADDRESS)
    assert await house.links.resume(token, sent.id, ADDRESS)
    assert (await sent.now()).state is State.OPENED


async def test_a_new_link_can_be_asked_for_once_and_issued_in_one_step(house: House) -> None:
    sent = await send(house)
    first = await sent.secret()
    await house.requests.faces.report(await house.links.look(first), Reported.NEW_LINK, ADDRESS)
    assert (await sent.now()).reported is Reported.NOTHING  # this one still works
    for _ in range(5):
        await house.links.answer(first, WRONG, ADDRESS)
    await house.requests.faces.report(await house.links.look(first), Reported.NEW_LINK, ADDRESS)
    await house.requests.faces.report(await house.links.look(first), Reported.NEW_LINK, ADDRESS)
    assert (await sent.now()).reported is Reported.NEW_LINK
    assert await house.requests.lists.waiting(house.here.receptionist) == 1

    await house.requests.all.reissue(sent.chart, sent.id)
    await do_jobs(house)
    assert (await sent.now()).reported is Reported.NOTHING
    second = await sent.secret()
    assert second != first
    face = await house.requests.faces.of(await house.links.look(first))
    assert face is not None
    assert face.link.state is LinkState.REVOKED
    assert await sent.enter()


async def test_an_expired_link_lets_nobody_in(house: House) -> None:
    sent = await send(house)
    secret = await sent.secret()
    link_token = (await house.links.answer(secret, BORN, ADDRESS)).token
    with clock.shifted(8 * clock.DAY):
        face = await house.requests.faces.of(await house.links.look(secret))
        assert face is not None
        assert face.link.state is LinkState.EXPIRED
        answer = await house.links.answer(secret, BORN, ADDRESS)
        assert (answer.token, answer.link.state) == ("", LinkState.EXPIRED)
        with pytest.raises(LinkClosed) as closed:
            await house.links.resume(link_token, sent.id, ADDRESS)
        assert closed.value.state is LinkState.EXPIRED


async def test_a_revoked_link_throws_everybody_out(house: House) -> None:
    sent = await send(house)
    secret = await sent.secret()
    token = (await house.links.answer(secret, BORN, ADDRESS)).token
    await house.requests.all.revoke(sent.chart, sent.id)
    assert (await sent.now()).state is State.REVOKED
    with pytest.raises(LinkClosed) as closed:
        await house.links.resume(token, sent.id, ADDRESS)
    assert closed.value.state is LinkState.REVOKED
    assert (await house.links.answer(secret, BORN, ADDRESS)).token == ""


async def test_an_unknown_link_is_unknown(house: House) -> None:
    assert await house.links.look("no-such-secret") is None
    with pytest.raises(NotFound):
        await house.links.answer("no-such-secret", BORN, ADDRESS)


async def test_an_address_that_guesses_a_lot_has_to_wait(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links_module, "ANSWERS_FROM_ONE_ADDRESS", 7)
    for number in range(7):
        with pytest.raises(NotFound):
            await quick_house.links.answer(f"guess-{number}", BORN, ADDRESS)
    with pytest.raises(TooMany) as waits:
        await quick_house.links.answer("guess-7", BORN, ADDRESS)
    assert 0 < waits.value.retry_after <= 3600
    with pytest.raises(NotFound):
        await quick_house.links.answer("guess-7", BORN, "192.0.2.99")
    with clock.shifted(clock.HOUR + 1), pytest.raises(NotFound):
        await quick_house.links.answer("guess-7", BORN, ADDRESS)


async def test_wrong_answers_of_others_slow_down_wrong_answers_and_no_right_one(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Carriers put thousands of patients behind one address."""
    monkeypatch.setattr(links_module, "ANSWERS_FROM_ONE_ADDRESS", 2)
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    monkeypatch.setattr(links_module, "sleep", pause)
    guessed, other = await send(quick_house), await send(quick_house)
    for _ in range(4):
        answer = await quick_house.links.answer(await guessed.secret(), WRONG, ADDRESS)
        assert answer.token == ""
    assert answer.link.tries_left == 1, "a slow answer costs a try as well"
    assert paused == [1.0, 2.0]
    assert (await quick_house.links.answer(await other.secret(), BORN, ADDRESS)).token
    elsewhere = await quick_house.links.answer(await guessed.secret(), BORN, "192.0.2.99")
    assert elsewhere.token
    assert paused == [1.0, 2.0], "a right answer and another address do not wait"


async def test_the_database_holds_no_secret(quick_house: House) -> None:
    sent = await send(quick_house)
    secret = await sent.secret()
    token = (await quick_house.links.answer(secret, BORN, ADDRESS)).token
    content = b"".join(
        path.read_bytes() for path in (quick_house.settings.data).glob("bedside.db*")
    )
    assert b"Riverside Clinic" in content  # the clinic's name is readable, so we look right
    assert secret.encode() not in content
    assert token.encode() not in content
