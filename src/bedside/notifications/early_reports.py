"""Reports on messages that come before the gateway's answer with its name for the message."""

from sqlalchemy import bindparam, delete, insert, select

from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.notifications.models import early_reports
from bedside.notifications.rows import EarlyReportRow
from bedside.notifications.states import Report

KEPT_FOR = clock.DAY

_add = prepared(insert(early_reports))
_of = prepared(
    select(early_reports.c.outcome)
    .where(early_reports.c.reference == bindparam("of"), early_reports.c.channel == bindparam("by"))
    .order_by(early_reports.c.id),
    EarlyReportRow,
)
_drop = prepared(
    delete(early_reports).where(
        early_reports.c.reference == bindparam("of"), early_reports.c.channel == bindparam("by")
    )
)
_forget = prepared(delete(early_reports).where(early_reports.c.at < bindparam("before")))


def report_lock(channel: str, reference: str) -> str:
    """Return the name of the lock under which reports on a message are kept or applied."""
    return f"report:{channel}:{reference}"


class EarlyReports:
    """Keeps reports until the message is known that they are about. Callers hold the lock of the
    message's name."""

    async def keep(self, work: UnitOfWork, channel: str, reference: str, report: Report) -> None:
        """Keep a report."""
        await work.execute(
            _add,
            id=new_id("rep"),
            channel=channel,
            reference=reference,
            outcome=report,
            at=clock.now(),
        )

    async def take(self, work: UnitOfWork, channel: str, reference: str) -> list[Report]:
        """Return the reports on a message in the order in which they came, and drop them."""
        if not reference:
            return []
        rows = await work.all(_of, of=reference, by=channel)
        if rows:
            await work.execute(_drop, of=reference, by=channel)
        return [Report(row.outcome) for row in rows]

    async def forget(self, work: UnitOfWork) -> int:
        """Drop reports that are old. Returns their number."""
        return await work.execute(_forget, before=clock.now() - KEPT_FOR)
