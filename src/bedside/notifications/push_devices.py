"""Browsers of colleagues that subscribed to web push (RFC 8030).

A browser gives an address at its maker's push service. It must be one that this server may connect
to: by HTTPS, at a host on the public internet. The address is checked again whenever something is
sent there, because the name can lead elsewhere by then.
"""

import base64
import binascii
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.network import is_public
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.notifications.models import push_devices
from bedside.notifications.ports import PushSubscription
from bedside.people.permissions import StaffAccess

AT_MOST = 10
"""The most devices per person; the oldest is dropped for a new one."""
_COLUMN = "push_devices.record"
_LONGEST = 1_000
_KEY, _SECRET = 65, 16

_by_id = prepared(select(push_devices).where(push_devices.c.id == bindparam("of")))
_of_staff = prepared(
    select(push_devices)
    .where(push_devices.c.staff_id == bindparam("of"))
    .order_by(push_devices.c.created_at.desc(), push_devices.c.id.desc())
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


class PushDevices:
    """Stores the devices. `internal` allows push services at addresses of this network."""

    def __init__(
        self, database: Transactions, vault: Vault, audit: AuditLog, *, internal: bool
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._internal = internal

    async def add(self, staff: StaffAccess, given: Any, label: str) -> str:
        """Alert this device from now on. `given` is the browser's PushSubscription as JSON.
        Returns the id of the device.

        A browser alerts one person: whoever asked last. Raises WrongInput.
        """
        subscription = _checked(given, internal=self._internal)
        keys = await self._vault.clinic(staff.clinic_id)
        platform = await self._vault.platform()
        device_id, now = new_id("psh"), clock.now()
        record = {
            "endpoint": subscription.endpoint,
            "key": _text(subscription.key),
            "secret": _text(subscription.secret),
            "label": label,
        }
        sealed = keys.seal(_COLUMN, device_id, record)
        async with self._database.unit_of_work() as work:
            await work.execute(
                _add,
                id=device_id,
                staff_id=staff.staff_id,
                clinic_id=staff.clinic_id,
                endpoint_token=platform.token("push.endpoint", subscription.endpoint),
                record=sealed,
                created_at=now,
                new_id=device_id,
                new_staff=staff.staff_id,
                new_clinic=staff.clinic_id,
                new_record=sealed,
                new_at=now,
            )
            for old in (await work.all(_of_staff, of=staff.staff_id))[AT_MOST:]:
                await work.execute(_drop, of=old.id)
            await self._line(work, staff, "added")
        return device_id

    async def listed(self, staff: StaffAccess) -> list[Device]:
        """Return one's own devices, newest first."""
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_of_staff, of=staff.staff_id)
        return [
            Device(row.id, keys.unseal(_COLUMN, row.id, row.record)["label"], row.created_at)
            for row in rows
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
        """Return the ids of somebody's devices."""
        return [row.id for row in await db.all(_of_staff, of=staff_id)]

    async def subscription(self, device_id: str) -> PushSubscription | None:
        """Return the subscription of a device; None if it was removed."""
        async with self._database.read() as db:
            row = await db.one(_by_id, of=device_id)
        if row is None:
            return None
        keys = await self._vault.clinic(row.clinic_id)
        record = keys.unseal(_COLUMN, row.id, row.record)
        return PushSubscription(record["endpoint"], _bytes(record["key"]), _bytes(record["secret"]))

    async def forget(self, device_id: str) -> None:
        """Remove a device that the push service no longer knows."""
        async with self._database.unit_of_work() as work:
            await work.execute(_drop, of=device_id)


def _checked(given: Any, *, internal: bool) -> PushSubscription:
    """Validate a browser's subscription, to which messages must be deliverable."""
    said = cast(dict[str, Any], given if isinstance(given, dict) else {})
    found = said.get("keys")
    keys = cast(dict[str, Any], found if isinstance(found, dict) else {})
    endpoint = said.get("endpoint")
    try:
        key, secret = _bytes(str(keys.get("p256dh"))), _bytes(str(keys.get("auth")))
    except (ValueError, binascii.Error):
        key, secret = b"", b""
    right = len(key) == _KEY and key[0] == 4 and len(secret) == _SECRET
    if not right or not isinstance(endpoint, str) or not _may_be_asked(endpoint, internal=internal):
        raise WrongInput(
            N_("This browser gave an address that cannot be used. It is not told of anything.")
        )
    return PushSubscription(endpoint, key, secret)


def _may_be_asked(endpoint: str, *, internal: bool) -> bool:
    """Whether an address can be that of a push service, as far as its text shows."""
    try:
        parts = urlsplit(endpoint)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return False
    plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if not plain or len(endpoint) > _LONGEST or parts.scheme != "https" or not host:
        return False
    if parts.username is not None or parts.password is not None or parts.fragment:
        return False
    if internal:
        return True
    try:
        return port in (None, 443) and is_public(ip_address(host))
    except ValueError:  # a name
        return port in (None, 443) and "." in host


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Decode, the inverse of `_text`, as browsers write it. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
