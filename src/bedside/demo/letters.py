"""Letters of the demonstration: one that was sent with a file, and a draft about the last visit."""

from bedside.charts.records import ChartFilter
from bedside.files import media_types
from bedside.files.states import FileState
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.letters.drafts import Words
from bedside.letters.records import PREFIX
from bedside.letters.sending import Posting
from bedside.letters.shipped import BLANK, VISIT_SUMMARY
from bedside.people.permissions import ChartAccess
from bedside.printing.body import Body
from bedside.services import Services

TITLE = "Your blood test is fine"
_BODY = """{"type": "doc", "content": [
{"type": "paragraph", "content": [{"type": "text", "text":
"All values of your last blood test are as they should be. The report is with this letter."}]},
{"type": "heading", "attrs": {"level": 1}, "content": [
{"type": "text", "text": "What to do next"}]},
{"type": "ordered_list", "content": [
{"type": "list_item", "content": [{"type": "paragraph", "content": [
{"type": "text", "text": "Take the iron tablets for another "},
{"type": "text", "text": "four weeks", "marks": [{"type": "strong"}]},
{"type": "text", "text": "."}]}]},
{"type": "list_item", "content": [{"type": "paragraph", "content": [{"type": "text", "text":
"Come again for a blood test in March."}]}]}]},
{"type": "paragraph", "content": [{"type": "text", "text": "Kind regards"}]}]}"""


async def write(services: Services, chart: ChartAccess) -> None:
    """Send a letter with a scanned PDF of the chart, and begin another one."""
    drafts, letter_id = services.letters.drafts, new_id(PREFIX)
    with clock.shifted(-2 * clock.HOUR):
        await drafts.begin(chart, letter_id, BLANK)
        words = Words(TITLE, Body.model_validate_json(_BODY))
        letter = await drafts.save(chart, letter_id, 1, words)
        wanted = ChartFilter(kinds=(media_types.PDF,), limit=20)
        found = await services.charts.contents.entries(chart, wanted)
        pdfs = [one.id for one in found if one.state == FileState.FILED and not one.moved_to]
        if pdfs:
            letter = await drafts.attach(chart, letter_id, tuple(pdfs[:1]))
        await services.letters.sending.send(chart, letter_id, letter.version, Posting(("sms",)))
    visits = await services.visit_records.records.of_chart(chart, limit=1)
    about = visits[0].id if visits else ""
    await drafts.begin(chart, new_id(PREFIX), VISIT_SUMMARY, about)
