"""The record of a visit in the chart: who, when, how long, through which rooms, with which notes.

Its files and its chat are in the chart and in the conversation, with the visit as their source.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal_column, select

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared, unindexed
from bedside.errors import NotFound
from bedside.kernel.unit_of_work import Reader, Row, Transactions
from bedside.people.hidden import is_shown
from bedside.people.permissions import ChartAccess, PatientAccess
from bedside.people.staff import Staff
from bedside.people.teams import ROOM_NAMES
from bedside.visits import additions, notes, rows
from bedside.visits.models import (
    patient_transfers,
    visit_additions,
    visit_legs,
    visit_notes,
    visits,
)
from bedside.visits.rows import How, Identified, PatientTransferRow
from bedside.visits.states import State

_NOTE = "patient_transfers.note"


class LegRow(NamedTuple):
    """A stored leg of a visit, with its room's name."""

    visit_id: str
    number: int
    room_id: str
    how: str
    arrived_at: int
    admitted_at: int
    admitted_by: str
    left_at: int
    room_name: str


_of_patient = prepared(
    select(*visits.c, ROOM_NAMES.c.room_name)
    .select_from(visits.join(ROOM_NAMES, ROOM_NAMES.c.named == visits.c.room_id))
    .where(visits.c.patient_id == bindparam("patient"), visits.c.clinic_id == bindparam("clinic"))
    .order_by(visits.c.checked_in_at.desc(), visits.c.id.desc())
    .limit(bindparam("limit"))
)
_one = prepared(
    select(*visits.c, ROOM_NAMES.c.room_name)
    .select_from(visits.join(ROOM_NAMES, ROOM_NAMES.c.named == visits.c.room_id))
    .where(
        visits.c.id == bindparam("of"),
        visits.c.patient_id == bindparam("patient"),
        visits.c.clinic_id == bindparam("clinic"),
    )
)
_legs = prepared(
    select(*visit_legs.c, ROOM_NAMES.c.room_name)
    .select_from(visit_legs.join(ROOM_NAMES, ROOM_NAMES.c.named == visit_legs.c.room_id))
    .where(visit_legs.c.visit_id == bindparam("of"))
    .order_by(visit_legs.c.number),
    LegRow,
)
_transfers = prepared(
    select(patient_transfers)
    .where(patient_transfers.c.visit_id == bindparam("of"))
    .order_by(patient_transfers.c.at, patient_transfers.c.id),
    PatientTransferRow,
)
_notes = prepared(
    select(visit_notes)
    .where(visit_notes.c.visit_id == bindparam("of"))
    .order_by(visit_notes.c.leg, visit_notes.c.changed_at),
    notes.NoteRow,
)
_additions = prepared(
    select(visit_additions)
    .where(visit_additions.c.visit_id == bindparam("of"))
    .order_by(visit_additions.c.at, visit_additions.c.id),
    additions.AdditionRow,
)
_one_of = prepared(
    select(visits.c.id).where(
        visits.c.id == bindparam("visit"),
        unindexed(visits.c.patient_id) == bindparam("patient"),
        unindexed(visits.c.clinic_id) == bindparam("clinic"),
    )
)
_over = (
    select(visits.c.id, visits.c.checked_in_at, ROOM_NAMES.c.room_name)
    .select_from(visits.join(ROOM_NAMES, ROOM_NAMES.c.named == visits.c.room_id))
    .where(
        visits.c.patient_id == bindparam("patient"),
        visits.c.clinic_id == bindparam("clinic"),
        visits.c.state == literal_column(f"'{State.ENDED}'"),
        is_shown(visits.c.id),
    )
)
_ended = prepared(
    _over.order_by(visits.c.checked_in_at.desc(), visits.c.id.desc()).limit(bindparam("limit"))
)
_one_ended = prepared(_over.where(visits.c.id == bindparam("visit")))
_seers = prepared(
    select(visit_legs.c.visit_id, visit_legs.c.admitted_by)
    .select_from(visit_legs.join(visits, visits.c.id == visit_legs.c.visit_id))
    .where(
        visits.c.patient_id == bindparam("patient"),
        visits.c.clinic_id == bindparam("clinic"),
        visit_legs.c.admitted_by != "",
    )
    .order_by(visit_legs.c.visit_id, visit_legs.c.number)
)
_count = prepared(
    select(func.count().label("visits")).where(
        visits.c.patient_id == bindparam("patient"), visits.c.clinic_id == bindparam("clinic")
    )
)


@dataclass(frozen=True, slots=True)
class PastVisit:
    """A visit in the history of a patient. Times in milliseconds, 0 until they are known;
    `seen_by` names those who admitted the patient, in order; "" if nobody did."""

    id: str
    room_name: str
    state: State
    ended_reason: str
    reason: str
    checked_in_at: int
    admitted_at: int
    ended_at: int
    seen_by: str
    legs: int


@dataclass(frozen=True, slots=True)
class EndedVisit:
    """A visit that is over, as a patient's app shows it."""

    id: str
    room_name: str
    checked_in_at: int


async def belongs(db: Reader, clinic_id: str, patient_id: str, visit_id: str) -> tuple[str, ...]:
    """Return a visit if it is a patient's. Implements `people.hidden.Finder`."""
    row = await db.one(_one_of, visit=visit_id, patient=patient_id, clinic=clinic_id)
    return (row.id,) if row else ()


async def ended_of_patient(reader: Reader, side: PatientAccess, limit: int) -> list[EndedVisit]:
    """Return a patient's visits that are over, the newest first, without those that are hidden from
    who looks; the caller has checked that they may be seen."""
    rows = await reader.all(
        _ended, patient=side.patient_id, clinic=side.clinic_id, viewer=side.viewer, limit=limit
    )
    return [EndedVisit(row.id, row.room_name, row.checked_in_at) for row in rows]


async def ended_visit(reader: Reader, side: PatientAccess, visit_id: str) -> EndedVisit | None:
    """Return one of them, None if it is not among them."""
    row = await reader.one(
        _one_ended,
        visit=visit_id,
        patient=side.patient_id,
        clinic=side.clinic_id,
        viewer=side.viewer,
    )
    return EndedVisit(row.id, row.room_name, row.checked_in_at) if row else None


@dataclass(frozen=True, slots=True)
class LegRecord:
    """A visit's stay in one room. `sent_by` and `note` are those of the transfer that brought the
    patient here."""

    number: int
    room_id: str
    room_name: str
    how: How
    arrived_at: int
    admitted_at: int
    left_at: int
    seen_by: str
    sent_by: str
    note: str


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """A visit note, with its author's name."""

    leg: int
    by: str
    text: str
    changed_at: int
    added: bool = False
    """Added later, from the record: it is not changed any more."""


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """A visit with everything known about it except its files and its chat. `typed`: what was
    entered at the check-in (name, birth_date, phone, reason, consented_to)."""

    visit: PastVisit
    identified: Identified
    typed: dict[str, Any]
    ended_by: str
    legs: list[LegRecord]
    notes: list[NoteRecord]
    telephone_at: int = 0
    """When it went on by telephone last; 0 for a visit that did not."""
    telephone_by: str = ""

    @property
    def was_treated(self) -> bool:
        """Whether somebody saw the patient, or telephoned with them: as `rows.was_treated`."""
        return self.telephone_at > 0 or any(leg.admitted_at for leg in self.legs)


class VisitRecords:
    """Shows the visits of a patient in the chart."""

    def __init__(self, database: Transactions, vault: Vault, looks: Looks, staff: Staff) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks
        self._staff = staff

    async def of_chart(self, chart: ChartAccess, *, limit: int = 50) -> list[PastVisit]:
        """Return the newest visits of a patient, including those in progress."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            found = await db.all(
                _of_patient, patient=chart.patient_id, clinic=chart.clinic_id, limit=limit
            )
            seers = _seers_by_visit(
                await db.all(_seers, patient=chart.patient_id, clinic=chart.clinic_id)
            )
        names = await self._staff.named(
            chart.clinic_id, {one for those in seers.values() for one in those}
        )
        await self._looks.note(
            chart.clinic_id,
            chart.actor,
            chart.staff.session_id,
            Action.VISITS_LISTED,
            patient_id=chart.patient_id,
        )
        return [_past(keys, row, seers.get(row.id, []), names) for row in found]

    async def count(self, chart: ChartAccess) -> int:
        """Count a patient's visits."""
        async with self._database.read() as db:
            row = await db.one(_count, patient=chart.patient_id, clinic=chart.clinic_id)
        return row.visits if row else 0

    async def get(self, chart: ChartAccess, visit_id: str) -> VisitRecord:
        """Return one visit of this patient. Raises NotFound."""
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            row = await db.one(_one, of=visit_id, patient=chart.patient_id, clinic=chart.clinic_id)
            if row is None:
                raise NotFound
            legs = await db.all(_legs, of=visit_id)
            transfers = await db.all(_transfers, of=visit_id)
            written = await db.all(_notes, of=visit_id)
            added = await db.all(_additions, of=visit_id)
        people = {row.admitted_by, row.ended_by, row.telephone_by} | {
            leg.admitted_by for leg in legs
        }
        people |= {one.by_staff_id for one in transfers} | {one.staff_id for one in written}
        people |= {one.staff_id for one in added}
        names = await self._staff.named(chart.clinic_id, people - {""})
        await self._looks.note(
            chart.clinic_id,
            chart.actor,
            chart.staff.session_id,
            Action.VISIT_OPENED,
            patient_id=chart.patient_id,
            visit=visit_id,
        )
        return VisitRecord(
            visit=_past(keys, row, _in_order(leg.admitted_by for leg in legs), names),
            identified=Identified(row.identified),
            typed=rows.typed(keys, row),
            ended_by=names.get(row.ended_by, ""),
            legs=_ways(keys, legs, transfers, names),
            notes=[note for one in written if (note := _note(keys, one, names)).text.strip()]
            + [_addition(keys, one, names) for one in added],
            telephone_at=row.telephone_at,
            telephone_by=names.get(row.telephone_by, ""),
        )


def _in_order(staff_ids: Iterable[str]) -> list[str]:
    """Return each id once, without the empty ones."""
    return list(dict.fromkeys(one for one in staff_ids if one))


def _seers_by_visit(found: list[Row]) -> dict[str, list[str]]:
    """Return the ids of those who saw the patient, by visit."""
    seers: dict[str, list[str]] = {}
    for row in found:
        seers[row.visit_id] = _in_order([*seers.get(row.visit_id, []), row.admitted_by])
    return seers


def _past(keys: ClinicKeys, row: Row, seers: list[str], names: dict[str, str]) -> PastVisit:
    return PastVisit(
        row.id,
        row.room_name,
        State(row.state),
        row.ended_reason,
        rows.typed(keys, row)["reason"],
        row.checked_in_at,
        row.admitted_at,
        row.ended_at,
        ", ".join(names[one] for one in seers if one in names),
        row.leg,
    )


def _ways(
    keys: ClinicKeys, legs: list[LegRow], transfers: list[PatientTransferRow], names: dict[str, str]
) -> list[LegRecord]:
    """Combine legs with the transfers that caused them, which come in the same order."""
    arriving = iter(transfers)
    ways: list[LegRecord] = []
    for leg in legs:
        transfer = next(arriving, None) if leg.how == How.TRANSFERRED else None
        ways.append(
            LegRecord(
                leg.number,
                leg.room_id,
                leg.room_name,
                How(leg.how),
                leg.arrived_at,
                leg.admitted_at,
                leg.left_at,
                names.get(leg.admitted_by, ""),
                names.get(transfer.by_staff_id, "") if transfer else "",
                keys.unseal(_NOTE, transfer.id, transfer.note) if transfer else "",
            )
        )
    return ways


def _note(keys: ClinicKeys, row: notes.NoteRow, names: dict[str, str]) -> NoteRecord:
    where = notes.place(row.visit_id, row.staff_id, row.leg)
    text = keys.unseal(notes.COLUMN, where, row.body)
    return NoteRecord(row.leg, names.get(row.staff_id, ""), text, row.changed_at)


def _addition(keys: ClinicKeys, row: additions.AdditionRow, names: dict[str, str]) -> NoteRecord:
    text = str(keys.unseal(additions.COLUMN, row.id, row.body))
    return NoteRecord(0, names.get(row.staff_id, ""), text, row.at, added=True)
