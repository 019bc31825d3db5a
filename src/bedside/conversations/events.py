"""Events of the chat of a visit."""

from typing import ClassVar

from bedside.kernel.events import Event, declared


@declared
class ChatMessageAdded(Event):
    """Somebody wrote a message in a visit; pages allowed to read it fetch it."""

    type: ClassVar[str] = "chat.message_added"
    visit_id: str
    leg: int
    message_id: str
    sender_kind: str
    at: int

    def topic(self) -> str:
        """The topic of the visit's patient and of those in charge of its room."""
        return f"chat:{self.visit_id}"


@declared
class ChatRead(Event):
    """One side has read everything up to a time."""

    type: ClassVar[str] = "chat.read"
    visit_id: str
    leg: int
    reader: str
    read_at: int

    def topic(self) -> str:
        """See `ChatMessageAdded`."""
        return f"chat:{self.visit_id}"
