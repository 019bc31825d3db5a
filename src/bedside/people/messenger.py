"""Messages to people, as those who cause them see it: written down here, carried elsewhere."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bedside.errors import WrongInput
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.patients import Demographics, digits_of
from bedside.people.staff import Member

ChannelName = Literal["sms", "email", "push"]
CHANNELS: tuple[ChannelName, ...] = ("sms", "email")
"""The ways to a patient."""
Outcome = Literal["queued", "sent", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to a patient, or to staff about one. It carries no health information (feature
    N2). `patient_id` is whom it concerns, "" when it is no patient.

    `cause_id` names what caused it: the same cause and channel never make a second message.
    `subject` and `html` are for e-mail. `staff_id` is set when it goes to a colleague: nobody else
    sees it. After `useful_for` milliseconds it is not sent any more (0: it is tried for a day). It
    prints without its content.
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

    def __repr__(self) -> str:
        return f"Notice({self.cause_id}, {self.channel})"


class Messenger(Protocol):
    """Writes messages down, in the transaction of what causes them, and sends them after it."""

    async def send(self, work: UnitOfWork, notice: Notice) -> None:
        """Write a message down; nothing happens when it was written down before."""
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
    """Tells a colleague in the ways that the colleague has chosen."""

    async def tell(self, work: UnitOfWork, member: Member, alert: StaffAlert) -> None:
        """Write the messages down; they leave after the commit."""
        ...


def addresses_of(patient: Demographics, channels: tuple[str, ...]) -> dict[ChannelName, str]:
    """Where the messages go. Raises WrongInput when there is no channel, or no address for one."""
    to: dict[ChannelName, str] = {}
    for channel in CHANNELS:
        if channel not in channels:
            continue
        address = international(patient.phone) if channel == "sms" else patient.email
        if not address:
            missing = _("a mobile number") if channel == "sms" else _("an e-mail address")
            raise WrongInput(
                _("The patient has no {what} yet. Add it, or choose the other way.").format(
                    what=missing
                ),
                field="channels",
            )
        to[channel] = address
    if not to:
        raise WrongInput(_("Choose SMS, e-mail or both."), field="channels")
    return to


def is_phone_number(phone: str) -> bool:
    """Whether this can be a phone number at all, as somebody types it."""
    return len(digits_of(phone)) >= 5 and len(phone) <= 40


def international(phone: str) -> str:
    """A phone number as gateways want it (E.164): + and digits. A number that was entered without
    a country stays without one."""
    digits = "".join(c for c in phone if c.isdigit())
    if phone.strip().startswith("+"):
        return "+" + digits
    return "+" + digits[2:] if digits.startswith("00") else digits
