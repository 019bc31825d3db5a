"""Test messages: an administrator sees whether messages leave this machine, on their own phone and
in their own mailbox. They say nothing but that they are a test."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions
from bedside.notifications.messenger import ChannelName, Messenger, Notice
from bedside.notifications.models import notifications
from bedside.notifications.rows import NotificationRow
from bedside.notifications.states import NoticeState
from bedside.people.permissions import ClinicAccess
from bedside.people.throttling import Limit, Throttle

TRIALS_OF_PERSON = Limit("throttle.trials", free=5, first=clock.MINUTE, longest=clock.HOUR)
_PREFIX = "tri"
_USEFUL_FOR = clock.HOUR
_LOOKED_AT = 20

_latest = prepared(
    select(notifications)
    .where(
        notifications.c.clinic_id == bindparam("clinic"),
        notifications.c.cause_id.startswith(f"{_PREFIX}_", autoescape=True),
    )
    .order_by(notifications.c.created_at.desc(), notifications.c.id.desc())
    .limit(_LOOKED_AT),
    NotificationRow,
)


@dataclass(frozen=True, slots=True)
class Trial:
    """The latest test message by a channel. `failure` is a sentence; `stayed` means that it went
    into the local outbox, because no gateway is set up. Time in milliseconds."""

    channel: str
    state: NoticeState
    failure: str
    stayed: bool
    sent_at: int

    @property
    def arrived(self) -> bool:
        """Whether a gateway took it."""
        return not self.stayed and self.state in (NoticeState.SENT, NoticeState.DELIVERED)


class Trials:
    """Sends test messages, and remembers what became of them."""

    def __init__(self, database: Transactions, throttle: Throttle, messenger: Messenger) -> None:
        self._database = database
        self._throttle = throttle
        self._messenger = messenger

    async def send(self, clinic: ClinicAccess, channel: ChannelName, to: str, name: str) -> None:
        """Send a test message to the administrator's own address. Raises TooMany.

        `name` is the clinic's, as patients know it.
        """
        text = _("{clinic}: this is a test message. It arrived, so messages to patients leave.")
        notice = Notice(
            clinic_id=clinic.clinic_id,
            patient_id="",
            cause_id=new_id(_PREFIX),
            channel=channel,
            to=to,
            text=text.format(clinic=name),
            subject=_("A test message"),
            staff_id=clinic.staff.staff_id,
            useful_for=_USEFUL_FOR,
        )
        async with self._database.unit_of_work() as work:
            await self._throttle.check_in(work, (TRIALS_OF_PERSON, clinic.staff.staff_id))
            await self._throttle.failed(work, (TRIALS_OF_PERSON, clinic.staff.staff_id))
            await self._messenger.send(work, notice)

    async def latest(self, clinic_id: str) -> dict[str, Trial]:
        """Return the latest test by each channel that was tried."""
        async with self._database.read() as db:
            rows = await db.all(_latest, clinic=clinic_id)
        return {
            row.channel: Trial(
                row.channel, NoticeState(row.state), row.failure, row.local, row.created_at
            )
            for row in reversed(rows)
        }
