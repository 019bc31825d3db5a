"""The course of a visit for its record: who was with the patient, from when to when, and what
happened."""

from collections.abc import Iterable
from dataclasses import dataclass

from bedside.calls.of_visits import CallOfVisit, Stay
from bedside.calls.states import Kind
from bedside.edge.formats import clock_time, iso
from bedside.edge.past_visits import lasted
from bedside.edge.timeline import Moment
from bedside.edge.visit_views import ended_words
from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.visits.history import LegRecord, VisitRecord
from bedside.visits.rows import How


@dataclass(frozen=True, slots=True)
class Part:
    """One line of who was with the patient: “Dr Okafor · Minor injuries · 08:12–08:19 · 7
    minutes”."""

    who: str
    what: str
    when: str
    lasted: str


def parts_of(found: VisitRecord, calls: list[CallOfVisit], zone: str) -> list[Part]:
    """Return the time spent waiting, and everybody's time with the patient."""
    end = found.visit.ended_at or clock.now()
    seen = sum(_until(call.patient, end) - call.patient.came_at for call in calls if _came(call))
    waited = max(0, end - found.visit.checked_in_at - seen)
    rooms = {leg.room_id: leg.room_name for leg in found.legs}
    parts = [Part(_("Waiting"), "", "", lasted(waited))]
    for call in calls:
        room = rooms.get(call.room_id, "")
        parts += _with_patient(call, room, zone, end) if _came(call) else [_missed(call, zone)]
    return parts


def _came(call: CallOfVisit) -> bool:
    return call.patient.came_at > 0


def _until(stay: Stay, end: int) -> int:
    return stay.left_at or end


def _with_patient(call: CallOfVisit, room: str, zone: str, end: int) -> Iterable[Part]:
    for one in call.others:
        begin = max(one.came_at, call.patient.came_at)
        until = min(_until(one, end), _until(call.patient, end))
        if until <= begin:
            continue
        what = _("Guest") if one.kind is Kind.GUEST else room
        when = f"{clock_time(begin, zone)}–{clock_time(until, zone)}"
        yield Part(one.name, what, when, lasted(until - begin))


def _missed(call: CallOfVisit, zone: str) -> Part:
    by = next((one.name for one in call.others if one.kind is Kind.STAFF), _("A colleague"))
    return Part(
        by, _("The patient did not come into the call"), clock_time(call.started_at, zone), ""
    )


def moments_of(found: VisitRecord, zone: str) -> list[Moment]:
    """Return the course of the visit, newest first."""
    moments: list[Moment] = []
    for leg in found.legs:
        moments.append(_moment(leg.arrived_at, zone, *_arrival(leg)))
        if leg.admitted_at:
            seen = _("%(who)s admitted the patient") % {"who": leg.seen_by or _("A colleague")}
            moments.append(_moment(leg.admitted_at, zone, seen))
    if found.telephone_at:
        said = _("Went on by telephone")
        moments.append(_moment(found.telephone_at, zone, said, found.telephone_by))
    if found.visit.ended_at:
        how = ended_words(found.visit.ended_reason)
        moments.append(_moment(found.visit.ended_at, zone, how, found.ended_by))
    return moments[::-1]


def _arrival(leg: LegRecord) -> tuple[str, str]:
    where = {"room": leg.room_name}
    if leg.how is How.TRANSFERRED:
        by = leg.sent_by or _("A colleague")
        return _("%(who)s transferred the patient to %(room)s") % {**where, "who": by}, leg.note
    if leg.how is How.TAKEN_BACK:
        return _("Taken back to %(room)s") % where, ""
    return _("Checked in at %(room)s") % where, ""


def _moment(at: int, zone: str, text: str, detail: str = "") -> Moment:
    return Moment(clock_time(at, zone), iso(at), text, detail)
