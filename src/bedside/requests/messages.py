"""Handing the messages of requests to the messenger."""

from bedside.kernel.unit_of_work import Row, UnitOfWork
from bedside.people.messenger import Messenger, Notice
from bedside.people.wording import Letter
from bedside.requests.records import Content


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
