"""Attachments of e-mails: made by their domain at the moment at which the e-mail leaves, and kept
nowhere.

A message stores a reference. What is attached is as it is then: a file that was corrected since
leaves corrected, and one that was destroyed does not leave.
"""

import asyncio
from dataclasses import dataclass

import structlog

from bedside.errors import BedsideError, StorageFull, TooMany, Unavailable
from bedside.kernel.kinds import Kinds
from bedside.kernel.language import N_
from bedside.notifications.messenger import Notice
from bedside.notifications.ports import (
    Attachment,
    Attachments,
    DeliveryFailure,
    PermanentFailure,
    TemporaryFailure,
)

LARGEST = 25 * 1024 * 1024
"""Bytes of all attachments of one e-mail: few mail servers take more."""
_MOST_SECONDS = 120
"""For making all attachments of one e-mail."""

TOO_LARGE = N_(
    "The attachments are too large for an e-mail, so nothing was sent. Send the link instead."
)
_NOT_NOW = N_("What is attached cannot be opened right now. The message is kept and sent again.")
_NOT_THERE = N_(
    "What is attached is not there any more, so nothing was sent. Look at it in the chart, then "
    "send it again or call."
)
_log = structlog.get_logger("notifications")


@dataclass(frozen=True, slots=True)
class AttachmentSource:
    """The domain of references that begin with `prefix`, which makes what is attached."""

    prefix: str
    attachments: Attachments


def carries(notice: Notice) -> bool:
    """Whether something may be attached to a message: to an e-mail to the patient's own card."""
    to_card = notice.patient_id and not (notice.staff_id or notice.contact_of)
    return bool(notice.attached and to_card and notice.channel == "email")


class Attaching:
    """Knows who makes attachments, and asks for them."""

    def __init__(self) -> None:
        self._sources: Kinds[AttachmentSource] = Kinds()

    def add(self, source: AttachmentSource) -> None:
        """Register who makes attachments. Raises ValueError when its prefix is taken."""
        self._sources.add(source)

    async def made(self, clinic_id: str, patient_id: str, reference: str) -> tuple[Attachment, ...]:
        """Return what is attached. Raises TemporaryFailure or PermanentFailure, nothing else: the
        e-mail says that something is attached, so it never leaves without it."""
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                source = self._sources.of(reference)
                made = await source.attachments.attached(clinic_id, patient_id, reference)
        except DeliveryFailure:
            raise
        except (Unavailable, StorageFull, TooMany):
            raise TemporaryFailure(_NOT_NOW) from None
        except BedsideError:
            raise PermanentFailure(_NOT_THERE) from None
        except Exception as error:
            # A defect. The message is tried for a day, like any other, and then it is a task.
            _log.error("message.not_attached", error=type(error).__name__)
            raise TemporaryFailure(_NOT_NOW) from None
        if not made:
            raise PermanentFailure(_NOT_THERE)
        if sum(len(one.content) for one in made) > LARGEST:
            raise PermanentFailure(TOO_LARGE)
        return made
