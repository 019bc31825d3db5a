"""Today's events of one patient, in a few words."""

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from starlette.requests import Request

from bedside.audit import Action
from bedside.audit.actors import ActorKind
from bedside.audit.recorder import Filter, Line
from bedside.charts import channels
from bedside.edge.context import services_of
from bedside.edge.feature import features_of
from bedside.edge.formats import iso
from bedside.edge.timeline import Moment
from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.people.clinics import Clinic
from bedside.people.permissions import ChartAccess

_LINES = 200
_SHOWN = 8
_TOGETHER = 10 * clock.MINUTE


async def today_in(request: Request, chart: ChartAccess, clinic: Clinic) -> list[Moment]:
    """Return the day so far, newest first. Reads the audit log of this patient only."""
    services, today = services_of(request), features_of(request).today
    zone = ZoneInfo(clinic.options.time_zone)
    midnight = datetime.combine(
        datetime.fromtimestamp(clock.now() / 1000, zone).date(), time(), zone
    )
    lines = await services.audit.log.lines(
        chart.clinic_id,
        Filter(
            patient_id=chart.patient_id,
            since=int(midnight.timestamp() * 1000),
            limit=_LINES,
            joined=await services.people.joining.before(chart.clinic_id, chart.patient_id),
        ),
    )
    shown = [line for line in lines if line.action in today and not _by_check_in(line)]
    told = sorted(shown, key=lambda line: line.at, reverse=True)
    names = await services.people.staff.named(
        chart.clinic_id, {line.actor_id for line in told if line.actor_kind == ActorKind.STAFF}
    )
    moments = [_moment(chart, names, group, zone, today) for group in _together(told)[:_SHOWN]]
    if moments:
        moments[0].new = True
    return moments


def _by_check_in(line: Line) -> bool:
    """Whether a patient was added by checking in, which has a line of its own."""
    return line.action == Action.PATIENT_ADDED and line.actor_kind == ActorKind.PATIENT


def _together(lines: list[Line]) -> list[list[Line]]:
    """Group lines: the same action by the same person within ten minutes is one moment."""
    groups: list[list[Line]] = []
    for line in lines:
        last = groups[-1][-1] if groups else None
        if (
            last
            and (last.action, last.actor_id) == (line.action, line.actor_id)
            and last.at - line.at < _TOGETHER
        ):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _moment(
    chart: ChartAccess,
    names: dict[str, str],
    group: list[Line],
    zone: ZoneInfo,
    today: Mapping[Action, str],
) -> Moment:
    line = group[0]
    who = _who(chart, names, line)
    text = _(today[Action(line.action)]).format(who=who)
    channel = ""
    if line.action == Action.FILE_RECEIVED:
        text = _received(line, len(group)).format(who=who, count=len(group))
        if line.actor_kind == ActorKind.PATIENT:
            channel = str(line.details.get("channel", ""))
    return Moment(
        time=f"{datetime.fromtimestamp(line.at / 1000, zone):%H:%M}",
        iso=iso(line.at),
        text=text,
        detail=_(channels.LABELS[channel]) if channel in channels.LABELS else "",
    )


def _received(line: Line, count: int) -> str:
    if line.actor_kind == ActorKind.PATIENT:
        return ngettext("{who} sent a file", "{who} sent {count} files", count)
    return ngettext("{who} uploaded a file", "{who} uploaded {count} files", count)


def _who(chart: ChartAccess, names: dict[str, str], line: Line) -> str:
    if line.actor_id == chart.staff.staff_id:
        return _("You")
    if line.actor_kind == ActorKind.PATIENT:
        return _("The patient")
    return names.get(line.actor_id, "Bedside")
