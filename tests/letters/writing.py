"""Helpers for letters: a draft, a letter that was sent, and what a chart has of letters."""

from typing import Any

from bedside.charts.records import ChartFilter, Entry
from bedside.kernel.ids import new_id
from bedside.letters.drafts import Words
from bedside.letters.records import PREFIX, Letter
from bedside.letters.sending import Posting
from bedside.letters.shipped import BLANK
from bedside.people.permissions import ChartAccess
from bedside.printing.body import of_plain
from tests.house import House
from tests.requests.sending import Sent, do_jobs

WORDS = "Your result is fine.\n\nPlease come again in March."
TITLE = "Your blood test"


async def drafted(
    house: House, chart: ChartAccess, text: str = WORDS, title: str = TITLE, **given: Any
) -> Letter:
    """Return a draft with these words and, given `entries`, with files."""
    drafts, letter_id = house.services.letters.drafts, new_id(PREFIX)
    await drafts.begin(chart, letter_id, BLANK, given.get("visit", ""))
    letter = await drafts.save(chart, letter_id, 1, Words(title, of_plain(text)))
    if entries := given.get("entries", ()):
        letter = await drafts.attach(chart, letter_id, tuple(entries))
    return letter


async def sent_letter(
    house: House,
    text: str = WORDS,
    *,
    jobs: bool = True,
    posting: Posting | None = None,
    **given: Any,
) -> Sent:
    """Send a letter to the first patient by SMS, and deliver it."""
    chart = await house.chart()
    letter = await drafted(house, chart, text, **given)
    await house.services.letters.sending.send(
        chart, letter.id, letter.version, posting or Posting(("sms",))
    )
    if jobs:
        await do_jobs(house)
    return Sent(house, chart, letter.id)


async def copies(house: House, chart: ChartAccess) -> list[Entry]:
    """Return the copies of letters in a chart."""
    found = await house.charts.contents.entries(chart, ChartFilter())
    return [entry for entry in found if entry.channel == "letter" and not entry.moved_to]
