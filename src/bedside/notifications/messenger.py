"""Messages to people, from the point of view of their causes: written here, sent elsewhere."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.staff import Member

ChannelName = Literal["sms", "email", "push"]
CHANNELS: tuple[ChannelName, ...] = ("sms", "email")
"""The channels to a patient."""
Outcome = Literal["queued", "sent", "delivered", "uncertain", "failed"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to a patient, or to staff about one. It carries no health information (feature
    N2). `patient_id` is the patient it concerns, "" if none.

    `cause_id` names the cause: the same cause and channel never make a second message. `subject`
    and `html` are for e-mail. `staff_id` is set for a message to a colleague: nobody else sees it.
    After `useful_for` milliseconds it is no longer sent (0: it is tried for a day). `contact_of` is
    the patient whose rules for messages hold, where that is not `patient_id`, as for a number that
    somebody typed; `neutral` is set on the way out. A push waits for its device for `waits_for`
    seconds (0: as long as an alert to staff is of use); a later one about the same `topic` takes
    its place there, and one that `can_wait` does not wake a device that saves its battery.
    `essential` is what stays in a message that names nobody, such as a code. `attached` refers to
    what goes along with an e-mail (`notifications.attaching`). Its repr omits the content.
    """

    clinic_id: str
    patient_id: str
    cause_id: str
    channel: ChannelName
    to: str
    text: str
    subject: str = ""
    html: str = ""
    staff_id: str = ""
    useful_for: int = 0
    contact_of: str = ""
    neutral: bool = False
    waits_for: int = 0
    topic: str = ""
    can_wait: bool = False
    essential: str = ""
    attached: str = ""

    def __repr__(self) -> str:
        return f"Notice({self.cause_id}, {self.channel})"


class Messenger(Protocol):
    """Writes messages in the transaction that causes them, and sends them after it."""

    async def send(self, work: UnitOfWork, notice: Notice) -> None:
        """Write a message; does nothing if it was written before."""
        ...


@dataclass(frozen=True, slots=True)
class StaffAlert:
    """Something that a colleague should know now, without a word about a patient. `subject` is
    short, `text` a sentence, `path` the page to open; `cause_id` and `patient_id` are those of a
    `Notice`."""

    clinic_id: str
    patient_id: str
    cause_id: str
    subject: str
    text: str
    path: str


class StaffAlerter(Protocol):
    """Alerts a colleague through the channels they have chosen."""

    async def alert(self, work: UnitOfWork, member: Member, alert: StaffAlert) -> None:
        """Write the messages; they are sent after the commit."""
        ...
