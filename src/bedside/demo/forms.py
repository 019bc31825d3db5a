"""A form of the demonstration that waits for the patient who is invited to the app."""

from datetime import timedelta

from bedside.charts.categories import Category
from bedside.charts.records import ChartFilter
from bedside.demo.chart_plans import DOCUMENTS
from bedside.files.announcing import Allowance, Announced
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.streams import one_piece
from bedside.people.permissions import ChartAccess
from bedside.requests.forms.details import PREFIX
from bedside.requests.forms.staff import Draft
from bedside.services import Services

FILE = "records_request_form.pdf"
LABEL = "Records request form, empty"
NOTE = "So that we can ask your former practice for your records. It takes ten minutes."
_DAYS = 10


async def put(services: Services, chart: ChartAccess) -> str:
    """Put the empty form into a chart. Returns its entry."""
    content = (DOCUMENTS / FILE).read_bytes()
    announced, allowance = Announced(FILE, len(content)), Allowance(largest=50_000_000)
    upload = await services.files.uploads.begin_for_chart(
        chart, announced, allowance, Category.FORM
    )
    await services.files.uploads.append(chart, upload.id, 0, one_piece(content))
    entries = await services.charts.contents.entries(chart, ChartFilter(limit=200))
    entry = next(one for one in entries if one.file_id == upload.file_id)
    await services.charts.contents.change(
        chart, entry.id, label=LABEL, note="", category=Category.FORM, seen_version=1
    )
    await services.charts.contents.review(chart, entry.id)
    return entry.id


async def send(services: Services, chart: ChartAccess, entry_id: str) -> None:
    """Send it to be filled in, once it is scanned."""
    clinic = await services.people.clinics.get(chart.clinic_id)
    today = clock.in_zone(clinic.options.time_zone, clock.now()).date()
    draft = Draft(new_id(PREFIX), entry_id, ("sms",), today + timedelta(days=_DAYS), NOTE)
    await services.requests.forms.send(chart, draft)
