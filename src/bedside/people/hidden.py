"""Items that a patient hides from proxies, those that staff mark as not for proxies, and files of
categories that the clinic does not show to some proxies (P7).

Statements that read a patient's side of the record ask `is_shown` for each item, with what
`as_seen_by` returns for the permission: lists, counts, search and opening by an address leave out
the same. The patient sees everything. One item of such a category can be shown all the same; what
somebody hides stays hidden.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
)

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
_SHOWN_BY_PATIENT, _SHOWN_BY_STAFF = "shown_by_patient", "shown_by_staff"
_SHOWS = (_SHOWN_BY_PATIENT, _SHOWN_BY_STAFF)
_BETWEEN = "||"
"""Between the categories in the parameter `unseen`."""
_h = hidden_items.c
_HIDES = _h.by_kind.in_((literal_column("'patient'", Text), literal_column("'staff'", Text)))
_NO_REASON = N_("Please say why, in at most 300 characters: the patient reads it.")

Finder = Callable[[Reader, str, str, str], Awaitable[tuple[str, ...]]]
"""Looks up an item of a patient, by the ids of the clinic, the patient and the item. Returns it
with what has to be hidden together with it; nothing if it is not the patient's."""
Categories = Callable[[Reader, str], Awaitable[frozenset[str]]]
"""Looks up the categories of the files that an item is or brings, by its id."""
Enclosed = Callable[[Reader, str], Awaitable[tuple[tuple[str, str], ...]]]
"""Looks up what goes along with an item, by its id, each with where that came from or "": who does
not see one of these, does not see the item."""
Lister = Callable[[Reader, PatientAccess], Awaitable[frozenset[str]]]
"""Lists all items of a patient that a proxy does not see because of their categories."""


def _concerns(viewer: Any) -> ColumnElement[bool]:
    """Whether a hidden item is hidden from a viewer, who is "" for the patient."""
    return and_(viewer != "", or_(_h.viewer == ALL, _h.viewer == viewer))


def is_shown(
    *items: ColumnElement[str], categories: Sequence[ColumnElement[str]] = ()
) -> ColumnElement[bool]:
    """Whether none of these items is hidden from the person who looks, nor a file in one of these
    categories that the clinic does not show to them. Bind what `as_seen_by` returns."""
    viewer = bindparam("viewer", type_=_h.viewer.type)
    about = select(_h.id).where(or_(*(_h.item_id == item for item in items)), _concerns(viewer))
    is_open = ~about.where(_HIDES).exists()
    if not categories:
        return is_open
    unseen = or_(*(_is_unseen(one) for one in categories))
    return and_(is_open, or_(~unseen, about.where(~_HIDES).exists()))


def _is_unseen(category: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a category is among those of the parameter `unseen`."""
    between = literal_column(f"'{_BETWEEN}'", Text)
    anything = literal_column("'%'", Text)
    named = between + func.coalesce(category, literal_column("''", Text)) + between
    return bindparam("unseen", type_=Text).like(anything + named + anything)


def as_seen_by(access: PatientAccess | None) -> dict[str, str]:
    """Return the parameters of `is_shown`; None for staff, and whoever else sees everything."""
    if access is None:
        return {"viewer": "", "unseen": ""}
    unseen = "".join(f"{_BETWEEN}{one}" for one in sorted(access.unseen))
    return {"viewer": access.viewer, "unseen": f"{unseen}{_BETWEEN}" if unseen else ""}


_of_item = prepared(
    select(hidden_items)
    .where(_h.item_id == bindparam("item"), _h.patient_id == bindparam("patient"))
    .order_by(_h.id),
    HiddenItemRow,
)
_of_patient = prepared(
    select(_h.item_id).where(_h.patient_id == bindparam("patient"), _HIDES).order_by(_h.id.desc())
)
_from_viewer = prepared(
    select(_h.item_id).where(
        _h.patient_id == bindparam("patient"),
        _HIDES,
        _concerns(bindparam("viewer", type_=_h.viewer.type)),
    )
)
_from_whom: Prepared[Any] = prepared(
    select(_h.viewer, _h.by_kind).where(_h.item_id == bindparam("item"))
)
_add = prepared(insert(hidden_items))
_drop = prepared(delete(hidden_items).where(_h.id == bindparam("of")))


@dataclass(frozen=True, slots=True)
class Hidden:
    """The hiding of one item: by the patient from `viewers` (grants; `ALL` for all proxies), by
    staff from all, with a reason, or because of its `categories` from proxies who do not see
    these, unless it is `shown` to them. Its repr omits the reason."""

    viewers: frozenset[str] = frozenset()
    by_staff: bool = False
    reason: str = ""
    categories: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"Hidden({len(self.viewers)}, {self.by_staff})"

    def is_from(self, viewer: str, unseen: frozenset[str]) -> bool:
        """Whether one proxy, who does not see these categories, does not see it."""
        if self.by_staff or {ALL, viewer} & self.viewers:
            return True
        return bool(self.categories & unseen) and not {ALL, viewer} & self.shown

    @property
    def shown_by_staff(self) -> bool:
        """Whether staff show it to all proxies."""
        return ALL in self.shown


class HiddenItems:
    """Hides items from proxies, and shows them again. `knows` says which items there are."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._finders: dict[str, Finder] = {}
        self._categories: dict[str, Categories] = {}
        self._enclosed: dict[str, Enclosed] = {}
        self._listers: list[Lister] = []

    def knows(
        self,
        prefixes: Collection[str],
        finder: Finder,
        categories: Categories | None = None,
        lister: Lister | None = None,
        enclosed: Enclosed | None = None,
    ) -> None:
        """Let items with ids of these prefixes be hidden; `finder` looks them up, `categories`
        those of their files, `lister` lists what is hidden because of them, and `enclosed` looks up
        what goes along with one."""
        self._finders |= dict.fromkeys(prefixes, finder)
        if categories is not None:
            self._categories |= dict.fromkeys(prefixes, categories)
        if enclosed is not None:
            self._enclosed |= dict.fromkeys(prefixes, enclosed)
        if lister is not None:
            self._listers.append(lister)

    async def of_item(self, access: PatientAccess | ChartAccess, item_id: str) -> Hidden:
        """Return from whom an item is hidden. Raises NotShared for a proxy."""
        _must_not_be_proxy(access)
        async with self._database.read() as db:
            rows = await db.all(_of_item, item=item_id, patient=access.patient_id)
            categories = await self._categories_of(db, item_id)
        reason, by_staff = "", False
        for row in rows:
            await HIDDEN_ITEMS.check(self._vault, row)
            if row.by_kind == _BY_STAFF:
                keys = await self._vault.clinic(row.clinic_id)
                by_staff, reason = True, keys.unseal(_COLUMN, row.id, row.record)["reason"]
        viewers = frozenset(row.viewer for row in rows if row.by_kind == _BY_PATIENT)
        shown = frozenset(row.viewer for row in rows if row.by_kind in _SHOWS)
        return Hidden(viewers, by_staff, reason, categories, shown)

    async def is_hidden(self, reader: Reader, side: PatientAccess, item_id: str) -> bool:
        """Whether somebody does not see an item."""
        if not side.viewer:
            return False
        found = await self.hidden(reader, (item_id,))
        return any(one.is_from(side.viewer, side.unseen) for one in found)

    async def hidden(self, reader: Reader, items: Sequence[str]) -> list[Hidden]:
        """Return from whom each of some items, and what goes along with them, is hidden, without
        reasons."""
        found: list[Hidden] = []
        for item in items:
            enclosed = self._enclosed.get(item.partition("_")[0])
            along = await enclosed(reader, item) if enclosed else ()
            for one, source in ((item, ""), *along):
                found.append(await self._hidden(reader, one, source))
        return found

    async def _hidden(self, reader: Reader, item: str, source: str) -> Hidden:
        """Return from whom an item is hidden, itself or with where it came from, as `is_shown`
        decides it."""
        rows = await reader.all(_from_whom, item=item)
        if source:
            rows += await reader.all(_from_whom, item=source)
        return Hidden(
            frozenset(row.viewer for row in rows if row.by_kind not in _SHOWS),
            categories=await self._categories_of(reader, item),
            shown=frozenset(row.viewer for row in rows if row.by_kind in _SHOWS),
        )

    async def _categories_of(self, reader: Reader, item_id: str) -> frozenset[str]:
        find = self._categories.get(item_id.partition("_")[0])
        return await find(reader, item_id) if find else frozenset()

    async def hide(
        self,
        side: PatientAccess,
        item_id: str,
        viewers: Collection[str],
        shown: Collection[str] = (),
    ) -> None:
        """Hide an item from these proxies and show it to all others, as far as staff and the clinic
        let them see it; to those of `shown` although the clinic does not show its category. Raises
        NotShared for a proxy, NotFound for an item that is not the patient's."""
        _must_not_be_proxy(side)
        wanted = {ALL} if ALL in viewers else set(viewers)
        async with self._database.unit_of_work() as work:
            for one in await self._together(work, side, item_id):
                more, fewer = await self._set(work, side, one, _BY_PATIENT, wanted)
                open_to, closed_to = await self._set(
                    work, side, one, _SHOWN_BY_PATIENT, set(shown) - wanted - {ALL}
                )
                if fewer or open_to:
                    await self._note(work, side, Action.ITEM_SHOWN, one)
                if more or closed_to:
                    await self._note(work, side, Action.ITEM_HIDDEN, one)

    async def _set(
        self, work: UnitOfWork, side: PatientAccess, item_id: str, by_kind: str, wanted: set[str]
    ) -> tuple[set[str], set[str]]:
        """Make these the viewers of a kind. Returns those who are new, and those who are not among
        them any more."""
        rows = await self._of(work, side, item_id, by_kind)
        there = {row.viewer for row in rows}
        for row in rows:
            if row.viewer not in wanted:
                await work.execute(_drop, of=row.id)
        for viewer in sorted(wanted - there):
            await self._add(work, side, item_id, viewer, by_kind)
        return wanted - there, there - wanted

    async def withhold(self, chart: ChartAccess, item_id: str, reason: str) -> None:
        """Mark an item as not for proxies; the patient reads the reason. Raises WrongInput,
        NotFound."""
        reason = several_lines(reason).strip()
        if not reason or len(reason) > LONGEST_REASON:
            raise WrongInput(_NO_REASON, field="reason")
        async with self._database.unit_of_work() as work:
            for one in await self._together(work, chart, item_id):
                if not await self._of(work, chart, one, _BY_STAFF):
                    for row in await self._of(work, chart, one, _SHOWN_BY_STAFF):
                        await work.execute(_drop, of=row.id)
                    await self._add(work, chart, one, ALL, _BY_STAFF, reason)
                    await self._note(work, chart, Action.ITEM_HIDDEN, one)

    async def show(self, chart: ChartAccess, item_id: str) -> None:
        """Let all proxies see an item whose category the clinic does not show to some of them; what
        the patient hides stays hidden. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            for one in await self._together(work, chart, item_id):
                if not await self._of(work, chart, one, _SHOWN_BY_STAFF):
                    for row in await self._of(work, chart, one, _BY_STAFF):
                        await work.execute(_drop, of=row.id)
                    await self._add(work, chart, one, ALL, _SHOWN_BY_STAFF)
                    await self._note(work, chart, Action.ITEM_SHOWN, one)

    async def release(self, chart: ChartAccess, item_id: str) -> None:
        """Take back what staff said of an item, whichever it was: what the clinic shows of its
        category holds again, and what the patient hides stays hidden. Raises NotFound."""
        undone = {_BY_STAFF: Action.ITEM_SHOWN, _SHOWN_BY_STAFF: Action.ITEM_HIDDEN}
        async with self._database.unit_of_work() as work:
            for one in await self._together(work, chart, item_id):
                for by_kind, action in undone.items():
                    for row in await self._of(work, chart, one, by_kind):
                        await work.execute(_drop, of=row.id)
                        await self._note(work, chart, action, one)

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
            found = {row.item_id for row in rows}
            for listed in self._listers if side.unseen else ():
                found |= await listed(db, side)
        return frozenset(found)

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


def patient_rows(vault: Vault) -> dict[str, PatientRows]:
    """Return what is kept of a patient, for charts that are joined."""
    return {"hidden_items": BoundRowsOfPatient(hidden_items, HIDDEN_ITEMS, vault)}


def _must_not_be_proxy(access: PatientAccess | ChartAccess) -> None:
    """Raise NotShared for a proxy, also for one who is looked at in a preview."""
    if isinstance(access, PatientAccess) and (access.is_proxy or access.viewer):
        raise NotShared
