"""Items that a patient hides from proxies, and those that staff mark as not for proxies (P7).

Statements that read a patient's side of the record ask `is_shown` for each item, with the `viewer`
of the permission: lists, counts, search and opening by an address leave out the same. The patient
sees everything.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, or_, select

from bedside.audit import Action, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import Prepared, prepared
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import several_lines
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.bound import HIDDEN_ITEMS
from bedside.people.models import hidden_items
from bedside.people.patient_rows import BoundRowsOfPatient, PatientRows
from bedside.people.permissions import ChartAccess, NotShared, PatientAccess
from bedside.people.rows import HiddenItemRow

PREFIX = "hid"
ALL = ""
"""The viewer of an item that is hidden from all proxies."""
LONGEST_REASON = 300
_COLUMN = "hidden_items.record"
_BY_PATIENT, _BY_STAFF = "patient", "staff"
_h = hidden_items.c
_NO_REASON = N_("Please say why, in at most 300 characters: the patient reads it.")

Finder = Callable[[Reader, str, str, str], Awaitable[tuple[str, ...]]]
"""Looks up an item of a patient, by the ids of the clinic, the patient and the item. Returns it
with what has to be hidden together with it; nothing if it is not the patient's."""


def _concerns(viewer: Any) -> ColumnElement[bool]:
    """Whether a hidden item is hidden from a viewer, who is "" for the patient."""
    return and_(viewer != "", or_(_h.viewer == ALL, _h.viewer == viewer))


def is_shown(*items: ColumnElement[str], viewer_param: str = "viewer") -> ColumnElement[bool]:
    """Whether none of these items is hidden from the person who looks. Bind `viewer` to that of
    the permission, "" for staff."""
    viewer = bindparam(viewer_param, type_=_h.viewer.type)
    hidden = select(_h.id).where(or_(*(_h.item_id == item for item in items)), _concerns(viewer))
    return ~hidden.exists()


_of_item = prepared(
    select(hidden_items)
    .where(_h.item_id == bindparam("item"), _h.patient_id == bindparam("patient"))
    .order_by(_h.id),
    HiddenItemRow,
)
_of_patient = prepared(
    select(_h.item_id).where(_h.patient_id == bindparam("patient")).order_by(_h.id.desc())
)
_from_viewer = prepared(
    select(_h.item_id).where(
        _h.patient_id == bindparam("patient"),
        _concerns(bindparam("viewer", type_=_h.viewer.type)),
    )
)
_from_whom: Prepared[Any] = prepared(select(_h.viewer).where(_h.item_id == bindparam("item")))
_add = prepared(insert(hidden_items))
_drop = prepared(delete(hidden_items).where(_h.id == bindparam("of")))


@dataclass(frozen=True, slots=True)
class Hidden:
    """The hiding of one item: by the patient from `viewers` (grants; `ALL` for all proxies), or by
    staff from all, with a reason. Its repr omits the reason."""

    viewers: frozenset[str] = frozenset()
    by_staff: bool = False
    reason: str = ""

    def __repr__(self) -> str:
        return f"Hidden({len(self.viewers)}, {self.by_staff})"

    def is_from(self, viewer: str) -> bool:
        """Whether one proxy does not see it."""
        return self.by_staff or bool({ALL, viewer} & self.viewers)


class HiddenItems:
    """Hides items from proxies, and shows them again. `knows` says which items there are."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._finders: dict[str, Finder] = {}

    def knows(self, prefixes: Collection[str], finder: Finder) -> None:
        """Let items with ids of these prefixes be hidden; `finder` looks them up."""
        self._finders |= dict.fromkeys(prefixes, finder)

    async def of_item(self, access: PatientAccess | ChartAccess, item_id: str) -> Hidden:
        """Return from whom an item is hidden. Raises NotShared for a proxy."""
        _must_not_be_proxy(access)
        async with self._database.read() as db:
            rows = await db.all(_of_item, item=item_id, patient=access.patient_id)
        reason, by_staff = "", False
        for row in rows:
            await HIDDEN_ITEMS.check(self._vault, row)
            if row.by_kind == _BY_STAFF:
                keys = await self._vault.clinic(row.clinic_id)
                by_staff, reason = True, keys.unseal(_COLUMN, row.id, row.record)["reason"]
        viewers = frozenset(row.viewer for row in rows if row.by_kind == _BY_PATIENT)
        return Hidden(viewers, by_staff, reason)

    async def hide(self, side: PatientAccess, item_id: str, viewers: Collection[str]) -> None:
        """Hide an item from these proxies and show it to all others, as far as staff let them see
        it. Raises NotShared for a proxy, NotFound for an item that is not the patient's."""
        _must_not_be_proxy(side)
        wanted = {ALL} if ALL in viewers else set(viewers)
        async with self._database.unit_of_work() as work:
            for one in await self._together(work, side, item_id):
                rows = await self._of(work, side, one, _BY_PATIENT)
                there = {row.viewer for row in rows}
                for row in rows:
                    if row.viewer not in wanted:
                        await work.execute(_drop, of=row.id)
                for viewer in sorted(wanted - there):
                    await self._add(work, side, one, viewer, _BY_PATIENT)
                if there - wanted:
                    await self._note(work, side, Action.ITEM_SHOWN, one)
                if wanted - there:
                    await self._note(work, side, Action.ITEM_HIDDEN, one)

    async def withhold(self, chart: ChartAccess, item_id: str, reason: str) -> None:
        """Mark an item as not for proxies; the patient reads the reason. Raises WrongInput,
        NotFound."""
        reason = several_lines(reason).strip()
        if not reason or len(reason) > LONGEST_REASON:
            raise WrongInput(_NO_REASON, field="reason")
        async with self._database.unit_of_work() as work:
            for one in await self._together(work, chart, item_id):
                if not await self._of(work, chart, one, _BY_STAFF):
                    await self._add(work, chart, one, ALL, _BY_STAFF, reason)
                    await self._note(work, chart, Action.ITEM_HIDDEN, one)

    async def release(self, chart: ChartAccess, item_id: str) -> None:
        """Take the mark back; what the patient hides stays hidden. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            for one in await self._together(work, chart, item_id):
                for row in await self._of(work, chart, one, _BY_STAFF):
                    await work.execute(_drop, of=row.id)
                    await self._note(work, chart, Action.ITEM_SHOWN, one)

    async def moved(
        self,
        work: UnitOfWork,
        chart: ChartAccess,
        entry_id: str,
        to: ChartAccess,
        moved_id: str,
        reason: str,
    ) -> None:
        """Keep the mark of staff on an entry that moves to another chart. Implements
        `charts.entries.MoveListener`."""
        keys = await self._vault.clinic(chart.clinic_id)
        for row in await self._of(work, chart, entry_id, _BY_STAFF):
            why = keys.unseal(_COLUMN, row.id, row.record)["reason"]
            await self._add(work, to, moved_id, ALL, _BY_STAFF, why)

    async def listed(self, side: PatientAccess) -> list[str]:
        """Return the ids of what is hidden from anybody, the newest first, for the patient. Raises
        NotShared for a proxy."""
        _must_not_be_proxy(side)
        async with self._database.read() as db:
            rows = await db.all(_of_patient, patient=side.patient_id)
        return list(dict.fromkeys(row.item_id for row in rows))

    async def from_viewer(self, side: PatientAccess) -> frozenset[str]:
        """Return the ids of all items that this person does not see."""
        if not side.viewer:
            return frozenset()
        async with self._database.read() as db:
            rows = await db.all(_from_viewer, patient=side.patient_id, viewer=side.viewer)
        return frozenset(row.item_id for row in rows)

    async def _together(
        self, work: UnitOfWork, access: PatientAccess | ChartAccess, item_id: str
    ) -> tuple[str, ...]:
        """Return an item with what belongs to it; nobody else hides or shows it meanwhile."""
        await work.lock(f"hidden:{item_id}")
        finder = self._finders.get(item_id.partition("_")[0])
        if finder is None:
            raise NotFound
        found = await finder(work, access.clinic_id, access.patient_id, item_id)
        if not found:
            raise NotFound
        return found

    async def _of(
        self, work: UnitOfWork, access: PatientAccess | ChartAccess, item_id: str, by_kind: str
    ) -> list[HiddenItemRow]:
        """Return what hides an item for one side."""
        rows = await work.all(_of_item, item=item_id, patient=access.patient_id)
        for row in rows:
            await HIDDEN_ITEMS.check(self._vault, row)
        return [row for row in rows if row.by_kind == by_kind]

    async def _add(
        self,
        work: UnitOfWork,
        access: PatientAccess | ChartAccess,
        item_id: str,
        viewer: str,
        by_kind: str,
        reason: str = "",
    ) -> None:
        keys, row_id = await self._vault.clinic(access.clinic_id), new_id(PREFIX)
        record = {"by": access.actor.id, "reason": reason}
        values = {
            "id": row_id,
            "clinic_id": access.clinic_id,
            "patient_id": access.patient_id,
            "item_id": item_id,
            "viewer": viewer,
            "by_kind": by_kind,
            "record": keys.seal(_COLUMN, row_id, record),
            "hidden_at": clock.now(),
        }
        await work.execute(_add, **HIDDEN_ITEMS.bound(keys, values))

    async def _note(
        self, work: UnitOfWork, access: PatientAccess | ChartAccess, action: Action, item_id: str
    ) -> None:
        await self._audit.record(
            work,
            access.clinic_id,
            access.actor,
            action,
            patient_id=access.patient_id,
            subject_id=item_id,
        )


async def hidden_from(reader: Reader, items: Sequence[str]) -> frozenset[str]:
    """Return the viewers from whom any of some items is hidden; `ALL` is among them if it is
    hidden from every proxy."""
    found: set[str] = set()
    for item in items:
        found |= {row.viewer for row in await reader.all(_from_whom, item=item)}
    return frozenset(found)


async def is_hidden(reader: Reader, item_id: str, viewer: str) -> bool:
    """Whether an item is hidden from somebody, who is "" for the patient."""
    return bool(viewer) and bool({ALL, viewer} & await hidden_from(reader, (item_id,)))


async def hidden_among(reader: Reader, items: Sequence[str], viewer: str) -> frozenset[str]:
    """Return those of some items that somebody does not see, who is "" for the patient."""
    return frozenset([one for one in items if await is_hidden(reader, one, viewer)])


def patient_rows(vault: Vault) -> dict[str, PatientRows]:
    """Return what is kept of a patient, for charts that are joined."""
    return {"hidden_items": BoundRowsOfPatient(hidden_items, HIDDEN_ITEMS, vault)}


def _must_not_be_proxy(access: PatientAccess | ChartAccess) -> None:
    """Raise NotShared for a proxy, also for one who is looked at in a preview."""
    if isinstance(access, PatientAccess) and (access.is_proxy or access.viewer):
        raise NotShared
