"""SMS through an HTTP gateway compatible with Twilio's.

https://www.twilio.com/docs/messaging/api/message-resource
"""

import asyncio
import json
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import httpx

from bedside.adapters.answers import Answered, ask
from bedside.kernel import clock
from bedside.kernel.known_states import DOWN, OK, State
from bedside.kernel.language import N_
from bedside.notifications.ports import (
    Channel,
    Delivered,
    Message,
    PermanentFailure,
    SentBook,
    TemporaryFailure,
)

SECONDS_EACH = 15
"""Timeout for a whole answer, connecting included."""

_LONGEST_ANSWER = 64 << 10
_LONGEST_LIST = 4 << 20
"""Bytes of an answer: to a message, and with LOOK_BACK messages of some 1,000 bytes."""

CLOCKS_DIFFER = 10 * clock.MINUTE
"""The gateway's clock is not ours. What was sent that long before, in the same words, belongs to
another message, and the book knows it."""

LOOK_BACK = 1000
"""Newest messages to search: the most that one answer holds."""

_WRONG_NUMBER = {21211, 21214, 21217, 21401, 21407, 21421, 21614}
_CANNOT_REACH = {21408, 21610, 21612, 30003, 30004, 30005, 30006}

_DOWN = N_("The SMS gateway does not answer. The message is kept and sent again.")
_LATER = N_("The SMS gateway asks to try later. The message is kept and sent again.")
_BROKEN = N_("The SMS gateway has a fault. The message is kept and sent again.")
_STRANGE = N_(
    "What answers at the SMS gateway's address is no SMS gateway. Check the SMS settings."
)
_SIGN_IN = N_("The SMS gateway does not accept our sign-in. Check the SMS settings.")
_NUMBER = N_("This phone number does not exist. Check the patient's phone number.")
_UNREACHABLE = N_("This phone number cannot get SMS, or its owner has asked for none.")
_REFUSED = N_("The SMS gateway refused the message.")


class TwilioSms:
    """Sends through one account of a gateway. `url` is the gateway's base address, `reports_to` the
    public address for its delivery reports, or "" for no reports; `book` knows whose messages the
    gateway has."""

    name = "SMS"

    def __init__(
        self,
        url: str,
        account: str,
        token: str,
        sender: str,
        book: SentBook,
        *,
        reports_to: str = "",
        seconds: float = SECONDS_EACH,
    ) -> None:
        self._address = f"{url.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
        self._sender = sender
        self._book = book
        self._reports = {"StatusCallback": reports_to} if reports_to else {}
        self._seconds = seconds
        self._http = httpx.AsyncClient(
            auth=(account, token), timeout=seconds, follow_redirects=False, trust_env=False
        )

    async def deliver(self, message: Message) -> Delivered:
        """Hand the message to the gateway; the reference is its message SID.

        The gateway does not recognise a retry. So if it may have accepted the message before (an
        answer that never came, now or in an earlier try), its list of messages is checked first.
        """
        if message.tried_since:
            earlier = await self._already_sent(message, message.tried_since)
            if earlier is not None:
                return earlier
        began = clock.now()
        try:
            answer = await self._ask(
                "POST",
                _LONGEST_ANSWER,
                data={
                    "To": message.to,
                    "From": self._sender,
                    "Body": message.text,
                    **self._reports,
                },
                headers={"Idempotency-Key": message.id},
            )
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise TemporaryFailure(_DOWN) from None
        except httpx.TransportError:
            taken = await self._already_sent(message, began)
            if taken is None:
                raise TemporaryFailure(_DOWN) from None
            return taken
        return Delivered(str(_content(answer).get("sid", "")))

    async def _ask(self, method: str, most: int, **request: Any) -> Answered:
        """Return the gateway's answer, complete and in time; raises httpx.TransportError."""
        try:
            async with asyncio.timeout(self._seconds):
                return await ask(self._http, method, self._address, most=most, **request)
        except TimeoutError as error:
            raise httpx.ReadTimeout("") from error

    async def state(self) -> str:
        """Return whether the gateway answers and accepts our sign-in."""
        try:
            _content(await self._ask("GET", _LONGEST_LIST, params={"PageSize": "1"}))
        except httpx.TransportError:
            return State(DOWN, _DOWN)
        except (TemporaryFailure, PermanentFailure) as failure:
            return State(DOWN, failure.sentence)
        return OK

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _already_sent(self, message: Message, since: int) -> Delivered | None:
        """Find the same words to the same number since then, unless they are another message's:
        a mother of twins is thanked twice. Raises TemporaryFailure if that cannot be found out."""
        # The gateway could filter by number, but then the number would be in a URL.
        query = {"PageSize": str(LOOK_BACK)}
        try:
            answer = await self._ask("GET", _LONGEST_LIST, params=query)
        except httpx.TransportError:
            raise TemporaryFailure(_DOWN) from None
        listed = await asyncio.to_thread(_content, answer)
        for sent in cast(list[dict[str, Any]], listed.get("messages", [])):
            same = sent.get("to") == message.to and sent.get("body") == message.text
            if not same or _milliseconds(sent.get("date_created")) < since - CLOCKS_DIFFER:
                continue
            reference = str(sent.get("sid", ""))
            if not await self._book.has(Channel.SMS, reference):
                return Delivered(reference)
        return None


def _content(answer: Answered) -> dict[str, Any]:
    """Return the JSON of a good answer; raises what a bad one means for the message."""
    try:
        content = json.loads(answer.content)
    except (ValueError, RecursionError):
        content = None
    status = answer.status
    if status == 429:
        raise TemporaryFailure(_LATER)
    if status >= 500:
        raise TemporaryFailure(_BROKEN)
    if not isinstance(content, dict):
        raise PermanentFailure(_STRANGE)
    answered = cast(dict[str, Any], content)
    if status in (200, 201):
        return answered
    raise PermanentFailure(_meaning(status, answered.get("code")))


def _meaning(status: int, code: Any) -> str:
    """Return the sentence for an error (https://www.twilio.com/docs/api/errors)."""
    if status in (401, 403):
        return _SIGN_IN
    if code in _WRONG_NUMBER:
        return _NUMBER
    return _UNREACHABLE if code in _CANNOT_REACH else _REFUSED


def _milliseconds(date: Any) -> int:
    """Convert an RFC 2822 date to milliseconds since the epoch; 0 if it is not one."""
    try:
        moment: datetime = parsedate_to_datetime(str(date))
    except ValueError:
        return 0
    return int(moment.timestamp() * 1000)
