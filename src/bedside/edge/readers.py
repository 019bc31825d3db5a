"""The proof of an item from sending to reading, and its readers: the patient, or which proxy."""

from typing import Any

from bedside.kernel.language import gettext as _
from bedside.people.permissions import ChartAccess
from bedside.services import Services


async def proof_of(services: Services, chart: ChartAccess, item_id: str) -> dict[str, Any]:
    """Return the values of components/plans.html: the `progress` of an item's message plan, None
    without one, and the names of `readers` by their ids, which are accounts, or the patient's."""
    progress = await services.notifications.plan_tasks.of_item(chart, item_id)
    if progress is None or not progress.read_by:
        return {"progress": progress, "readers": {}}
    patient = await services.people.patients.get(chart)
    accounts = await services.accounts.all.named(chart.clinic_id, {progress.read_by})
    name = reader_name(accounts.get(progress.read_by, patient.name), patient.name)
    return {"progress": progress, "readers": {progress.read_by: name}}


def reader_name(name: str, patient_name: str) -> str:
    """Return a name as it is shown: a proxy reads for the patient."""
    if name == patient_name:
        return name
    return _("%(name)s, for %(patient)s") % {"name": name, "patient": patient_name}
