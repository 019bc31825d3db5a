"""Notifications on patients' devices: that they were shown, and which are over.

A device speaks of a notification by its cause, which came encrypted: who knows one has got it.
"""

from collections.abc import Sequence

from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.plans import records
from bedside.notifications.plans.devices import AppDevices
from bedside.notifications.plans.places import Place
from bedside.notifications.plans.table import PlanState

AT_MOST = 20
"""Notifications of which a device asks at once; those beyond stay until it asks again."""
_NOTHING_TO_TELL = (PlanState.READ, PlanState.STOPPED)


class OnDevices:
    """Follows what devices show."""

    def __init__(
        self, database: Transactions, dispatcher: Dispatcher, app_devices: AppDevices
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._app_devices = app_devices

    async def shown(self, cause_id: str) -> bool:
        """Record that a device has shown the push of this cause. Returns whether there is one."""
        if Place.of(cause_id) is None:
            return False
        async with self._database.unit_of_work() as work:
            device_id = await self._dispatcher.shown(work, cause_id)
            if device_id:
                await self._app_devices.has_shown(work, device_id)
        return bool(device_id)

    async def over(self, causes: Sequence[str]) -> list[str]:
        """Return those of the causes whose notifications a device should not show any more: the
        item was read, wherever, or is gone, or the device is signed out. A cause that nobody knows
        is one of them."""
        async with self._database.read() as db:
            return [one for one in causes[:AT_MOST] if await self._is_over(db, one)]

    async def _is_over(self, db: Reader, cause_id: str) -> bool:
        place = Place.of(cause_id)
        if place is None or not await self._app_devices.is_listed(db, device_in(cause_id)):
            return True
        row = await db.one(records.of_item, item=place.item_id)
        return row is None or row.state in _NOTHING_TO_TELL


def device_in(cause_id: str) -> str:
    """Return the device in the cause of a push."""
    return cause_id.rpartition("/")[2]
