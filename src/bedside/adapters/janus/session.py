"""One session with Janus over one WebSocket: requests with their answers, and events of handles.

https://janus.conf.meetecho.com/docs/rest.html#WS
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self, cast

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException
from websockets.typing import Subprotocol

from bedside.calls.media_server import MediaServerDown

_log = structlog.get_logger("janus")

PLUGIN = "janus.plugin.videoroom"

KEEP_ALIVE = 25.0
"""Seconds between keep-alives; Janus ends a session after 60 without."""

_PROTOCOL = Subprotocol("janus-protocol")
_LARGEST = 4 * 1024 * 1024
"""Bytes of one message: the offer with everything in a full room is some 150 KB."""

_GONE = {458, 459, 462}

_Message = dict[str, Any]


class Refused(Exception):
    """Janus understood and refused; `code` is its number for the reason.

    `gone` if it no longer knows the session or the handle.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.gone = code in _GONE


@dataclass(frozen=True)
class Event:
    """An event for a handle: `kind` is Janus's word for it (event, webrtcup, hangup, …).

    `data` is the plugin's data, `sdp` the session description that came along, or "".
    """

    kind: str
    data: _Message = field(default_factory=dict[str, Any])
    sdp: str = ""


Listener = Callable[[Event], None]


class Session:
    """A session, created by `open` and usable until `ended` returns. `seconds` is the timeout for
    each answer.

    Every request raises MediaServerDown if the session ends or the answer takes too long, and
    Refused if Janus refuses it.
    """

    def __init__(self, socket: ClientConnection, secret: str, seconds: float) -> None:
        self._socket = socket
        self._secret = secret
        self._seconds = seconds
        self._id = 0
        self._asked: dict[str, tuple[asyncio.Future[_Message], bool]] = {}
        self._listeners: dict[int, Listener] = {}
        self._reading = asyncio.create_task(self._read())
        self._living: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, secret: str, seconds: float) -> Self:
        """Connect and begin a session. Raises MediaServerDown, also for a wrong secret."""
        try:
            socket = await connect(
                url,
                subprotocols=[_PROTOCOL],
                proxy=None,  # the secret must go nowhere else
                open_timeout=seconds,
                close_timeout=1,
                ping_interval=seconds,
                ping_timeout=seconds,
                max_size=_LARGEST,
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
            raise MediaServerDown from error
        session = cls(socket, secret, seconds)
        try:
            begun = await session._request({"janus": "create"})
        except Refused as error:
            await session.close()
            raise MediaServerDown from error
        except BaseException:
            await session.close()
            raise
        session._id = begun["data"]["id"]
        session._living = asyncio.create_task(session._keep_alive())
        return session

    async def ended(self) -> None:
        """Wait until the session is over, for whatever reason."""
        await asyncio.wait([self._reading])

    async def close(self) -> None:
        """End the session and all its handles."""
        with contextlib.suppress(MediaServerDown, Refused):
            if self._id and not self._reading.done():
                await self._request({"janus": "destroy", "session_id": self._id})
        await self._socket.close()
        await self.ended()

    async def alive(self) -> None:
        """Wait until Janus answers."""
        await self._request({"janus": "keepalive", "session_id": self._id}, ack_is_answer=True)

    async def attach(self, listener: Listener) -> int:
        """Create a handle of the VideoRoom, whose events (answers too) go to `listener`."""
        request = {"janus": "attach", "session_id": self._id, "plugin": PLUGIN}
        handle: int = (await self._request(request))["data"]["id"]
        self._listeners[handle] = listener
        return handle

    def ignore(self, handle: int) -> None:
        """Drop all further events of a handle that is about to be detached."""
        self._listeners.pop(handle, None)

    async def detach(self, handle: int) -> None:
        """End a handle and its media. Not an error if it is gone; its events are dropped."""
        self.ignore(handle)
        with contextlib.suppress(MediaServerDown, Refused):
            await self._request(self._to(handle, "detach"))

    async def ask(self, handle: int, body: _Message, *, offer: str = "", answer: str = "") -> Event:
        """Return the plugin's answer to `body`, which may come with a session description."""
        request = {**self._to(handle, "message"), "body": body}
        if offer or answer:
            request["jsep"] = {"type": "offer" if offer else "answer", "sdp": offer or answer}
        event = _event(await self._request(request))
        if "error_code" in event.data:
            raise Refused(event.data["error_code"], str(event.data.get("error")))
        return event

    async def trickle(self, handle: int, candidate: _Message) -> None:
        """Pass on a candidate, or {"completed": True}."""
        request = {**self._to(handle, "trickle"), "candidate": candidate}
        await self._request(request, ack_is_answer=True)

    def _to(self, handle: int, janus: str) -> _Message:
        return {"janus": janus, "session_id": self._id, "handle_id": handle}

    async def _request(self, request: _Message, *, ack_is_answer: bool = False) -> _Message:
        if self._reading.done():
            raise MediaServerDown
        transaction = secrets.token_hex(8)
        answer: asyncio.Future[_Message] = asyncio.get_running_loop().create_future()
        self._asked[transaction] = answer, ack_is_answer
        text = json.dumps({**request, "transaction": transaction, "apisecret": self._secret})
        try:
            async with asyncio.timeout(self._seconds):
                await self._socket.send(text)
                return await answer
        except (TimeoutError, OSError, WebSocketException) as error:
            raise MediaServerDown from error
        finally:
            self._asked.pop(transaction, None)

    async def _keep_alive(self) -> None:
        try:
            while True:
                await asyncio.sleep(KEEP_ALIVE)
                await self.alive()
        except (MediaServerDown, Refused):
            await self._socket.close()

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                message = cast(_Message, json.loads(text))
                if message["janus"] == "timeout" and "transaction" not in message:
                    break  # Janus dropped the session
                self._dispatch(message)
        except WebSocketException:
            pass  # pending requests learn of it below
        except (ValueError, KeyError, TypeError) as error:
            _log.warning("unreadable", error=type(error).__name__)
        finally:
            if self._living is not None:
                self._living.cancel()
            for answer, _ in self._asked.values():
                if not answer.done():
                    answer.set_exception(MediaServerDown())
            self._listeners.clear()
            await self._socket.close()

    def _dispatch(self, message: _Message) -> None:
        """Call the handle's listener first, so that its view follows the order of Janus's
        messages."""
        listener = self._listeners.get(message.get("sender", 0))
        if listener is not None and message["janus"] not in ("ack", "success", "error"):
            listener(_event(message))
        answer, ack_is_answer = self._asked.get(message.get("transaction", ""), (None, False))
        if answer is None or answer.done():
            return
        if message["janus"] == "error":
            error = message["error"]
            answer.set_exception(Refused(error["code"], error["reason"]))
        elif message["janus"] != "ack" or ack_is_answer:
            answer.set_result(message)


def _event(message: _Message) -> Event:
    plugin: _Message = message.get("plugindata") or {}
    jsep: _Message = message.get("jsep") or {}
    return Event(message["janus"], plugin.get("data") or {}, jsep.get("sdp", ""))
