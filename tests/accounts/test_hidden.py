"""Items that are hidden from proxies: nowhere seen, opened, counted, told or shared."""

import pytest

from bedside.accounts.levels import Level
from bedside.audit import Action
from bedside.conversations.writing import Text
from bedside.errors import NotFound, WrongInput
from bedside.kernel.ids import new_id
from bedside.people.audiences import named
from bedside.people.hidden import ALL
from bedside.people.permissions import AccountAccess, ChartAccess, NotShared, PatientAccess
from bedside.people.record_parts import Part
from tests.accounts.people import let_in, side_of
from tests.conversations.test_visit_archive import visited
from tests.house import House
from tests.requests.sending import send
from tests.requests.summaries import summed_up
from tests.sharing.people import given
from tests.web.pages import lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P7")]


class Family:
    """Maya, and her mother who sees everything."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def begin(self, level: Level = Level.FULL) -> "Family":
        """Let the mother in."""
        self.grant_id, self.account = await let_in(self.house, level=level)
        self.maya = await side_of(self.house)
        self.chart = await self.house.chart()
        return self

    account: AccountAccess
    maya: PatientAccess
    chart: ChartAccess
    grant_id: str

    async def mother(self) -> PatientAccess:
        """Return what the mother may do now."""
        return await self.house.accounts.sides.of(self.account, self.maya.patient_id)

    async def views(self) -> list[PatientAccess]:
        """Return the mother's permission, and that of the preview of it."""
        _proxy, preview = await self.house.accounts.proxies.seen_by(self.maya, self.grant_id)
        return [await self.mother(), preview]

    async def write(self, *messages: str) -> str:
        """Let the clinic write messages. Returns the conversation."""
        chats = self.house.conversations.all
        first, *others = messages
        conversation = await chats.start(self.chart, Text(first), new_id("drf"))
        for words in others:
            await chats.say(self.chart, conversation, Text(words), new_id("drf"))
        return str(conversation)


async def files_of(house: House, side: PatientAccess) -> list[str]:
    """Return the files that somebody sees."""
    return [one.id for one in await house.charts.patient_side.entries(side)]


async def test_a_file_is_hidden_from_one_proxy_or_all_and_shown_again(house: House) -> None:
    family = await Family(house).begin()
    hidden, shown = await given(house, "secret.pdf"), await given(house, "letter.pdf")
    for viewers in ({family.grant_id}, {ALL}):
        await house.people.hidden.hide(family.maya, hidden, viewers)
        for view in await family.views():
            assert await files_of(house, view) == [shown]
            assert await house.charts.patient_side.some(view, (hidden,)) == []
            with pytest.raises(NotFound):
                await house.charts.patient_side.entry(view, hidden)
            for form in ("", "thumbnail", "page-1"):
                with pytest.raises(NotFound):
                    await house.files.of_patients.open(view, hidden, form)
        assert sorted(await files_of(house, family.maya)) == sorted([hidden, shown])
    await house.people.hidden.hide(family.maya, hidden, ())
    assert hidden in await files_of(house, await family.mother())
    assert len(await lines(house, Action.ITEM_HIDDEN)) == 2
    assert len(await lines(house, Action.ITEM_SHOWN)) == 2  # of the mother alone, and of all


async def test_what_is_hidden_from_another_proxy_is_shown(quick_house: House) -> None:
    family = await Family(quick_house).begin()
    entry = await given(quick_house)
    await quick_house.people.hidden.hide(family.maya, entry, {"grt_somebody_else"})
    assert await files_of(quick_house, await family.mother()) == [entry]


async def test_a_conversation_and_a_single_message(house: House) -> None:
    family = await Family(house).begin(Level.LIMITED)
    chats, lists = house.conversations.all, house.conversations.lists
    first = await family.write("About the rash.")
    second = await family.write("The result is here.", "A second result.")
    page = await chats.page(family.maya, second)
    await house.people.hidden.hide(family.maya, first, {ALL})
    await house.people.hidden.hide(family.maya, page.messages[1].id, {family.grant_id})
    for view in await family.views():
        [line] = await lists.of_patient(view)
        assert line.conversation.id == second
        assert line.last is not None
        assert line.last.text == "The result is here."
        assert await lists.unread(view) == 1
        assert [one.text for one in (await chats.page(view, second)).messages] == [
            "The result is here."
        ]
        assert [one.text for one in await chats.after(view, second, 0)] == ["The result is here."]
        assert await house.conversations.search.of_patient(view, "rash") == []
        assert await house.conversations.search.of_patient(view, "second") == []
        assert len(await house.conversations.search.of_patient(view, "result")) == 1
        with pytest.raises(NotFound):
            await chats.message(view, page.messages[1].id)
        for refused in (
            chats.page(view, first),
            chats.after(view, first, 0),
            chats.get(view, first),
            chats.say(view, first, Text("Hello"), new_id("drf")),
            chats.start(view, Text("Hello"), new_id("drf"), quotes_id=first),
            chats.receipt(view, first, 1, "read"),
        ):
            with pytest.raises(NotFound):
                await refused
    assert len(await lists.of_patient(family.maya)) == 2


async def test_a_hidden_file_is_not_named_below_its_message(quick_house: House) -> None:
    house = quick_house
    family = await Family(house).begin()
    entry = await given(house, "secret.pdf")
    chats, files = (
        house.conversations.all,
        house.conversations.files,
    )
    conversation = await chats.start(family.chart, Text("Look.", entries=(entry,)), new_id("drf"))
    for viewers, names in (((), ["secret.pdf"]), ({ALL}, [])):
        await house.people.hidden.hide(family.maya, entry, viewers)
        for view in await family.views():
            page = await chats.page(view, conversation)
            shown = await files.of(view, page.messages)
            assert [one.name for some in shown.values() for one in some] == names


async def test_live_pages_of_a_proxy_hear_nothing_of_it(house: House) -> None:
    family = await Family(house).begin(Level.LIMITED)
    conversation = await family.write("About the rash.")
    mother = named(house.clinic.id, family.account.account_id)
    about = (conversation,)
    sides, maya = house.accounts.sides, family.maya.patient_id
    assert mother in await sides.people_of(maya, Part.CHAT, items=about)
    await house.people.hidden.hide(family.maya, conversation, {family.grant_id})
    told = await sides.people_of(maya, Part.CHAT, items=about)
    assert mother not in told
    assert named(house.clinic.id, family.maya.account.account_id) in told
    assert mother in await sides.people_of(maya, Part.CHAT)
    kind = house.realtime.topics.kind(f"conversation:{conversation}")
    side = await family.mother()
    with pytest.raises(NotFound):
        await kind.snapshot(side, conversation)


async def test_a_request_is_hidden_in_the_app_and_behind_its_address(house: House) -> None:
    family = await Family(house).begin()
    sent = await send(house)
    mother = await family.mother()
    assert [one.request.id for one in await house.requests.in_app.of(mother)] == [sent.id]
    await house.links.of_side(mother, sent.id)
    await house.people.hidden.hide(family.maya, sent.id, {ALL})
    for view in await family.views():
        assert await house.requests.in_app.of(view) == []
        with pytest.raises(NotFound):
            await house.links.of_side(view, sent.id)
    assert len(await house.requests.in_app.of(family.maya)) == 1
    assert await house.people.hidden.listed(family.maya) == [sent.id]
    await house.links.of_side(family.maya, sent.id)


async def test_a_visit_and_a_summary_with_what_came_from_it(house: House) -> None:
    family = await Family(house).begin()
    archive = house.conversations.visit_archive
    visit = await visited(house, "The cream burns on my elbow.")
    await house.people.hidden.hide(family.maya, visit, {ALL})
    for view in await family.views():
        assert await archive.listed(view) == []
        assert await archive.search(view, "elbow") == []
        with pytest.raises(NotFound):
            await archive.messages(view, visit)
    assert len(await archive.listed(family.maya)) == 1
    summary = await summed_up(house)
    [copy] = await files_of(house, family.maya)
    assert await files_of(house, await family.mother()) == [copy]
    await house.people.hidden.hide(family.maya, summary.id, {family.grant_id})
    for view in await family.views():
        assert await house.requests.in_app.of(view) == []
        assert await files_of(house, view) == []
    assert await files_of(house, family.maya) == [copy]


async def test_staff_keep_a_file_from_proxies_and_the_patient_reads_why(house: House) -> None:
    family = await Family(house).begin()
    entry = await given(house, "secret.pdf")
    hidden = house.people.hidden
    with pytest.raises(WrongInput):
        await hidden.withhold(family.chart, entry, "  ")
    await hidden.withhold(family.chart, entry, "You asked us on the phone.")
    await hidden.withhold(family.chart, entry, "Twice.")
    assert await files_of(house, await family.mother()) == []
    how = await hidden.of_item(family.maya, entry)
    assert (how.by_staff, how.reason) == (True, "You asked us on the phone.")
    assert "phone" not in repr(how)
    await hidden.hide(family.maya, entry, ())  # is not the patient's to take back
    assert await files_of(house, await family.mother()) == []
    await hidden.release(family.chart, entry)
    assert await files_of(house, await family.mother()) == [entry]
    assert len(await lines(house, Action.ITEM_HIDDEN)) == 1


async def test_only_ones_own_items_and_only_by_the_patient(quick_house: House) -> None:
    house = quick_house
    family = await Family(house).begin()
    mine, other = await given(house), await given(house, patient=1)
    mother, hidden = await family.mother(), house.people.hidden
    for refused in (hidden.hide(mother, mine, {ALL}), hidden.of_item(mother, mine)):
        with pytest.raises(NotShared):
            await refused
    for stranger in (other, new_id("ent"), new_id("cnv"), new_id("req"), "staff_1", ""):
        with pytest.raises(NotFound):
            await hidden.hide(family.maya, stranger, {ALL})


async def test_the_log_of_accesses_does_not_name_it(quick_house: House) -> None:
    house = quick_house
    family = await Family(house).begin()
    entry = await given(house, "secret.pdf")
    viewed = await house.charts.contents.entry(family.chart, entry)
    await house.files.retrieval.record_view(family.chart, viewed)
    mother = await family.mother()
    before = await house.sharing.accesses.page(mother)
    assert any("looked at one file" in " ".join(one.words) for one in before.accesses)
    await house.people.hidden.hide(family.maya, entry, {ALL})
    after = await house.sharing.accesses.page(mother)
    assert not any("looked at one file" in " ".join(one.words) for one in after.accesses)
    own = await house.sharing.accesses.page(family.maya)
    assert any("looked at one file" in " ".join(one.words) for one in own.accesses)


async def test_a_file_that_moves_to_another_chart_stays_marked(quick_house: House) -> None:
    house = quick_house
    family = await Family(house).begin()
    entry = await given(house)
    await house.people.hidden.withhold(family.chart, entry, "Not for the family.")
    to = await house.chart(1)
    moved = await house.charts.contents.move(family.chart, entry, to, "Wrong patient")
    how = await house.people.hidden.of_item(to, moved)
    assert (how.by_staff, how.reason) == (True, "Not for the family.")
