"""The sealed part of a notification: what is stored of it, and what stays once it has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bedside.database.sealed import ClinicKeys
from bedside.notifications.messenger import Notice
from bedside.notifications.ports import Attachment, Channel, Message
from bedside.notifications.rows import NotificationRow

COLUMN = "notifications.content"
_STORED = (
    "to",
    "subject",
    "text",
    "html",
    "contact_of",
    "neutral",
    "waits_for",
    "topic",
    "can_wait",
    "attached",
)


@dataclass(frozen=True, slots=True)
class AttachmentShown:
    """An attachment as the local outbox shows it: its name, and its size in bytes."""

    name: str
    size: int


def sealed(keys: ClinicKeys, notification_id: str, notice: Notice) -> bytes:
    """Seal a new message."""
    return keys.seal(COLUMN, notification_id, {name: getattr(notice, name) for name in _STORED})


def opened(keys: ClinicKeys, row: NotificationRow) -> dict[str, Any]:
    """Return what is sealed of a message."""
    return keys.unseal(COLUMN, row.id, row.content)


def message_of(row: NotificationRow, content: dict[str, Any]) -> Message:
    """Return a message for its gateway, without what is attached to it."""
    return Message(
        id=row.id,
        channel=Channel(row.channel),
        to=content["to"],
        subject=content["subject"],
        text=content["text"],
        html=content["html"],
        tried_since=row.tried_since,
        neutral=content.get("neutral", False),
        waits_for=content.get("waits_for", 0),
        topic=content.get("topic", ""),
        can_wait=content.get("can_wait", False),
    )


def listing(
    keys: ClinicKeys,
    row: NotificationRow,
    content: dict[str, Any],
    attachments: Sequence[Attachment],
) -> bytes:
    """Seal a message that stays in the local outbox, with names and sizes of its attachments."""
    listed = [[one.name, len(one.content)] for one in attachments]
    return keys.seal(COLUMN, row.id, {**content, "attachments": listed})


def listed(content: dict[str, Any]) -> tuple[AttachmentShown, ...]:
    """Return the attachments of a message in the local outbox."""
    return tuple(AttachmentShown(name, size) for name, size in content.get("attachments", ()))


def has_body(keys: ClinicKeys, row: NotificationRow) -> bool:
    """Whether the body of a message is still there."""
    return bool(opened(keys, row)["text"])


def wiped(keys: ClinicKeys, row: NotificationRow) -> bytes:
    """Return the content without its body, so that the row contains no working link any more."""
    to = opened(keys, row)["to"]
    return keys.seal(COLUMN, row.id, {"to": to, "subject": "", "text": "", "html": ""})
