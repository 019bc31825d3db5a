"""Helpers for forms: a PDF in a chart, sent to be filled in."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from bedside.charts.records import ChartFilter, Entry
from bedside.files.announcing import Allowance
from bedside.kernel.ids import new_id
from bedside.people.permissions import ChartAccess, LinkAccess
from bedside.requests.forms.answers import FormPage
from bedside.requests.forms.details import PREFIX
from bedside.requests.forms.staff import Draft
from tests.adapters.rendering import form_files
from tests.house import House
from tests.requests.sending import Sent, do_jobs

ANSWERS = {
    "patient.last_name": "Lindqvist",
    "born": "14.03.1991",
    "zip": "11122",
    "complaint": "It hurts since Monday.\nMore in the evening.",
    "smoker": "yes",
    "side": "left",
    "country": "SE",
    "languages": "Deutsch",
    "sign": "Maya Lindqvist",
}
"""The answers of the first patient, by the names of the usual fields."""


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    """Yield a file in two pieces."""
    yield data[: len(data) // 2]
    yield data[len(data) // 2 :]


async def empty_form(
    house: House, chart: ChartAccess, data: bytes = b"", name: str = "Intake form.pdf"
) -> Entry:
    """Put a PDF into a chart, by default the usual form, and scan it."""
    content = data or form_files.form()
    taken = await house.files.uploads.take_for_chart(
        chart, name, pieces(content), Allowance(largest=50_000_000), "form"
    )
    await do_jobs(house)
    return await house.charts.contents.entry_of_file(chart, taken.file_id)


def draft(house: House, entry: Entry, **other: Any) -> Draft:
    """Return a form that is being sent, due in a week, by SMS."""
    given: dict[str, Any] = {
        "id": new_id(PREFIX),
        "channels": ("sms",),
        "due": house.clinic.options.today() + timedelta(days=7),
        "note": "Please bring your list of medicines, too.",
        **other,
    }
    return Draft(entry_id=entry.id, **given)


async def sent_form(house: House, data: bytes = b"", **other: Any) -> Sent:
    """Send a form to the first patient, and deliver it."""
    chart = await house.chart()
    entry = await empty_form(house, chart, data)
    wanted = draft(house, entry, **other)
    await house.requests.forms.send(chart, wanted)
    await do_jobs(house)
    return Sent(house, chart, wanted.id)


def typed(page: FormPage, **given: str) -> dict[str, tuple[str, ...]]:
    """Return answers by the keys of fields: `ANSWERS`, or others (“__” stands for a dot)."""
    wanted = {**ANSWERS, **{name.replace("__", "."): value for name, value in given.items()}}
    return {one.key: (wanted.get(one.name, ""),) for one in page.form.fields}


async def send_back(house: House, link: LinkAccess, **given: str) -> None:
    """Fill in a form, check it, and send it; the jobs are not done yet."""
    filling = house.requests.filling
    page = await filling.page(link)
    result = await filling.keep(link, typed(page, **given), page.version)
    assert not result.problems
    await filling.send(link, (await filling.page(link)).version)


async def returned(house: House, chart: ChartAccess) -> list[Entry]:
    """Return what came back, oldest first."""
    found = await house.charts.contents.entries(chart, ChartFilter(channel="patient_upload"))
    return sorted(found, key=lambda entry: (entry.received_at, entry.title))
