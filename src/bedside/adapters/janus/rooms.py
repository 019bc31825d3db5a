"""A call's room in Janus, and the secrets that open it. None of this is stored: every web process
derives the same from Janus's secret, so that they share a room without coordinating.

A room's description is the id of its call, by which an orphaned room is found again.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from bedside.adapters.janus.session import Refused, Session
from bedside.calls.media_server import MOST_PUBLISHERS

BITRATE = 800_000
"""Bits per second for each video; twelve people get nine megabits then."""

_NO_SUCH_ROOM = 426
_ROOM_EXISTS = 427


@dataclass(frozen=True)
class Room:
    """The VideoRoom of a call."""

    call_id: str
    key: str

    @property
    def number(self) -> int:
        """The room's number in Janus, which nobody can guess."""
        return int(self._derive("room")[:12], 16) + 1

    @property
    def secret(self) -> str:
        """The secret for changing or ending the room."""
        return self._derive("secret")

    def token(self, connection_id: str) -> str:
        """The token with which a connection enters."""
        return self._derive(f"token:{connection_id}")

    @staticmethod
    async def all_there(session: Session, handle: int, key: str) -> list["Room"]:
        """Return the rooms created with this key, by whichever process."""
        told = (await session.ask(handle, {"request": "list"})).data["list"]
        found = [(Room(str(one["description"]), key), one["room"]) for one in told]
        return [room for room, number in found if room.number == number]

    async def create(self, session: Session, handle: int) -> None:
        """Create the room unless it exists."""
        body: dict[str, Any] = {
            **self._request("create"),
            "description": self.call_id,
            "permanent": False,
            "is_private": False,  # Janus does not list private ones; `allowed` decides who gets in
            "allowed": [],
            "publishers": MOST_PUBLISHERS,
            "bitrate": BITRATE,
            "bitrate_cap": True,
            "audiocodec": "opus",
            "videocodec": "vp8,h264",
            "opus_fec": True,
            "notify_joining": False,
            "record": False,
        }
        try:
            await session.ask(handle, body)
        except Refused as refused:
            if refused.code != _ROOM_EXISTS:
                raise

    async def destroy(self, session: Session, handle: int) -> None:
        """End the room with everybody inside, if it exists."""
        try:
            await session.ask(handle, self._request("destroy"))
        except Refused as refused:
            if refused.code != _NO_SUCH_ROOM:
                raise

    async def allow(self, session: Session, handle: int, connection_id: str) -> None:
        """Allow a connection in."""
        await self._admit(session, handle, "add", connection_id)

    async def forbid(self, session: Session, handle: int, connection_id: str) -> None:
        """Stop letting a connection in; it stays if it is inside."""
        await self._admit(session, handle, "remove", connection_id)

    async def _admit(self, session: Session, handle: int, action: str, connection_id: str) -> None:
        tokens = [self.token(connection_id)]
        body = {**self._request("allowed"), "action": action, "allowed": tokens}
        await session.ask(handle, body)

    def _request(self, request: str) -> dict[str, Any]:
        return {"request": request, "room": self.number, "secret": self.secret}

    def _derive(self, purpose: str) -> str:
        text = f"bedside {purpose} {self.call_id}".encode()
        return hmac.new(self.key.encode(), text, hashlib.sha256).hexdigest()
