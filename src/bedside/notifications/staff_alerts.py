"""Alert settings of colleagues, for what cannot wait, and the alerts themselves (feature V16).

The default is e-mail. Messages name the room at most.
"""

import json
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.notifications.messenger import ChannelName, Messenger, Notice, StaffAlert
from bedside.notifications.models import staff_alerts
from bedside.notifications.own_phones import PHONE_COLUMN, Offered, offered_in
from bedside.notifications.ports import Channel
from bedside.notifications.push_devices import PushDevices
from bedside.notifications.rows import StaffAlertsRow
from bedside.people.permissions import StaffAccess
from bedside.people.staff import Member

CHOICES: tuple[ChannelName, ...] = ("email", "sms")
"""The channels to choose from. A device that subscribed to web push is alerted in addition."""
DEFAULT: tuple[ChannelName, ...] = ("email",)
USEFUL_FOR = clock.HOUR
"""Reading later that somebody is waiting would lead to an empty room."""
PUSH_USEFUL_FOR = 10 * clock.MINUTE

_by_staff = prepared(
    select(staff_alerts).where(staff_alerts.c.staff_id == bindparam("of")), StaffAlertsRow
)
_for_change = prepared(
    select(staff_alerts).where(staff_alerts.c.staff_id == bindparam("of")).with_for_update(),
    StaffAlertsRow,
)
_choose = prepared(
    upsert(staff_alerts).on_conflict_do_update(
        index_elements=["staff_id"], set_={"channels": bindparam("new_channels")}
    )
)


@dataclass(frozen=True, slots=True)
class OwnAlerts:
    """Somebody's alert settings. `phone` is the confirmed number, "" for none; `offered` one
    awaiting its code."""

    channels: tuple[ChannelName, ...]
    phone: str
    offered: Offered | None


class StaffAlerts:
    """Stores the settings, and writes the messages."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        devices: PushDevices,
        messenger: Messenger,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._devices = devices
        self._messenger = messenger
        self._base_url = base_url

    async def of(self, staff: StaffAccess) -> OwnAlerts:
        """Return one's own settings."""
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            row = await db.one(_by_staff, of=staff.staff_id)
        if row is None:
            return OwnAlerts(DEFAULT, "", None)
        phone = keys.unseal(PHONE_COLUMN, row.staff_id, row.phone) if row.phone else ""
        return OwnAlerts(chosen(row), phone, offered_in(keys, row))

    async def choose(self, staff: StaffAccess, channels: list[str]) -> None:
        """Choose the channels for alerts; none of them is a choice too.

        Raises WrongInput for SMS without a confirmed number.
        """
        wanted = ",".join(channel for channel in CHOICES if channel in channels)
        async with self._database.unit_of_work() as work:
            row = await work.one(_for_change, of=staff.staff_id)
            if "sms" in channels and (row is None or row.phone is None):
                raise WrongInput(N_("Confirm a mobile number first."), field="channels")
            await work.execute(
                _choose,
                staff_id=staff.staff_id,
                clinic_id=staff.clinic_id,
                channels=wanted,
                offered_until=0,
                tries=0,
                new_channels=wanted,
            )
            await self._audit.record(
                work,
                staff.clinic_id,
                staff.actor,
                Action.ALERTS_CHANGED,
                subject_id=staff.staff_id,
                channels=wanted or "none",
            )

    async def alert(self, work: UnitOfWork, member: Member, alert: StaffAlert) -> None:
        """Write the messages for somebody; see `StaffAlerter.alert`."""
        keys = await self._vault.clinic(member.clinic_id)
        row = await work.one(_by_staff, of=member.id)
        channels = chosen(row) if row else DEFAULT
        if not channels and await self._devices.have_ended(work, member.id):
            channels = DEFAULT  # nothing was chosen beside a device that has ended since
        address = self._base_url + alert.path
        if "email" in channels:
            text = f"{alert.text}\n\n{address}\n"
            await self._send(work, member, alert, "email", member.email, text)
        if "sms" in channels and row is not None and row.phone is not None:
            phone = keys.unseal(PHONE_COLUMN, member.id, row.phone)
            await self._send(work, member, alert, "sms", phone, f"{alert.text} {address}")
        for device_id in await self._devices.of_member(work, member.id):
            payload = {"title": alert.subject, "body": alert.text, "path": alert.path}
            await self._send(
                work, member, alert, "push", device_id, json.dumps(payload, ensure_ascii=False)
            )

    async def _send(
        self,
        work: UnitOfWork,
        member: Member,
        alert: StaffAlert,
        channel: ChannelName,
        to: str,
        text: str,
    ) -> None:
        pushed = channel == Channel.PUSH
        cause = f"{alert.cause_id}/{member.id}"
        await self._messenger.send(
            work,
            Notice(
                clinic_id=alert.clinic_id,
                patient_id=alert.patient_id,
                cause_id=f"{cause}/{to}" if pushed else cause,
                channel=channel,
                to=to,
                subject=alert.subject,
                text=text,
                staff_id=member.id,
                useful_for=PUSH_USEFUL_FOR if pushed else USEFUL_FOR,
            ),
        )


def chosen(row: StaffAlertsRow) -> tuple[ChannelName, ...]:
    """Return the channels in a row."""
    there = row.channels.split(",")
    return tuple(channel for channel in CHOICES if channel in there)
