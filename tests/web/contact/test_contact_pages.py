"""A patient's rules for messages on the card, and whom nobody could reach in the inbox."""

import httpx
import pytest

from bedside.audit import Action
from bedside.people.contact import Consent, ContactRules, Hours
from tests.house import House
from tests.notifications.plans.planning import Planned, card, contact
from tests.requests.sending import do_jobs
from tests.web.pages import born, enter, lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R8"), pytest.mark.feature("N7")]

_GIVEN = {
    "consent": "given",
    "refused": "email",
    "never": ["sms"],
    "quiet_from": "21:00",
    "quiet_until": "8.15",
    "only_from": "9:00",
    "only_until": "15",
    "neutral": "yes",
    "code_word": " blå hägern ",
}


def page_of(house: House) -> str:
    return f"/patients/{house.patients[0].id}/contact"


async def rules_of(house: House) -> ContactRules:
    return await house.people.preferences.of(await house.chart())


async def test_the_rules_are_kept_and_shown_on_the_card(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house)
    answer = await visitor.post(page_of(quick_house), data=_GIVEN)
    assert answer.headers["location"].startswith(f"/patients/{quick_house.patients[0].id}/card")
    assert await rules_of(quick_house) == ContactRules(
        consent=Consent.GIVEN,
        refused=("email",),
        never=("sms",),
        quiet=Hours(start=21 * 60, end=8 * 60 + 15),
        only=Hours(start=9 * 60, end=15 * 60),
        neutral=True,
        code_word="blå hägern",
    )
    shown = (await visitor.get(f"/patients/{quick_house.patients[0].id}/card")).text
    for words in ("Never by SMS", "Only 9:00–15:00", "Neutral messages", "blå hägern"):
        assert words in shown
    form = (await visitor.get(page_of(quick_house))).text
    assert 'value="08:15"' in form
    [line] = await lines(quick_house, Action.CONTACT_CHANGED)
    assert "hägern" not in str(line)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"quiet_from": "25:00"}, "quiet_from", "8:30"),
        ({"quiet_until": ""}, "quiet_until", "both"),
        ({"only_from": "9:5"}, "only_from", "8:30"),
        ({"only_from": "١٢:٠٠"}, "only_from", "8:30"),
        ({"only_until": "9:00"}, "only_until", "different"),
        ({"code_word": "x" * 41}, "code_word", "40"),
        ({"code_word": "two\nlines"}, "code_word", "40"),
        ({"consent": "perhaps"}, "consent", "choose"),
    ],
)
async def test_a_wrong_field_is_said_and_nothing_is_lost(
    quick_house: House, visitor: httpx.AsyncClient, wrong: dict[str, str], field: str, words: str
) -> None:
    await enter(visitor, quick_house)
    answer = await visitor.post(page_of(quick_house), data={**_GIVEN, **wrong})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert words in answer.text
    assert "21:00" in answer.text
    assert await rules_of(quick_house) == ContactRules()


async def test_changing_the_details_keeps_the_rules(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await contact(quick_house, never=("sms",), code_word="heron")
    await enter(visitor, quick_house)
    details = {"name": "Maya Lindqvist-Berg", **born(), "language": "sv"}
    given = {**details, "teams": quick_house.here.room.id}
    answer = await visitor.post(f"/patients/{quick_house.patients[0].id}/details", data=given)
    assert answer.status_code == 303
    assert (await rules_of(quick_house)).code_word == "heron"


async def test_a_task_in_the_inbox_is_settled_or_sent_again(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await card(quick_house, email="")
    await contact(quick_house, refused=("sms",))
    item = await Planned(quick_house).started()
    await enter(visitor, quick_house)
    inbox = (await visitor.get("/inbox")).text
    assert "Could not reach Maya Lindqvist" in inbox
    assert "does not want text messages" in inbox
    assert 'href="tel:+46701740605"' in inbox
    assert "Everything is reviewed" not in inbox
    address = f"/patients/{quick_house.patients[0].id}/plans/{item.plan_id}"
    assert (await visitor.post(address, data={"do": "else"})).status_code == 422
    assert (await visitor.post(address, data={"do": "settle"})).status_code == 303
    assert "Could not reach" not in (await visitor.get("/inbox")).text
    assert (await visitor.post(address, data={"do": "settle"})).status_code == 409
    await contact(quick_house)
    assert (await visitor.post(address, data={"do": "again"})).status_code == 303
    await do_jobs(quick_house)
    assert len(await item.sent()) <= 1


async def test_the_times_are_an_administrators(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    from bedside.notifications.plans.options import PlanOptions
    from tests.web.settings.rows import _MESSAGES

    await enter(visitor, quick_house)
    assert (await visitor.get("/settings/messages")).status_code == 403
    await enter(visitor, quick_house, quick_house.here.administrator)
    wrong = await visitor.post("/settings/messages", data={**_MESSAGES, "plan_out_hours": "0"})
    assert wrong.status_code == 422
    given = {**_MESSAGES, "plan_urgent_hours": "2"}
    assert (await visitor.post("/settings/messages", data=given)).status_code == 303
    options = await quick_house.people.clinics.options(quick_house.clinic.id, PlanOptions)
    assert options.plan_urgent_hours == 2
