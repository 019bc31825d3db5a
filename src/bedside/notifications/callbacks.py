"""Delivery reports of the SMS gateway: whether a message reached the phone.

https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
"""

import base64
import hmac

from bedside.errors import NotAllowed
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.ports import Channel
from bedside.notifications.states import Report

PATH = "/hooks/sms"
_REPORTS = {
    "delivered": Report.ARRIVED,
    "read": Report.ARRIVED,
    "undelivered": Report.LOST,
    "failed": Report.LOST,
    "canceled": Report.LOST,
    "partially_delivered": Report.IN_PART,
}
"""By the gateway's word; other words tell nothing about whether it arrived."""


class SmsReports:
    """Accepts signed reports. `address` is where the gateway sends them, as it knows it; `token`
    is the account's, and without one no report is accepted."""

    def __init__(self, dispatcher: Dispatcher, address: str, token: str) -> None:
        self._dispatcher = dispatcher
        self._address = address
        self._token = token

    async def take(self, fields: list[tuple[str, str]], signature: str) -> None:
        """Accept a report that is signed with the token. Raises NotAllowed."""
        expected = signature_of(self._token, self._address, fields)
        if not self._token or not hmac.compare_digest(expected.encode(), signature.encode()):
            raise NotAllowed
        said = dict(fields)
        report = _REPORTS.get(said.get("MessageStatus", ""))
        if report is not None:
            await self._dispatcher.reported(Channel.SMS, said.get("MessageSid", ""), report)


def signature_of(token: str, address: str, fields: list[tuple[str, str]]) -> str:
    """Return the HMAC-SHA-1, in base 64, of the address and the sorted fields
    (https://www.twilio.com/docs/usage/security#validating-requests)."""
    text = address + "".join(name + value for name, value in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()
