"""A domain whose references attach files to e-mails."""

from collections.abc import Awaitable, Callable
from typing import Any

from bedside.kernel.ids import new_id
from bedside.notifications.attaching import AttachmentSource
from bedside.notifications.messenger import Notice
from bedside.notifications.ports import Attachment
from tests.house import House

PREFIX = "doc"
FILES = (
    Attachment("Letter.pdf", "application/pdf", b"%PDF-1.7 the letter"),
    Attachment("تقرير.jpg", "image/jpeg", b"\xff\xd8 a scan"),
)


class Documents:
    """Attaches `files`, unless it `fails`; `meanwhile` happens while it makes them."""

    def __init__(self, files: tuple[Attachment, ...] = FILES) -> None:
        self.files = files
        self.fails: list[Exception] = []
        self.meanwhile: Callable[[], Awaitable[Any]] | None = None
        self.asked: list[tuple[str, str, str]] = []

    async def attached(
        self, clinic_id: str, patient_id: str, reference: str
    ) -> tuple[Attachment, ...]:
        """See `Attachments.attached`."""
        self.asked.append((clinic_id, patient_id, reference))
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.fails:
            raise self.fails.pop(0)
        return self.files


def attach_from(house: House, documents: Documents) -> Documents:
    """Register it, as `bootstrap` registers domains."""
    house.notifications.dispatcher.attach_from(AttachmentSource(PREFIX, documents))
    return documents


def letter_notice(clinic_id: str, patient_id: str, to: str, **other: Any) -> Notice:
    """Return an e-mail to a patient with something attached."""
    given: dict[str, Any] = {
        "clinic_id": clinic_id,
        "patient_id": patient_id,
        "cause_id": f"{new_id('xyz')}/sent",
        "channel": "email",
        "to": to,
        "text": "Riverside Clinic: a letter for you: https://care.example/l/secret",
        "subject": "A letter for you",
        "html": "<html><body><p>A letter for you</p></body></html>",
        "attached": new_id(PREFIX),
    }
    return Notice(**{**given, **other})
