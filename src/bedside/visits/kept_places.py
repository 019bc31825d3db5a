"""How long a waiting patient usually waits, and for how long an absent one keeps the place.

Whoever reads “Usually about 30 minutes” may lock the phone for that long: the place is kept for the
estimate and a margin, and never for less than the clinic's own time.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader
from bedside.visits import room_rows, rows
from bedside.visits.counts import WAITS
from bedside.visits.models import visit_legs, visits
from bedside.visits.rows import VisitRow
from bedside.visits.states import State

MARGIN_MINUTES = 5
"""Beyond the estimate, which is the median of others' waits: half of them waited longer."""
TELEPHONE_LASTS = clock.HOUR
"""After which a visit that went on by telephone, and whose page is gone, is over."""
_LAST_VISITS = 20
"""How many of the last visits the usual waiting time is estimated from."""
_LAST_DAYS = 14 * clock.DAY

in_line = prepared(
    select(visits.c.id)
    .where(
        visits.c.room_id == bindparam("room"),
        WAITS,
    )
    .order_by(*rows.IN_ORDER)
)
"""Those who wait in a room, in order."""
_waits = prepared(
    select(visit_legs.c.arrived_at, visit_legs.c.admitted_at)
    .where(visit_legs.c.room_id == bindparam("room"), visit_legs.c.admitted_at > bindparam("since"))
    .order_by(visit_legs.c.admitted_at.desc())
    .limit(_LAST_VISITS)
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The estimate for a waiting patient. `place` from 1; `minutes` is None if nothing is known."""

    place: int
    minutes: int | None


async def ahead_of(reader: Reader, row: VisitRow) -> Ahead | None:
    """Return the place of a waiting patient, and roughly how long it takes; None for others."""
    if row.state != State.WAITING or row.on_telephone:
        return None
    order = [one.id for one in await reader.all(in_line, room=row.room_id)]
    waits = await reader.all(_waits, room=row.room_id, since=clock.now() - _LAST_DAYS)
    place = order.index(row.id) + 1 if row.id in order else 1
    return Ahead(place, _minutes([w.admitted_at - w.arrived_at for w in waits], place))


def promised(clinic_minutes: int, told: int | None) -> int:
    """Return for how many minutes the place of a patient is kept who reads this estimate (None:
    reads none)."""
    return clinic_minutes if not told else max(clinic_minutes, told + MARGIN_MINUTES)


async def promised_to(reader: Reader, row: VisitRow, clinic_minutes: int) -> int:
    """Return for how many minutes the place of a visit is kept from now on."""
    room = await reader.one(room_rows.by_id, of=row.room_id)
    ahead = await ahead_of(reader, row)
    if room is None or ahead is None or not room_rows.opened(room).options.show_estimate:
        return clinic_minutes
    return promised(clinic_minutes, ahead.minutes)


def kept_until(row: VisitRow, clinic_minutes: int) -> int:
    """Return the moment until which an absent patient's place is kept. Whoever is called while
    away has the clinic's time from the call on."""
    if row.on_telephone:
        return max(row.away_since, row.telephone_at) + TELEPHONE_LASTS
    if row.state == State.IN_CALL:
        return max(row.away_since, row.admitted_at) + clinic_minutes * clock.MINUTE
    return row.away_since + max(row.grace_minutes, clinic_minutes) * clock.MINUTE


def _minutes(waits: list[int], place: int) -> int | None:
    """Return how long it usually takes, in steps of five minutes: the median of the last waits for
    each patient in front, the patient included. None if nothing is known."""
    if not waits:
        return None
    middle = sorted(waits)[len(waits) // 2] / clock.MINUTE * place
    return round(middle / 5) * 5
