"""Filing of files into charts, the way the intake does it."""

from typing import Any

from bedside.audit import Actor
from bedside.audit.actors import ActorKind
from bedside.charts.entries import Charts
from bedside.charts.records import Entry, Incoming
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.permissions import ChartAccess
from tests.house import House


async def filed(house: House, chart: ChartAccess, name: str = "letter.pdf", **given: Any) -> Entry:
    """File into the chart: clean and awaiting review unless `given` says otherwise."""
    charts: Charts = house.services.charts.contents
    values: dict[str, Any] = {
        "size": 1_000,
        "media_type": "application/pdf",
        "state": "filed",
        "channel": "staff_upload",
        "category": "other",
        "source_id": "",
        "actor": chart.actor,
        "received_at": clock.now(),
        **given,
    }
    async with house.services.database.unit_of_work() as work:
        entry_id = await charts.file(
            work,
            Incoming(
                clinic_id=chart.clinic_id,
                patient_id=chart.patient_id,
                file_id=new_id("fil"),
                name=name,
                **values,
            ),
        )
    return await charts.entry(chart, entry_id)


def from_patient(chart: ChartAccess) -> Actor:
    """Return the patient of a chart as a sender."""
    return Actor(ActorKind.PATIENT, chart.patient_id)
