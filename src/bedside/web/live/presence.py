"""Presence of an open socket: whose page it is, whether it is visible, and which connection of a
call it holds."""

from bedside.kernel.ids import new_id
from bedside.people.permissions import GuestAccess, StaffAccess, VisitorAccess
from bedside.services import Services

_SIGNALS = "signals:"


class SocketPresence:
    """The presence of one socket, from its opening to its end."""

    def __init__(self, services: Services) -> None:
        self._visits = services.visits.presence
        self._presence = services.realtime.presence
        self._colleagues = services.colleagues.presence
        self._socket = new_id("sck")
        self._visitor: VisitorAccess | None = None
        self._noted: set[str] = set()

    async def opened(self, access: object) -> None:
        """Record a patient's page, which is present with its socket; other pages say so
        themselves."""
        if isinstance(access, VisitorAccess):
            self._visitor = access
            await self._visits.arrived(access, self._socket)

    async def here(self, access: object, *, hidden: bool) -> None:
        """Record whether the page is visible."""
        if isinstance(access, VisitorAccess):
            await self._visits.hidden(access, self._socket, hidden)
        elif isinstance(access, StaffAccess | GuestAccess):
            who = access.staff_id if isinstance(access, StaffAccess) else access.guest_id
            self._noted.add(self._socket)
            await self._presence.here(who, self._socket, hidden=hidden)
            if isinstance(access, StaffAccess) and not hidden:
                await self._colleagues.seen(access)

    async def subscribed(self, topic: str) -> None:
        """Record the presence in a call, which begins with a subscription to a connection's
        signals."""
        if topic.startswith(_SIGNALS):
            self._noted.add(self._key(topic))
            await self._presence.here(topic.removeprefix(_SIGNALS), self._key(topic))

    async def unsubscribed(self, topic: str) -> None:
        """End the presence in the call that the page has left."""
        if self._key(topic) in self._noted:
            self._noted.discard(self._key(topic))
            await self._presence.gone(self._key(topic))

    async def closed(self) -> None:
        """End everything that the socket recorded."""
        if self._visitor is not None:
            await self._visits.left(self._visitor, self._socket)
        for key in self._noted:
            await self._presence.gone(key)

    def _key(self, topic: str) -> str:
        return f"{self._socket}/{topic.removeprefix(_SIGNALS)}"
