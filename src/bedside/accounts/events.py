"""Events of accounts."""

from typing import ClassVar

from bedside.kernel.events import Event, declared


@declared
class AccountSessionsEnded(Event):
    """Devices of one person were signed out; their open pages and sockets close."""

    type: ClassVar[str] = "account.sessions_ended"
    account_id: str
    session_ids: list[str]

    def topic(self) -> str:
        """The topic of the person's own pages."""
        return f"account:{self.account_id}"
