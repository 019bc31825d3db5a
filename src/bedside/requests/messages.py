"""Passing the messages of requests to the messenger."""

from bedside.kernel.unit_of_work import UnitOfWork
from bedside.notifications.messenger import Messenger, Notice
from bedside.notifications.texts import OutgoingText
from bedside.requests.records import Content, RequestRow


async def send_text(
    messenger: Messenger,
    work: UnitOfWork,
    row: RequestRow,
    content: Content,
    cause: str,
    wording: OutgoingText,
) -> None:
    """Write a message for every channel that the request has an address for.

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
                text=wording.text,
                subject=wording.subject if email else "",
                html=wording.html if email else "",
            ),
        )


def page_in_app(request_id: str) -> str:
    """Return the path of the app that leads to a request's page, after signing in if need be."""
    return f"/app/requests/{request_id}"


def address_of_link(base_url: str, secret: str) -> str:
    """Return the address of a link, as its message has it."""
    return f"{base_url}/l/{secret}"
