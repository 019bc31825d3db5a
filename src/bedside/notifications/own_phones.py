"""Mobile numbers of colleagues: used once the code sent there was entered.

So nobody else gets messages because of a typo or out of malice. A code has six digits and is valid
for ten minutes and five tries; the number of codes is limited per person and number.
"""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit import Action, AuditLog
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import WrongInput
from bedside.kernel import clock, phones
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.notifications.addresses import read_for_sms
from bedside.notifications.messenger import Messenger, Notice
from bedside.notifications.models import notifications, staff_alerts
from bedside.notifications.rows import NotificationRow, StaffAlertsRow
from bedside.notifications.states import NoticeState
from bedside.people.clinics import Clinics
from bedside.people.permissions import StaffAccess
from bedside.people.throttling import Limit, Throttle

CODE_FOR = 10 * clock.MINUTE
TRIES = 5
PHONE_COLUMN = "staff_alerts.phone"
_OFFERED = "staff_alerts.offered"
CODES_FOR_PERSON = Limit("throttle.codes.person", free=3, first=clock.MINUTE, longest=clock.HOUR)
CODES_TO_NUMBER = Limit("throttle.codes.number", free=3, first=clock.MINUTE, longest=clock.HOUR)

_for_change = prepared(
    select(staff_alerts).where(staff_alerts.c.staff_id == bindparam("of")).with_for_update(),
    StaffAlertsRow,
)
_with_number = prepared(
    select(staff_alerts).where(
        staff_alerts.c.clinic_id == bindparam("clinic"), staff_alerts.c.phone.is_not(None)
    ),
    StaffAlertsRow,
)
_offer = prepared(
    upsert(staff_alerts).on_conflict_do_update(
        index_elements=["staff_id"],
        set_={
            "offered": bindparam("new_offer"),
            "offered_until": bindparam("new_until"),
            "tries": 0,
        },
    )
)
_codes_sent = prepared(
    select(notifications)
    .where(
        notifications.c.cause_id > bindparam("since"),
        notifications.c.cause_id < bindparam("until"),
    )
    .order_by(notifications.c.created_at.desc(), notifications.c.id.desc())
    .limit(1),
    NotificationRow,
)
_set = prepared(update(staff_alerts).where(staff_alerts.c.staff_id == bindparam("of")))
_NO_OFFER: dict[str, Any] = {"offered": None, "offered_until": 0, "tries": 0}


@dataclass(frozen=True, slots=True)
class Offered:
    """A number awaiting its code. Its repr omits the code."""

    number: str
    code: str

    def __repr__(self) -> str:
        return "Offered()"


class OwnPhones:
    """Offers, confirms and removes one's own mobile number."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        throttle: Throttle,
        messenger: Messenger,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._throttle = throttle
        self._messenger = messenger

    async def offer(self, staff: StaffAccess, phone: str) -> None:
        """Send a code to a number; the previously confirmed number is used until then.

        Raises WrongInput (field `phone`) if it is not a number, TooMany for too many codes.
        """
        country = (await self._clinics.get(staff.clinic_id)).options.home
        number = read_for_sms(phone, country)
        keys = await self._vault.clinic(staff.clinic_id)
        offered = Offered(number, f"{secrets.randbelow(1_000_000):06}")
        sealed = keys.seal(_OFFERED, staff.staff_id, [offered.number, offered.code])
        until = clock.now() + CODE_FOR
        sent = ((CODES_FOR_PERSON, staff.staff_id), (CODES_TO_NUMBER, offered.number))
        async with self._database.unit_of_work() as work:
            await self._throttle.check_in(work, *sent)
            await self._throttle.failed(work, *sent)
            await work.execute(
                _offer,
                staff_id=staff.staff_id,
                clinic_id=staff.clinic_id,
                channels="email",
                offered=sealed,
                offered_until=until,
                tries=0,
                new_offer=sealed,
                new_until=until,
            )
            await self._messenger.send(work, _with_code(staff, offered))

    async def confirm(self, staff: StaffAccess, code: str) -> None:
        """Use the number from now on if the code is the one sent there.

        Raises WrongInput (field `code`): after five wrong ones, and after ten minutes, a new code
        is needed.
        """
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await work.one(_for_change, of=staff.staff_id)
            offered = offered_in(keys, row) if row is not None else None
            if row is None or offered is None:
                refusal = N_("This code is too old. Have a new one sent.")
            elif _is_same(code, offered.code):
                await self._take(work, keys, staff, offered.number)
                return
            elif row.tries + 1 < TRIES:
                await work.execute(_set, of=staff.staff_id, tries=row.tries + 1)
                refusal = N_("This is not the code that we sent. Look at the newest message.")
            else:
                await work.execute(_set, of=staff.staff_id, **_NO_OFFER)
                refusal = N_("This was not the code, too many times. Have a new one sent.")
        raise WrongInput(refusal, field="code")

    async def is_code_lost(self, staff: StaffAccess) -> bool:
        """Whether the newest code could not be sent to its number."""
        cause = _cause(staff)
        async with self._database.read() as db:
            row = await db.one(_codes_sent, since=f"{cause}/", until=f"{cause}0")  # “0” follows “/”
        return row is not None and row.state == NoticeState.FAILED

    async def cancel(self, staff: StaffAccess) -> None:
        """Forget a number awaiting its code."""
        async with self._database.unit_of_work() as work:
            await work.execute(_set, of=staff.staff_id, **_NO_OFFER)

    async def remove(self, staff: StaffAccess) -> None:
        """Forget the number. Anybody alerted by SMS alone is alerted by e-mail again."""
        async with self._database.unit_of_work() as work:
            row = await work.one(_for_change, of=staff.staff_id)
            if row is None or row.phone is None:
                return
            others = [channel for channel in row.channels.split(",") if channel != "sms"]
            by_sms_alone = row.channels == "sms"
            await work.execute(
                _set,
                of=staff.staff_id,
                phone=None,
                channels="email" if by_sms_alone else ",".join(others),
                **_NO_OFFER,
            )
            await self._line(work, staff, "removed")

    async def read_again(self, payload: dict[str, Any]) -> None:
        """Job: bring confirmed numbers of a clinic into the stored form. One that cannot be read
        stays: it is shown on the account page, where its owner can replace it. Idempotent."""
        clinic_id: str = payload["clinic_id"]
        country = (await self._clinics.fresh(clinic_id)).options.home
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            found = await db.all(_with_number, clinic=clinic_id)
        for row in found:
            number = str(keys.unseal(PHONE_COLUMN, row.staff_id, row.phone)) if row.phone else ""
            try:
                stored = phones.read(number, country).number
            except phones.Unreadable:
                continue
            if stored == number:
                continue
            async with self._database.unit_of_work() as work:
                locked = await work.one(_for_change, of=row.staff_id)
                if locked is not None and locked.phone == row.phone:
                    sealed = keys.seal(PHONE_COLUMN, row.staff_id, stored)
                    await work.execute(_set, of=row.staff_id, phone=sealed)

    async def _take(
        self, work: UnitOfWork, keys: ClinicKeys, staff: StaffAccess, number: str
    ) -> None:
        sealed = keys.seal(PHONE_COLUMN, staff.staff_id, number)
        await work.execute(_set, of=staff.staff_id, phone=sealed, **_NO_OFFER)
        await self._line(work, staff, "confirmed")

    async def _line(self, work: UnitOfWork, staff: StaffAccess, what: str) -> None:
        await self._audit.record(
            work,
            staff.clinic_id,
            staff.actor,
            Action.ALERTS_CHANGED,
            subject_id=staff.staff_id,
            number=what,
        )


def offered_in(keys: ClinicKeys, row: StaffAlertsRow) -> Offered | None:
    """Return the number awaiting its code, while the code is valid."""
    if row.offered is None or row.offered_until < clock.now():
        return None
    number, code = keys.unseal(_OFFERED, row.staff_id, row.offered)
    return Offered(number, code)


def _is_same(typed: str, code: str) -> bool:
    """Compare codes in constant time, ignoring the gaps that people type."""
    return hmac.compare_digest("".join(typed.split()).encode(), code.encode())


def _cause(staff: StaffAccess) -> str:
    return f"{staff.staff_id}/phone"


def _with_code(staff: StaffAccess, offered: Offered) -> Notice:
    text = _("{code} is your code for Bedside. It holds for ten minutes.")
    return Notice(
        clinic_id=staff.clinic_id,
        patient_id="",
        cause_id=f"{_cause(staff)}/{secrets.token_hex(8)}",
        channel="sms",
        to=offered.number,
        text=text.format(code=offered.code),
        staff_id=staff.staff_id,
        useful_for=CODE_FOR,
    )
