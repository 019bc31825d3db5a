"""Handing the messages of requests to the messenger."""

from bedside.kernel.unit_of_work import Row, UnitOfWork
from bedside.people.messenger import Messenger, Notice
from bedside.requests.records import Content
from bedside.requests.texts import Letter


async def send_letter(
    messenger: Messenger, work: UnitOfWork, row: Row, content: Content, cause: str, letter: Letter
) -> None:
    """Write a letter down for every channel that the request has an address for.

    `cause` is unique in the request, e.g. “invite/1”.
    """
    for channel, to in content.to.items():
        email = channel == "email"
        await messenger.send(
            work,
            Notice(
                clinic_id=row.clinic_id,
                patient_id=row.patient_id,
                cause_id=f"{row.id}/{cause}",
                channel=channel,
                to=to,
                text=letter.text,
                subject=letter.subject if email else "",
                html=letter.html if email else "",
            ),
        )


def international(phone: str) -> str:
    """A phone number as gateways want it (E.164): + and digits. A number that was entered without
    a country stays without one."""
    digits = "".join(c for c in phone if c.isdigit())
    if phone.strip().startswith("+"):
        return "+" + digits
    return "+" + digits[2:] if digits.startswith("00") else digits
