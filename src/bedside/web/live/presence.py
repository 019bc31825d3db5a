"""What an open socket tells of presence: whose page is there, whether anybody can see it, and which
connection of a call it holds."""

from bedside.kernel.ids import new_id
from bedside.people.permissions import GuestAccess, StaffAccess, VisitorAccess
from bedside.services import Services

_SIGNALS = "signals:"


class SocketPresence:
    """The presence of one socket, from its opening to its end."""

    def __init__(self, services: Services) -> None:
        self._visits = services.visit_presence
        self._presence = services.presence
        self._socket = new_id("sck")
        self._visitor: VisitorAccess | None = None
        self._noted: set[str] = set()

    async def opened(self, access: object) -> None:
        """A patient's page is there with its socket; pages of others when they say so."""
        if isinstance(access, VisitorAccess):
            self._visitor = access
            await self._visits.arrived(access, self._socket)

    async def here(self, access: object, *, hidden: bool) -> None:
        """The page says whether it can be seen."""
        if isinstance(access, VisitorAccess):
            await self._visits.hidden(access, self._socket, hidden)
        elif isinstance(access, StaffAccess | GuestAccess):
            who = access.staff_id if isinstance(access, StaffAccess) else access.guest_id
            self._noted.add(self._socket)
            await self._presence.here(who, self._socket, hidden=hidden)

    async def subscribed(self, topic: str) -> None:
        """Who listens to the signals of a connection in a call is there with it."""
        if topic.startswith(_SIGNALS):
            self._noted.add(self._key(topic))
            await self._presence.here(topic.removeprefix(_SIGNALS), self._key(topic))

    async def unsubscribed(self, topic: str) -> None:
        """The page has left the call."""
        if self._key(topic) in self._noted:
            self._noted.discard(self._key(topic))
            await self._presence.gone(self._key(topic))

    async def closed(self) -> None:
        """The socket is gone, and with it everything that it told."""
        if self._visitor is not None:
            await self._visits.left(self._visitor, self._socket)
        for key in self._noted:
            await self._presence.gone(key)

    def _key(self, topic: str) -> str:
        return f"{self._socket}/{topic.removeprefix(_SIGNALS)}"
