"""Reading notifications: the local outbox, and deliveries of a request's messages."""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, or_, select

from bedside.audit import Action
from bedside.audit.looks import Looks
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared, unindexed
from bedside.kernel.unit_of_work import Transactions
from bedside.notifications import contents
from bedside.notifications.bounces import GONE
from bedside.notifications.contents import AttachmentShown
from bedside.notifications.models import notifications
from bedside.notifications.plans.findings import NOT_NEEDED
from bedside.notifications.ports import Channel
from bedside.notifications.rows import NotificationRow
from bedside.notifications.states import NoticeState
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.visibility import is_visible

PAGE = 50

_local = prepared(
    select(notifications)
    .where(
        notifications.c.clinic_id == bindparam("clinic"),
        notifications.c.local,
        or_(
            notifications.c.staff_id == bindparam("reader"),
            and_(notifications.c.staff_id == "", is_visible(notifications.c.patient_id)),
        ),
    )
    .order_by(notifications.c.created_at.desc(), notifications.c.id.desc())
    .limit(PAGE),
    NotificationRow,
)
_came_back = prepared(
    select(notifications)
    .where(
        notifications.c.patient_id == bindparam("patient"),
        unindexed(notifications.c.clinic_id) == bindparam("clinic"),
        notifications.c.channel == Channel.EMAIL.value,
        notifications.c.failure == GONE,
    )
    .order_by(notifications.c.id.desc())
    .limit(PAGE),
    NotificationRow,
)
_of_causes = (
    select(notifications)
    .where(notifications.c.clinic_id == bindparam("clinic"))
    .order_by(notifications.c.id)
)


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message as its recipient would see it: a patient or, with an empty `patient_name`, the
    colleague who reads this, with what would have been attached. `created_at` in milliseconds."""

    id: str
    cause_id: str
    channel: Channel
    patient_id: str
    patient_name: str
    to: str
    subject: str
    text: str
    state: NoticeState
    created_at: int
    attachments: tuple[AttachmentShown, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of one message. `failure` is a sentence for staff; `can_resend` says whether its
    body is still there."""

    id: str
    cause_id: str
    channel: Channel
    to: str
    state: NoticeState
    attempts: int
    failure: str
    can_resend: bool
    created_at: int
    sent_at: int
    delivered_at: int

    @property
    def not_needed(self) -> bool:
        """Whether it did not leave because nobody needed it any more."""
        return self.failure in NOT_NEEDED


class Messages:
    """Finds notifications for those who may see their patients."""

    def __init__(
        self, database: Transactions, vault: Vault, looks: Looks, patients: Patients
    ) -> None:
        self._database = database
        self._vault = vault
        self._looks = looks
        self._patients = patients

    async def outbox(self, staff: StaffAccess) -> list[OutboxMessage]:
        """Return the newest messages in the local outbox: to patients this person may see, and to
        this person.

        The links in them work, so looking writes an audit line.
        """
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(
                _local, staff=staff.staff_id, clinic=staff.clinic_id, reader=staff.staff_id
            )
        to_patients = {row.patient_id for row in rows if not row.staff_id}
        names = await self._patients.named(staff.clinic_id, to_patients)
        await self._looks.note(staff.clinic_id, staff.actor, staff.session_id, Action.OUTBOX_OPENED)
        return [_shown(keys, row, names.get(row.patient_id, "")) for row in rows]

    async def came_back(self, chart: ChartAccess, email: str) -> bool:
        """Whether a message to this address of the patient came back because there is none."""
        if not email:
            return False
        keys = await self._vault.clinic(chart.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_came_back, patient=chart.patient_id, clinic=chart.clinic_id)
        return any(contents.opened(keys, row)["to"].casefold() == email.casefold() for row in rows)

    async def of_request(self, chart: ChartAccess, request_id: str) -> list[Delivery]:
        """Return the deliveries of one request to this patient, oldest first."""
        keys = await self._vault.clinic(chart.clinic_id)
        wanted = _of_causes.where(
            notifications.c.patient_id == chart.patient_id,
            notifications.c.cause_id.startswith(request_id + "/", autoescape=True),
        )
        async with self._database.read() as db:
            rows = await db.all(prepared(wanted, NotificationRow), clinic=chart.clinic_id)
        return [_delivery(keys, row) for row in rows]


def _shown(keys: ClinicKeys, row: NotificationRow, patient_name: str) -> OutboxMessage:
    content = contents.opened(keys, row)
    return OutboxMessage(
        row.id,
        row.cause_id,
        Channel(row.channel),
        row.patient_id,
        patient_name,
        content["to"],
        content["subject"],
        content["text"],
        NoticeState(row.state),
        row.created_at,
        contents.listed(content),
    )


def _delivery(keys: ClinicKeys, row: NotificationRow) -> Delivery:
    content = contents.opened(keys, row)
    return Delivery(
        row.id,
        row.cause_id,
        Channel(row.channel),
        content["to"],
        NoticeState(row.state),
        row.attempts,
        row.failure,
        row.state == NoticeState.FAILED and not row.sent_at and bool(content["text"]),
        row.created_at,
        row.sent_at,
        row.delivered_at,
    )
