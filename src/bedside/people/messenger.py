"""Messages to people, as those who cause them see it: written down here, carried elsewhere."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bedside.kernel.unit_of_work import UnitOfWork

ChannelName = Literal["sms", "email"]
Outcome = Literal["queued", "sent", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to a patient, or to staff about one. It carries no health information (feature
    N2). `patient_id` is whom it concerns.

    `cause_id` names what caused it: the same cause and channel never make a second message.
    `subject` and `html` are for e-mail. It prints without its content.
    """

    clinic_id: str
    patient_id: str
    cause_id: str
    channel: ChannelName
    to: str
    text: str
    subject: str = ""
    html: str = ""

    def __repr__(self) -> str:
        return f"Notice({self.cause_id}, {self.channel})"


class Messenger(Protocol):
    """Writes messages down, in the transaction of what causes them, and sends them after it."""

    async def send(self, work: UnitOfWork, notice: Notice) -> None:
        """Write a message down; nothing happens when it was written down before."""
        ...
