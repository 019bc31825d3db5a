"""Browsers of colleagues that subscribed to web push (RFC 8030).

A browser gives an address at its maker's push service. It must be one that this server may connect
to: by HTTPS, at a host on the public internet. The address is checked again whenever something is
sent there, because the name can lead elsewhere by then.

A device that no push reaches any more stays in its owner's list until its browser gives another
address. One that its owner has removed has no row: it comes back by a press, and never by itself.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.notifications.models import push_devices
from bedside.notifications.ports import PushAnswer, PushSubscription
from bedside.notifications.subscriptions import checked, record_of, subscription_in
from bedside.people.permissions import StaffAccess

AT_MOST = 10
"""The most devices per person; one that has ended, else the oldest, is dropped for a new one."""
_COLUMN = "push_devices.record"
REFUSED_AT_MOST = 3
"""Refusals in a row after which a device has ended."""


class DeviceEnd(StrEnum):
    """Why no push reaches a device any more."""

    NONE = ""
    GONE = "gone"
    """Its push service does not know it any more."""
    REFUSED = "refused"
    """Its push service refused several messages in a row."""


class DeviceRow(NamedTuple):
    """A stored device."""

    id: str
    staff_id: str
    clinic_id: str
    endpoint_token: int
    record: bytes
    created_at: int
    ended: str
    refusals: int


_by_id = prepared(select(push_devices).where(push_devices.c.id == bindparam("of")), DeviceRow)
_of_staff = prepared(
    select(push_devices)
    .where(push_devices.c.staff_id == bindparam("of"))
    .order_by(push_devices.c.created_at.desc(), push_devices.c.id.desc()),
    DeviceRow,
)
_own = prepared(
    select(push_devices)
    .where(push_devices.c.id == bindparam("of"), push_devices.c.staff_id == bindparam("own"))
    .with_for_update(),
    DeviceRow,
)
_own_at = prepared(
    select(push_devices)
    .where(
        push_devices.c.endpoint_token == bindparam("at"),
        push_devices.c.staff_id == bindparam("own"),
    )
    .with_for_update(),
    DeviceRow,
)
_for_answer = prepared(
    select(push_devices)
    .where(push_devices.c.id == bindparam("of"), push_devices.c.endpoint_token == bindparam("at"))
    .with_for_update(),
    DeviceRow,
)
_set = prepared(update(push_devices).where(push_devices.c.id == bindparam("of")))
_drop_others = prepared(
    delete(push_devices).where(
        push_devices.c.endpoint_token == bindparam("at"), push_devices.c.id != bindparam("of")
    )
)
_add = prepared(
    upsert(push_devices).on_conflict_do_update(
        index_elements=["endpoint_token"],
        set_={
            "id": bindparam("new_id"),
            "staff_id": bindparam("new_staff"),
            "clinic_id": bindparam("new_clinic"),
            "record": bindparam("new_record"),
            "created_at": bindparam("new_at"),
            "ended": "",
            "refusals": 0,
        },
    )
)
_drop = prepared(delete(push_devices).where(push_devices.c.id == bindparam("of")))
_drop_own = prepared(
    delete(push_devices).where(
        push_devices.c.id == bindparam("of"), push_devices.c.staff_id == bindparam("own")
    )
)


@dataclass(frozen=True, slots=True)
class Device:
    """A device in one's own list. `label` is its browser's name."""

    id: str
    label: str
    created_at: int
    ended: DeviceEnd


class EndListener(Protocol):
    """Follows devices that no push reaches any more."""

    async def __call__(self, work: UnitOfWork, device: DeviceRow, label: str) -> None:
        """Handle the end of a device."""
        ...


class PushDevices:
    """Stores the devices. `internal` allows push services at addresses of this network."""

    def __init__(
        self, database: Transactions, vault: Vault, audit: AuditLog, *, internal: bool
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._internal = internal
        self._listeners: list[EndListener] = []

    def on_end(self, listener: EndListener) -> None:
        """Call `listener`, in the same transaction, when a device ends."""
        self._listeners.append(listener)

    async def add(self, staff: StaffAccess, given: Any, label: str, *, before: str = "") -> str:
        """Alert this device from now on. `given` is the browser's PushSubscription as JSON,
        `before` the id under which the browser was listed. Returns the id of the device.

        A browser alerts one person: whoever asked last. Raises WrongInput.
        """
        subscription = checked(given, internal=self._internal)
        keys = await self._vault.clinic(staff.clinic_id)
        token = await self._token(subscription.endpoint)
        device_id, now = new_id("psh"), clock.now()
        sealed = keys.seal(_COLUMN, device_id, record_of(subscription, label))
        async with self._database.unit_of_work() as work:
            await work.execute(
                _add,
                id=device_id,
                staff_id=staff.staff_id,
                clinic_id=staff.clinic_id,
                endpoint_token=token,
                record=sealed,
                created_at=now,
                new_id=device_id,
                new_staff=staff.staff_id,
                new_clinic=staff.clinic_id,
                new_record=sealed,
                new_at=now,
                ended=DeviceEnd.NONE,
                refusals=0,
            )
            await work.execute(_drop_own, of=before, own=staff.staff_id)
            found = await work.all(_of_staff, of=staff.staff_id)
            for old in sorted(found, key=lambda row: bool(row.ended))[AT_MOST:]:
                await work.execute(_drop, of=old.id)
            await self._line(work, staff, "added")
        return device_id

    async def renew(
        self, staff: StaffAccess, given: Any, label: str, *, device: str = "", address: str = ""
    ) -> str:
        """Take another subscription of one's own device, which its browser has made by itself; it
        is named by its id or its address of before. Returns its id.

        Raises NotFound for a device that is not listed, such as one that was removed, and
        WrongInput.
        """
        subscription = checked(given, internal=self._internal)
        keys = await self._vault.clinic(staff.clinic_id)
        at, token = await self._token(address), await self._token(subscription.endpoint)
        async with self._database.unit_of_work() as work:
            row = await work.one(_own, of=device, own=staff.staff_id) or await work.one(
                _own_at, at=at, own=staff.staff_id
            )
            if row is None:
                raise NotFound
            await work.execute(_drop_others, of=row.id, at=token)
            await work.execute(
                _set,
                of=row.id,
                endpoint_token=token,
                record=keys.seal(_COLUMN, row.id, record_of(subscription, label)),
                ended=DeviceEnd.NONE,
                refusals=0,
            )
            await self._line(work, staff, "renewed")
        return row.id

    async def _token(self, endpoint: str) -> int:
        return (await self._vault.platform()).token("push.endpoint", endpoint)

    async def listed(self, staff: StaffAccess) -> list[Device]:
        """Return one's own devices, newest first."""
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_of_staff, of=staff.staff_id)
        return [
            Device(row.id, _label(keys, row), row.created_at, DeviceEnd(row.ended)) for row in rows
        ]

    async def remove(self, staff: StaffAccess, device_id: str) -> None:
        """Stop alerting one's own device. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            if not await work.execute(_drop_own, of=device_id, own=staff.staff_id):
                raise NotFound
            await self._line(work, staff, "removed")

    async def _line(self, work: UnitOfWork, staff: StaffAccess, what: str) -> None:
        await self._audit.record(
            work,
            staff.clinic_id,
            staff.actor,
            Action.ALERTS_CHANGED,
            subject_id=staff.staff_id,
            device=what,
        )

    async def of_member(self, db: Reader, staff_id: str) -> list[str]:
        """Return the ids of somebody's devices that can be reached."""
        return [row.id for row in await db.all(_of_staff, of=staff_id) if not row.ended]

    async def have_ended(self, db: Reader, staff_id: str) -> bool:
        """Whether somebody has devices, and none of them can be reached."""
        rows = await db.all(_of_staff, of=staff_id)
        return bool(rows) and all(row.ended for row in rows)

    async def subscription(self, device_id: str) -> PushSubscription | None:
        """Return the subscription of a device; None if it was removed or has ended."""
        async with self._database.read() as db:
            row = await db.one(_by_id, of=device_id)
        if row is None or row.ended:
            return None
        keys = await self._vault.clinic(row.clinic_id)
        return subscription_in(keys.unseal(_COLUMN, row.id, row.record))

    async def answered(self, device_id: str, endpoint: str, answer: PushAnswer) -> None:
        """Record what the push service answered for the device; it can have another address by
        then. A device has ended when it is gone, or was refused several times in a row."""
        token = await self._token(endpoint)
        async with self._database.unit_of_work() as work:
            row = await work.one(_for_answer, of=device_id, at=token)
            if row is None or row.ended:
                return
            refusals = row.refusals + 1 if answer is PushAnswer.REFUSED else 0
            end = DeviceEnd.GONE if answer is PushAnswer.GONE else DeviceEnd.NONE
            if refusals >= REFUSED_AT_MOST:
                end = DeviceEnd.REFUSED
            if (end, refusals) != (row.ended, row.refusals):
                await work.execute(_set, of=row.id, ended=end, refusals=refusals)
            if end:
                await self._end(work, row)

    async def _end(self, work: UnitOfWork, row: DeviceRow) -> None:
        await self._audit.record(
            work,
            row.clinic_id,
            SYSTEM,
            Action.ALERTS_CHANGED,
            subject_id=row.staff_id,
            device="ended",
        )
        label = _label(await self._vault.clinic(row.clinic_id), row)
        for listener in self._listeners:
            await listener(work, row, label)


def _label(keys: ClinicKeys, row: DeviceRow) -> str:
    return keys.unseal(_COLUMN, row.id, row.record)["label"]
