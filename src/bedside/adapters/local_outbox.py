"""The gateway of an installation without gateways: messages stay here, for staff to look at.

The outbox page shows the notification itself, so there is nothing to send.
"""

import structlog

from bedside.notifications.ports import Channel, Delivered, Message

_log = structlog.get_logger("outbox")


class LocalOutbox:
    """Accepts every message of one channel and lets none leave the machine."""

    name = "Local outbox"

    def __init__(self, channel: Channel) -> None:
        _log.warning("outbox.local", channel=channel, hint="messages do not leave this machine")

    async def deliver(self, message: Message) -> Delivered:
        """Report the message as delivered: it already is where it will be read."""
        return Delivered(message.id)
