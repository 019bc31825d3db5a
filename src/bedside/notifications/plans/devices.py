"""Devices of people with an account that get notifications by web push.

A device ends with the session in which it was turned on: who signs out, or is signed out, gets
nothing any more on it, nor does who was signed in when somebody else signed in there. The same
browser never belongs to two people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bedside.database.sealed import Vault
from bedside.database.statements import Among, prepared
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.notifications.plans.models import app_devices
from bedside.notifications.plans.rows import AppDeviceRow
from bedside.notifications.ports import PushAnswer, PushBook, PushSubscription
from bedside.notifications.push_devices import AT_MOST, REFUSED_AT_MOST, DeviceEnd
from bedside.notifications.subscriptions import checked, record_of, subscription_in
from bedside.people.permissions import AccountAccess

PREFIX = "psa"
_COLUMN = "app_devices.record"

_by_id = prepared(select(app_devices).where(app_devices.c.id == bindparam("of")), AppDeviceRow)
_locked = prepared(
    select(app_devices).where(app_devices.c.id == bindparam("of")).with_for_update(), AppDeviceRow
)
_of_account = prepared(
    select(app_devices)
    .where(app_devices.c.account_id == bindparam("of"))
    .order_by(app_devices.c.created_at.desc(), app_devices.c.id.desc()),
    AppDeviceRow,
)
_of_accounts = Among(
    lambda ids: (
        select(app_devices)
        .where(
            app_devices.c.account_id.in_(ids),
            app_devices.c.clinic_id == bindparam("clinic"),
            app_devices.c.ended == "",
        )
        .order_by(app_devices.c.id)
    ),
    AppDeviceRow,
)
_add = prepared(insert(app_devices))
_set = prepared(update(app_devices).where(app_devices.c.id == bindparam("of")))
_drop = prepared(delete(app_devices).where(app_devices.c.id == bindparam("of")))
_drop_at = prepared(delete(app_devices).where(app_devices.c.endpoint_token == bindparam("at")))
_drop_own = prepared(
    delete(app_devices).where(
        app_devices.c.id == bindparam("of"), app_devices.c.account_id == bindparam("own")
    )
)
_hand_on = prepared(update(app_devices).where(app_devices.c.session_id == bindparam("of_session")))
_drop_of_session = prepared(
    delete(app_devices).where(app_devices.c.session_id == bindparam("of_session"))
)


@dataclass(frozen=True, slots=True)
class AppDevice:
    """A device in one's own list. `label` is its browser's name; `shown_at` is when it last showed
    something, 0 for never."""

    id: str
    label: str
    created_at: int
    shown_at: int
    ended: DeviceEnd


class AppDevices:
    """Stores the devices. `internal` allows push services at addresses of this network."""

    def __init__(self, database: Transactions, vault: Vault, *, internal: bool) -> None:
        self._database = database
        self._vault = vault
        self._internal = internal

    async def add(self, account: AccountAccess, given: Any, label: str, *, before: str = "") -> str:
        """Send notifications to this device from now on. `given` is the browser's PushSubscription
        as JSON, `before` the id under which the browser was listed. Returns the id of the device.
        Raises WrongInput."""
        subscription = checked(given, internal=self._internal)
        keys = await self._vault.clinic(account.clinic_id)
        token = await self._token(subscription.endpoint)
        device_id = new_id(PREFIX)
        async with self._database.unit_of_work() as work:
            await work.lock(f"app_devices:{token}")
            await work.execute(_drop_at, at=token)
            await work.execute(_drop_own, of=before, own=account.account_id)
            await work.execute(
                _add,
                id=device_id,
                clinic_id=account.clinic_id,
                account_id=account.account_id,
                session_id=account.session_id,
                endpoint_token=token,
                record=keys.seal(_COLUMN, device_id, record_of(subscription, label)),
                created_at=clock.now(),
                shown_at=0,
                ended=DeviceEnd.NONE,
                refusals=0,
            )
            found = await work.all(_of_account, of=account.account_id)
            for old in sorted(found, key=lambda row: bool(row.ended))[AT_MOST:]:
                await work.execute(_drop, of=old.id)
        return device_id

    async def listed(self, account: AccountAccess) -> list[AppDevice]:
        """Return one's own devices, newest first."""
        keys = await self._vault.clinic(account.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_of_account, of=account.account_id)
        return [
            AppDevice(
                row.id,
                keys.unseal(_COLUMN, row.id, row.record)["label"],
                row.created_at,
                row.shown_at,
                DeviceEnd(row.ended),
            )
            for row in rows
        ]

    async def remove(self, account: AccountAccess, device_id: str) -> None:
        """Send nothing more to one's own device. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            if not await work.execute(_drop_own, of=device_id, own=account.account_id):
                raise NotFound

    async def session_ended(self, work: UnitOfWork, session_id: str, successor: str = "") -> None:
        """Send nothing more to the devices of a session that ends; a successor takes them on."""
        if successor:
            await work.execute(_hand_on, of_session=session_id, session_id=successor)
        else:
            await work.execute(_drop_of_session, of_session=session_id)

    async def of_accounts(
        self, reader: Reader, clinic_id: str, account_ids: Sequence[str]
    ) -> list[str]:
        """Return the ids of the devices of some people that can be reached."""
        if not account_ids:
            return []
        some, among = _of_accounts.of(sorted(account_ids))
        return [row.id for row in await reader.all(some, clinic=clinic_id, **among)]

    async def is_listed(self, reader: Reader, device_id: str) -> bool:
        """Whether a device has neither been removed nor signed out."""
        return await reader.one(_by_id, of=device_id) is not None

    async def has_shown(self, work: UnitOfWork, device_id: str) -> None:
        """Record that a device has shown something."""
        await work.execute(_set, of=device_id, shown_at=clock.now())

    async def _token(self, endpoint: str) -> int:
        return (await self._vault.platform()).token("push.endpoint", endpoint)

    # --- the book of the gateway -----------------------------------------------------------------

    async def subscription(self, device_id: str) -> PushSubscription | None:
        """See `PushBook.subscription`."""
        async with self._database.read() as db:
            row = await db.one(_by_id, of=device_id)
        if row is None or row.ended:
            return None
        keys = await self._vault.clinic(row.clinic_id)
        return subscription_in(keys.unseal(_COLUMN, row.id, row.record))

    async def answered(self, device_id: str, endpoint: str, answer: PushAnswer) -> None:
        """See `PushBook.answered`."""
        token = await self._token(endpoint)
        async with self._database.unit_of_work() as work:
            row = await work.one(_locked, of=device_id)
            if row is None or row.ended or row.endpoint_token != token:
                return
            refusals = row.refusals + 1 if answer is PushAnswer.REFUSED else 0
            end = DeviceEnd.GONE if answer is PushAnswer.GONE else DeviceEnd.NONE
            if refusals >= REFUSED_AT_MOST:
                end = DeviceEnd.REFUSED
            await work.execute(_set, of=row.id, ended=end, refusals=refusals)


class BothBooks:
    """The `PushBook` of the gateway: devices of staff, and those of the app."""

    def __init__(self, of_staff: PushBook, of_app: PushBook) -> None:
        self._of_staff = of_staff
        self._of_app = of_app

    async def subscription(self, device_id: str) -> PushSubscription | None:
        """See `PushBook.subscription`."""
        return await self._book(device_id).subscription(device_id)

    async def answered(self, device_id: str, endpoint: str, answer: PushAnswer) -> None:
        """See `PushBook.answered`."""
        await self._book(device_id).answered(device_id, endpoint, answer)

    def _book(self, device_id: str) -> PushBook:
        return self._of_app if is_id(device_id, PREFIX) else self._of_staff
