"""Files of categories that a clinic does not show to some proxies: nowhere seen, counted or told,
unless somebody shows them one."""

import pytest

from bedside.accounts.levels import Level, Relation, unseen_on
from bedside.accounts.options import AccountOptions, Group
from bedside.audit import Action
from bedside.charts.categories import Category
from bedside.charts.records import ChartFilter
from bedside.conversations.writing import Text
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.hidden import ALL
from bedside.people.permissions import ChartAccess
from bedside.people.record_parts import Part
from tests.accounts.people import let_in
from tests.accounts.test_hidden import Family, files_of
from tests.house import House
from tests.requests.forms import returned, send_back, sent_form
from tests.requests.sending import do_jobs, send
from tests.requests.summaries import summed_up
from tests.sharing.people import given
from tests.web.pages import lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P7")]


async def categorise(house: House, chart: ChartAccess, entry_id: str, category: str) -> None:
    """Let staff put a file into a category."""
    entry = await house.charts.contents.entry(chart, entry_id)
    await house.charts.contents.change(
        chart, entry_id, label="", note="", category=category, seen_version=entry.version
    )


async def choose(house: House, group: Group, *categories: str) -> None:
    """Let the clinic choose what a group of proxies does not see."""
    options = AccountOptions(unseen_categories={group: categories})
    access = house.administer()
    async with house.database.unit_of_work() as work:
        await house.people.clinics.change(work, access.actor, access.clinic_id, options)


def test_sensitive_files_are_kept_from_parents_of_young_people_and_carers() -> None:
    options, today = AccountOptions(), clock.in_zone("UTC").date()
    born = {age: today.replace(year=today.year - age, day=1, month=1) for age in (8, 15)}
    sensitive = {Category.SEXUAL_HEALTH, Category.MENTAL_HEALTH}
    assert unseen_on(Relation.PARENT, born[8], today, options) == frozenset()
    assert unseen_on(Relation.PARENT, born[15], today, options) == sensitive
    assert unseen_on(Relation.PARENT, None, today, options) == sensitive
    assert unseen_on(Relation.GUARDIAN, born[15], today, options) == frozenset()
    assert unseen_on(Relation.CARER, born[15], today, options) == sensitive
    assert {str(one) for one in sensitive} <= set(Category)


async def test_a_file_is_as_hidden_as_its_category_is_now(house: House) -> None:
    family = await Family(house).begin()
    entry, letter = await given(house, "secret.pdf"), await given(house, "letter.pdf")
    assert entry in await files_of(house, await family.mother())
    await categorise(house, family.chart, entry, Category.MENTAL_HEALTH)
    for view in await family.views():
        assert await files_of(house, view) == [letter]
        assert await house.charts.patient_side.some(view, (entry,)) == []
        for form in ("", "thumbnail", "page-1"):
            with pytest.raises(NotFound):
                await house.files.of_patients.open(view, entry, form)
    assert entry in await files_of(house, family.maya)
    await categorise(house, family.chart, entry, Category.OTHER)
    for view in await family.views():
        assert entry in await files_of(house, view)


async def test_the_clinic_chooses_what_each_group_does_not_see(house: House) -> None:
    family = await Family(house).begin()
    entry = await given(house)
    await categorise(house, family.chart, entry, Category.LAB_RESULTS)
    await choose(house, Group.GUARDIAN, Category.LAB_RESULTS)
    assert await files_of(house, await family.mother()) == [entry]
    await choose(house, Group.CARER, Category.LAB_RESULTS, Category.IMAGING)
    assert await files_of(house, await family.mother()) == []
    await choose(house, Group.CARER)
    assert await files_of(house, await family.mother()) == [entry]


async def test_the_patient_shows_one_file_to_one_person(house: House) -> None:
    family = await Family(house).begin()
    entry, hidden = await given(house), house.people.hidden
    other, _account = await let_in(house, level=Level.FULL)
    await categorise(house, family.chart, entry, Category.SEXUAL_HEALTH)
    await hidden.hide(family.maya, entry, (), {family.grant_id})
    for view in await family.views():
        assert await files_of(house, view) == [entry]
    _proxy, theirs = await house.accounts.proxies.seen_by(family.maya, other)
    assert await files_of(house, theirs) == []
    how = await hidden.of_item(family.maya, entry)
    assert how.shown == {family.grant_id}
    assert how.categories == {Category.SEXUAL_HEALTH}
    assert await hidden.listed(family.maya) == []
    await hidden.hide(family.maya, entry, {ALL}, {family.grant_id})
    assert await files_of(house, await family.mother()) == []
    assert len(await lines(house, Action.ITEM_SHOWN)) == 1


async def test_staff_show_one_file_and_take_it_back(house: House) -> None:
    family = await Family(house).begin()
    entry, hidden = await given(house), house.people.hidden
    await categorise(house, family.chart, entry, Category.SEXUAL_HEALTH)
    for _again in range(2):
        await hidden.show(family.chart, entry)
    assert await files_of(house, await family.mother()) == [entry]
    assert (await hidden.of_item(family.chart, entry)).shown_by_staff
    await hidden.hide(family.maya, entry, {family.grant_id})
    assert await files_of(house, await family.mother()) == []
    await hidden.hide(family.maya, entry, ())
    await hidden.release(family.chart, entry)
    assert await files_of(house, await family.mother()) == []
    await hidden.withhold(family.chart, entry, "Asked for.")
    await hidden.show(family.chart, entry)
    assert await files_of(house, await family.mother()) == [entry]
    await hidden.withhold(family.chart, entry, "Asked for again.")
    assert await files_of(house, await family.mother()) == []


async def test_below_a_message_it_is_not_there_and_alone_the_message_is_not_either(
    house: House,
) -> None:
    family = await Family(house).begin()
    chats, lists, files = (
        house.conversations.all,
        house.conversations.lists,
        house.conversations.files,
    )
    entry = await given(house, "secret.pdf")
    await categorise(house, family.chart, entry, Category.SEXUAL_HEALTH)
    said = Text("Your results.", entries=(entry,))
    conversation = await chats.start(family.chart, said, new_id("drf"))
    await chats.say(family.chart, conversation, Text("", entries=(entry,)), new_id("drf"))
    alone = await chats.start(family.chart, Text("", entries=(entry,)), new_id("drf"))
    wordless = (await chats.page(family.maya, conversation)).messages[1].id
    for view in await family.views():
        page = await chats.page(view, conversation)
        assert [one.text for one in page.messages] == ["Your results."]
        assert await files.of(view, page.messages) == {}
        assert [one.text for one in await chats.after(view, conversation, 0)] == ["Your results."]
        assert [line.conversation.id for line in await lists.of_patient(view)] == [conversation]
        assert await lists.unread(view) == 1
        with pytest.raises(NotFound):
            await chats.message(view, wordless)
        kind = house.realtime.topics.kind(f"conversation:{conversation}")
        assert len((await kind.snapshot(view, conversation))["messages"]) == 1
    assert await lists.unread(family.maya) == 3
    sides, maya = house.accounts.sides, family.maya.patient_id
    told = [
        await sides.people_of(maya, Part.CHAT, items=(conversation, one.id))
        for one in (await chats.page(family.maya, conversation)).messages
    ]
    assert [len(one) for one in told] == [2, 1]
    await house.people.hidden.hide(family.maya, entry, (), {family.grant_id})
    for view in await family.views():
        assert len((await chats.page(view, conversation)).messages) == 2
        assert len(await lists.of_patient(view)) == 2
    assert alone


async def test_requests_are_as_hidden_as_the_files_that_they_bring(house: House) -> None:
    family = await Family(house).begin()
    photos, summary = await send(house), await summed_up(house)
    asked = {one.request.id for one in await house.requests.in_app.of(await family.mother())}
    assert asked == {photos.id, summary.id}
    await choose(house, Group.CARER, Category.PATIENT_PHOTO, Category.VISIT_SUMMARY)
    for view in await family.views():
        assert await house.requests.in_app.of(view) == []
        assert await files_of(house, view) == []
        for one in (photos, summary):
            with pytest.raises(NotFound):
                await house.links.of_side(view, one.id)
    assert len(await house.requests.in_app.of(family.maya)) == 2
    await house.people.hidden.hide(family.maya, summary.id, (), {family.grant_id})
    for view in await family.views():
        assert [one.request.id for one in await house.requests.in_app.of(view)] == [summary.id]
        assert len(await files_of(house, view)) == 1
        await house.links.of_side(view, summary.id)


async def test_a_form_and_its_answer_are_as_hidden_as_the_empty_form(house: House) -> None:
    family = await Family(house).begin()
    sent = await sent_form(house)
    assert len(await house.requests.in_app.of(await family.mother())) == 1
    [empty] = await house.charts.contents.entries(family.chart, ChartFilter())
    await categorise(house, family.chart, empty.id, Category.SEXUAL_HEALTH)
    for view in await family.views():
        assert await house.requests.in_app.of(view) == []
        with pytest.raises(NotFound):
            await house.links.of_side(view, sent.id)
    await send_back(house, await sent.enter())
    await do_jobs(house)
    [answer] = await returned(house, family.chart)
    assert answer.category == Category.SEXUAL_HEALTH
    for view in await family.views():
        assert await files_of(house, view) == []


async def test_the_log_of_accesses_does_not_count_it(quick_house: House) -> None:
    house = quick_house
    family = await Family(house).begin()
    entry = await given(house, "secret.pdf")
    viewed = await house.charts.contents.entry(family.chart, entry)
    await house.files.retrieval.record_view(family.chart, viewed)
    await categorise(house, family.chart, entry, Category.SEXUAL_HEALTH)
    for side, told in ((await family.mother(), False), (family.maya, True)):
        page = await house.sharing.accesses.page(side)
        said = [words for one in page.accesses for words in one.words]
        assert ("looked at one file" in said) is told
