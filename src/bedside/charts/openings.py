"""That somebody opened a chart or searched in it, for the audit log."""

from collections import OrderedDict

from bedside.audit import Action, AuditLog
from bedside.kernel import clock
from bedside.people.permissions import ChartAccess

_SAME_OPENING = 30 * clock.MINUTE
"""Going from file to file within this time belongs to the opening that was recorded."""
_REMEMBERED = 10_000


class ChartOpenings:
    """Records openings: one line for a session and a chart, not one for each page of it.

    What was recorded is remembered by this process; another one would write a second line, which
    says too much rather than too little.
    """

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self._recorded: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def opened(self, chart: ChartAccess) -> None:
        """Somebody looks at the list of a chart."""
        key = (chart.staff.session_id, chart.patient_id)
        if clock.now() - self._recorded.get(key, 0) < _SAME_OPENING:
            return
        await self._audit.note(
            chart.clinic_id, chart.actor, Action.CHART_OPENED, patient_id=chart.patient_id
        )
        self._recorded[key] = clock.now()
        self._recorded.move_to_end(key)
        if len(self._recorded) > _REMEMBERED:
            self._recorded.popitem(last=False)

    async def searched(self, chart: ChartAccess, found: int) -> None:
        """Somebody searched words in a chart; `found` entries were shown."""
        await self._audit.note(
            chart.clinic_id,
            chart.actor,
            Action.CHART_SEARCHED,
            patient_id=chart.patient_id,
            found=found,
        )
