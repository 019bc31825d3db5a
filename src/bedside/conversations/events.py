"""Events of chats: of a visit, and of the conversations with a patient."""

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


class _ConversationEvent(Event):
    conversation_id: str
    patient_id: str

    def topic(self) -> str:
        """The topic of the patient's side and of the staff who see the patient."""
        return f"conversation:{self.conversation_id}"


@declared
class MessageAdded(_ConversationEvent):
    """Somebody wrote in a conversation; a note (`kind`) goes to staff only."""

    type: ClassVar[str] = "conversation.message_added"
    message_id: str
    number: int
    kind: str
    sender_kind: str
    at: int


@declared
class MessageRetracted(_ConversationEvent):
    """A message was taken back. It stays in the record."""

    type: ClassVar[str] = "conversation.message_retracted"
    message_id: str
    number: int
    kind: str


@declared
class MessageFilesChanged(_ConversationEvent):
    """A file of a message was scanned or refused, or has its picture; pages ask again. Files of a
    note (`kind`) are for staff only."""

    type: ClassVar[str] = "conversation.files_changed"
    message_id: str
    kind: str


@declared
class ConversationChanged(_ConversationEvent):
    """A conversation was closed or opened, or what the patient may do in it changed."""

    type: ClassVar[str] = "conversation.changed"
    state: str
    reply: str
    reply_until: int


@declared
class ReceiptAdded(_ConversationEvent):
    """Everything up to a number was delivered to, read or confirmed by one side."""

    type: ClassVar[str] = "conversation.receipt"
    side: str
    what: str
    number: int


@declared
class PatientConversationsChanged(Event):
    """One of the conversations of a patient changed; lists of them ask again."""

    type: ClassVar[str] = "conversations.changed"
    patient_id: str
    conversation_id: str

    def topic(self) -> str:
        """The topic of the patient's side, and of staff who look at the patient."""
        return f"conversations:{self.patient_id}"


@declared
class DeskConversationsChanged(Event):
    """Something about a conversation changed; the staff's lists and numbers ask again."""

    type: ClassVar[str] = "desk.conversations_changed"
    clinic_id: str
    patient_id: str
    conversation_id: str

    def topic(self) -> str:
        """The topic of all staff of the clinic; those who see the patient receive it."""
        return f"desk:{self.clinic_id}"
