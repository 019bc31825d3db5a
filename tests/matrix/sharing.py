"""A question, a report and a link of a patient, in the world of the matrix."""

from bedside.charts.reports import What
from bedside.sharing.shares import Wanted
from tests.house import House
from tests.sharing.people import given, signed_in


async def fill(house: House, ids: dict[str, str]) -> None:
    """Add a question, a report and a link of the first patient."""
    patient, sharing = signed_in(house), house.sharing
    page = await sharing.accesses.page(patient)
    seq = next(one.seq for one in page.accesses if one.may_be_asked_about)
    ids["seen_line"] = str(page.accesses[-1].seq)
    ids["access_question"] = await sharing.questions.ask(patient, seq, "Quetzal?")
    ids["report_id"] = await house.charts.reports.by_staff(
        await house.chart(), ids["text_entry"], What.WRONG, "Quetzal, swapped."
    )
    ids["given_entry"] = await given(house, "quetzal given.pdf")
    ids["share_id"] = await sharing.links.create(
        patient,
        Wanted(sharing.links.new_draft(), "Quetzal", (ids["given_entry"],), "4711", 7),
    )
