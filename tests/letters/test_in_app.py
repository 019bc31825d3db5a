"""Letters in the app: they stay after their link has ended, until staff close them; proxies do not
see what they are not shown."""

import pytest

from bedside.errors import Conflict, NotFound
from bedside.kernel import clock
from bedside.letters.kind import LETTERS
from bedside.links.records import LinkClosed
from bedside.people.hidden import ALL
from bedside.people.permissions import PatientAccess
from bedside.requests.states import State
from tests.accounts.test_hidden import Family
from tests.charts.filing import filed
from tests.house import House
from tests.letters.writing import sent_letter
from tests.requests.sending import do_jobs
from tests.requests.sending import send as photos_asked
from tests.requests.summaries import treated

pytestmark = [pytest.mark.anyio, pytest.mark.feature("L4")]
LATER = 30 * clock.DAY
"""By then every link of today has ended."""


async def kept(house: House, side: PatientAccess) -> list[str]:
    """Return the letters that somebody sees in the app."""
    return [one.request.id for one in await house.requests.in_app.kept(side, LETTERS)]


async def test_staff_close_a_letter_also_after_its_link_has_ended(house: House) -> None:
    family = await Family(house).begin()
    entry = await filed(house, family.chart)
    sent = await sent_letter(house, entries=[entry.id])
    asked = await photos_asked(house)
    with clock.shifted(LATER):
        await do_jobs(house)
        assert (await sent.now()).state is State.EXPIRED
        reading, link = (
            house.services.letters.reading,
            await house.links.of_side(await family.mother(), sent.id),
        )
        assert [one.id for one in (await reading.read(link)).files] == [entry.id]
        await house.requests.all.revoke(sent.chart, sent.id)
        assert (await sent.now()).state is State.REVOKED
        for side in (family.maya, await family.mother()):
            assert await kept(house, side) == []
            assert entry.id not in [one.id for one in await house.charts.patient_side.entries(side)]
            with pytest.raises(LinkClosed):
                await house.links.of_side(side, sent.id)
        with pytest.raises(Conflict):
            await house.requests.all.revoke(sent.chart, asked.id)
        await house.requests.all.reissue(sent.chart, sent.id)
        assert await kept(house, family.maya) == [sent.id]


async def test_of_a_visit_that_is_moved_late_nothing_stays_in_the_app(house: House) -> None:
    family, visit_id = await Family(house).begin(), await treated(house)
    sent = await sent_letter(house, visit=visit_id)
    with clock.shifted(LATER):
        await do_jobs(house)
        assert await kept(house, family.maya) == [sent.id]
        to = await house.chart(1)
        await house.visits.correction.reassign(sent.chart, visit_id, to, "Wrong person")
        assert await kept(house, family.maya) == []


@pytest.mark.parametrize("by", ["the file", "where it came from"])
async def test_a_letter_is_as_hidden_as_the_files_that_go_along(house: House, by: str) -> None:
    family = await Family(house).begin()
    asked = await photos_asked(house)
    entry = await filed(house, family.chart, source_id=asked.id)
    sent = await sent_letter(house, entries=[entry.id])
    mother = await family.mother()
    await house.links.of_side(mother, sent.id)
    hidden = entry.id if by == "the file" else asked.id
    await house.people.hidden.hide(family.maya, hidden, {ALL})
    for view in await family.views():
        assert await kept(house, view) == []
        with pytest.raises(NotFound):
            await house.links.of_side(view, sent.id)
    async with house.database.read() as db:
        found = await house.people.hidden.hidden(db, [sent.id])
    assert any(one.is_from(family.grant_id, frozenset()) for one in found), "nobody is told of it"
    await house.links.of_side(family.maya, sent.id)
    assert await kept(house, family.maya) == [sent.id]
