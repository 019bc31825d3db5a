"""The gateway of an installation without gateways: messages stay here, for staff to look at.

The notification itself is the copy that the outbox page shows, so there is nothing to carry.
"""

import structlog

from bedside.notifications.ports import Channel, Delivered, Message

_log = structlog.get_logger("outbox")


class LocalOutbox:
    """Takes every message of one channel and lets none leave the machine."""

    name = "Local outbox"

    def __init__(self, channel: Channel) -> None:
        _log.warning("outbox.local", channel=channel, hint="messages do not leave this machine")

    async def deliver(self, message: Message) -> Delivered:
        """The message is where it will be read."""
        return Delivered(message.id)
