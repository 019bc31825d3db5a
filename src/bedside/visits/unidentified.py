"""Visits that are over and belong to no chart yet, for those in charge of their room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.people.permissions import RoomAccess
from bedside.people.staff import Staff
from bedside.visits import rows
from bedside.visits.identification import Identification
from bedside.visits.models import UNIDENTIFIED, visit_legs, visits
from bedside.visits.rows import Identified, VisitRow
from bedside.visits.typed import Typed

_MOST = 200
_PAGE = 200

_seen_here = (
    select(visit_legs.c.visit_id)
    .where(
        visit_legs.c.visit_id == visits.c.id,
        visit_legs.c.room_id == bindparam("room"),
        visit_legs.c.admitted_at > 0,
    )
    .exists()
)
_over = prepared(
    select(visits)
    .where(
        visits.c.clinic_id == bindparam("clinic"),
        UNIDENTIFIED,
        visits.c.ended_at > 0,
        visits.c.identified != str(Identified.DISCARDED),
        (visits.c.room_id == bindparam("room")) | _seen_here,
        (visits.c.ended_at < bindparam("before"))
        | ((visits.c.ended_at == bindparam("before_too")) & (visits.c.id < bindparam("before_id"))),
    )
    .order_by(visits.c.ended_at.desc(), visits.c.id.desc())
    .limit(bindparam("page")),
    VisitRow,
)
_ALL_TIME = 2**62


@dataclass(frozen=True, slots=True)
class UnidentifiedVisit:
    """A visit that is over, by what was typed. Times in milliseconds. `seen_by` is the name of
    whoever admitted last, "" if nobody did; `held` counts what waits for a chart, by kind:
    “files”, “messages”."""

    id: str
    name: str
    birth_date: date | None
    reason: str
    checked_in_at: int
    ended_at: int
    seen_by: str
    held: Mapping[str, int]


class UnidentifiedVisits:
    """Lists the visits still to be identified."""

    def __init__(
        self, database: Transactions, vault: Vault, staff: Staff, identification: Identification
    ) -> None:
        self._database = database
        self._vault = vault
        self._staff = staff
        self._identification = identification

    async def of_room(self, room: RoomAccess) -> list[UnidentifiedVisit]:
        """Return the newest first, 200 at most, without patients who were never seen and left
        nothing behind."""
        found, held = await self._that_count(room)
        keys = await self._vault.clinic(room.clinic_id)
        names = await self._staff.named(room.clinic_id, {row.admitted_by for row in found} - {""})
        listed: list[UnidentifiedVisit] = []
        for row in found:
            record = rows.typed(keys, row)
            typed = Typed.of(record)
            listed.append(
                UnidentifiedVisit(
                    id=row.id,
                    name=typed.name,
                    birth_date=typed.birth_date,
                    reason=record["reason"],
                    checked_in_at=row.checked_in_at,
                    ended_at=row.ended_at,
                    seen_by=names.get(row.admitted_by, ""),
                    held=held.get(row.id, {}),
                )
            )
        return listed

    async def _that_count(
        self, room: RoomAccess
    ) -> tuple[list[VisitRow], dict[str, dict[str, int]]]:
        """Return rows, and what waits for a chart with each of them. Page by page, because any
        number of people may have come and left again: they must not push out those with files."""
        found: list[VisitRow] = []
        held: dict[str, dict[str, int]] = {}
        before, before_id = _ALL_TIME, ""
        async with self._database.read() as db:
            while len(found) < _MOST:
                page = await db.all(
                    _over,
                    clinic=room.clinic_id,
                    room=room.room_id,
                    page=_PAGE,
                    before=before,
                    before_too=before,
                    before_id=before_id,
                )
                held |= await self._identification.held(db, [row.id for row in page])
                found += [row for row in page if row.admitted_at or row.id in held]
                if len(page) < _PAGE:
                    break
                before, before_id = page[-1].ended_at, page[-1].id
        return found[:_MOST], held
