"""Races: the same action many times at the same moment; limits hold, and nothing happens twice."""

import asyncio
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.records import ChartFilter
from bedside.errors import BedsideError, TooMany
from bedside.files.announcing import Announced
from bedside.links.records import LinkState
from tests.house import PASSWORD, House
from tests.requests.sending import ADDRESS, BORN, do_jobs, jpeg, pieces, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S4")]


async def at_once(*tries: Any) -> list[Any]:
    """Return the result of each; expected failures are values."""
    done = await asyncio.gather(*tries, return_exceptions=True)
    defects = [
        one for one in done if isinstance(one, Exception) and not isinstance(one, BedsideError)
    ]
    assert defects == []
    return done


async def test_five_wrong_dates_of_birth_and_no_more(house: House) -> None:
    sent = await send(house)
    secret = await sent.secret()
    answers = [house.links.answer(secret, date(1950, 1, 1 + n), ADDRESS) for n in range(25)]
    done = await at_once(*answers, house.links.answer(secret, BORN, ADDRESS))
    counted = [one for one in done if one.link.state is LinkState.OPEN and not one.token]
    # The right answer, if it came in between, restarts the count.
    rounds = 1 + any(one.token for one in done)
    assert len(counted) <= 4 * rounds
    assert sum(one.locked_now for one in done) == 1
    link = await house.links.look(secret)
    assert link.state is LinkState.LOCKED
    late = await house.links.answer(secret, BORN, ADDRESS)
    assert late.token == ""


async def test_passwords_that_are_tried_at_once_are_five(house: House) -> None:
    """Of forty begun before the first was counted, those after the lock are not checked, not even
    the right one."""
    email = await house.email(house.here.receptionist)

    def attempt(password: str, number: int) -> Any:
        return house.people.sign_in.with_password(
            email, password, address="198.51.100.4", device=f"browser {number}"
        )

    done = await at_once(*(attempt(f"wrong {n}", n) for n in range(12)))
    assert sum(not isinstance(one, TooMany) for one in done) == 5
    lines = await house.audit.log.lines(house.clinic.id, Filter(limit=200))
    failed = [
        line for line in lines if line.action in (Action.SIGN_IN_FAILED, Action.SIGN_IN_LOCKED)
    ]
    assert len(failed) == 5
    with pytest.raises(TooMany):
        await attempt(PASSWORD, 99)


async def test_ten_photos_and_no_more(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    content = jpeg(64, 48)

    async def photo() -> str:
        allowance = await house.requests.answers.allowance(link)
        begun = await house.files.uploads.begin_held(
            link, Announced("a.jpg", len(content)), allowance
        )
        await house.files.uploads.append(link, begun.id, 0, pieces(content))
        return begun.file_id

    async def by_form() -> str:
        allowance = await house.requests.answers.allowance(link)
        taken = await house.files.uploads.take_held(link, "b.jpg", pieces(content), allowance)
        return taken.file_id

    await at_once(*(photo() for _ in range(9)), *(by_form() for _ in range(9)))
    held = await house.files.retrieval.held(link)
    assert 1 <= len(held) <= 10


async def test_fifteen_megabytes_and_no_more(house: House) -> None:
    """Four photos of five megabytes, announced at once."""
    sent = await send(house)
    link = await sent.enter()

    async def announce() -> str:
        allowance = await house.requests.answers.allowance(link)
        announced = Announced("a.jpg", 5_000_000)
        return (await house.files.uploads.begin_held(link, announced, allowance)).id

    done = await at_once(*(announce() for _ in range(6)))
    assert sum(isinstance(one, str) for one in done) == 3


async def test_agreeing_twice_sends_once(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    await sent.upload(link)
    await do_jobs(house)
    await at_once(*(house.requests.answers.agree(link) for _ in range(6)))
    await do_jobs(house)
    entries = await house.charts.contents.entries(sent.chart, ChartFilter(limit=50))
    assert len(entries) == 1
    lines = await house.audit.log.lines(house.clinic.id, Filter(action=Action.REQUEST_AGREED))
    assert len(lines) == 1


async def test_two_who_review_and_two_who_move(house: House) -> None:
    sent = await send(house)
    link = await sent.enter()
    await sent.upload(link)
    await do_jobs(house)
    await house.requests.answers.agree(link)
    await do_jobs(house)
    (entry,) = await house.charts.contents.entries(sent.chart, ChartFilter(limit=5))
    mine, theirs = sent.chart, await house.chart(0, house.here.clinician)
    await at_once(
        *(house.charts.contents.review(who, entry.id, True) for who in (mine, theirs) * 3)
    )
    reviewed = await house.audit.log.lines(house.clinic.id, Filter(action=Action.ENTRY_REVIEWED))
    assert len(reviewed) == 1
    targets = [await house.chart(1), await house.chart(2)] * 2
    done = await at_once(
        *(house.charts.contents.move(mine, entry.id, to, "Wrong chart") for to in targets)
    )
    assert sum(isinstance(one, str) for one in done) == 1
    found = [
        len(await house.charts.contents.entries(to, ChartFilter(limit=5)))
        for to in (await house.chart(1), await house.chart(2))
    ]
    assert sum(found) == 1


async def test_one_code_of_the_app_signs_in_once(house: House) -> None:
    from pyotp.totp import TOTP

    from bedside.people.sessions import Stage

    who = house.here.receptionist
    offer = await house.people.second_factors.offered(who, "rita@riverside.example")
    await house.people.second_factors.confirm(who, TOTP(offer.secret).now())

    async def pending() -> Any:
        async with house.database.unit_of_work() as work:
            token = await house.people.sessions.begin(
                work, who.staff_id, who.clinic_id, who.role, Stage.PASSWORD, "", ""
            )
        return await house.people.sessions.pending(token, "")

    from bedside.kernel import clock

    code = TOTP(offer.secret).at(clock.now() // 1000 + 30)
    tries = [house.people.second_factors.check(await pending(), code) for _ in range(4)]
    done = await at_once(*tries)
    assert sum(not isinstance(one, BedsideError) for one in done) == 1


@pytest.mark.parametrize(
    "given", ["\0", "a\0b", "'; DROP TABLE staff; --", "%00", "\u202e", "𝟙" * 300]
)
async def test_odd_characters_are_words_like_others(given: str, house: House) -> None:
    """On PostgreSQL too, which has no NUL."""
    from bedside.api import api_routes
    from bedside.web.app import create_app
    from tests.house import at_the_door

    patient = house.patients[0].id
    cookies = await house.cookie(house.here.administrator)
    app = create_app(house.services, (), api_routes(house.services))
    async with at_the_door(app, cookies=cookies) as client:
        calls: list[tuple[str, dict[str, str]]] = [
            ("/patients/search", {"words": given}),
            ("/find", {"words": given}),
            ("/account/sessions/end", {"session": given}),
            ("/account/passkeys/remove", {"passkey": given}),
            (f"/patients/{patient}/search", {"words": given}),
            (f"/patients/{patient}/several", {"do": "download", "chosen": given}),
            (f"/patients/{patient}/entries/ent_x/review", {"reviewed": given}),
            (f"/patients/{patient}/requests", {"id": given, "channels": given}),
            ("/settings/teams", {"name": given}),
            (f"/settings/people/{house.here.clinician.staff_id}/unassign", {"target": given}),
            (f"/settings/people/{house.here.clinician.staff_id}/teams", {"teams": given}),
            ("/patients/new", {"name": given, "teams": given}),
            ("/sign-in", {"email": given, "password": given}),
        ]
        for path, form in calls:
            answer: httpx.Response = await client.post(path, data=form)
            assert answer.status_code < 500, (path, answer.text[:300])
        for path in (f"/patients/{patient}/entries/", f"/patients/{patient}/requests/"):
            answer = await client.get(path + quote(f"x{given}", safe=""))
            assert answer.status_code < 500, path
        wanted = {"words": given[:200]}
        assert (await client.post("/api/v1/patients/search", json=wanted)).status_code < 500
        asked = await client.get("/api/v1/audit", params={"patient": given[:40]})
        assert asked.status_code < 500
