"""Tables of chat."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    literal_column,
)

from bedside.database.tables import metadata

visit_messages = Table(
    "visit_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("leg", Integer, nullable=False),
    Column("sender_kind", Text, nullable=False),
    Column("sender_id", Text, nullable=False),
    Column("draft_id", Text, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_visit_messages_visit", "visit_id", "leg", "at"),
    Index("ix_visit_messages_clinic", "clinic_id", "at"),
)
"""Chat of visits. A message belongs to one leg of a visit: to the patient and the staff of that
room. `draft_id` is made by the page, so that a message sent twice is stored once."""

visit_reads = Table(
    "visit_reads",
    metadata,
    Column("visit_id", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("read_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The time up to which a side has read: `reader` is “staff” or “patient”."""

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("topic_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("assignee_id", Text, nullable=False),
    Column("quotes_id", Text, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("last_by", Text, nullable=False),
    Column("waiting_since", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("slipped_at", BigInteger, nullable=False),
    Column("snoozed_until", BigInteger, nullable=False),
    Column("reply", Text, nullable=False),
    Column("reply_until", BigInteger, nullable=False),
    Column("closed_answer", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_conversations_patient", "patient_id", "last_at"),
    Index("ix_conversations_clinic", "clinic_id", "last_at"),
)
"""Conversations between a patient and the clinic, outside visits. `waiting_since` is when the
patient wrote what nobody has answered, 0 if nothing waits; `closed_answer` is the opening time that
the last automatic answer named."""
WAITING = conversations.c.waiting_since > literal_column("0")
"""Index condition: only conversations in which the patient wrote last."""
Index(
    "ix_conversations_waiting",
    conversations.c.clinic_id,
    conversations.c.waiting_since,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)

conversation_messages = Table(
    "conversation_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sender_kind", Text, nullable=False),
    Column("sender_id", Text, nullable=False),
    Column("draft_id", Text, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("retracted_at", BigInteger, nullable=False),
    Column("retracted_by", Text, nullable=False),
    Column("corrects", Text, nullable=False),
    Index("ix_conversation_messages_number", "conversation_id", "number", unique=True),
)
"""Messages of conversations, numbered from 1 in each, and notes that only staff see. A retracted
message stays in the record; `corrects` names the one that another replaces."""

conversation_receipts = Table(
    "conversation_receipts",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversations.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("side", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Everything up to `number` was delivered to, read or confirmed by a person (a member of staff, or
an account). When a single message was read is in the first row from its number on."""

conversation_words = Table(
    "conversation_words",
    metadata,
    Column("token", BigInteger, primary_key=True),
    Column("message_id", Text, ForeignKey("conversation_messages.id"), primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Index("ix_conversation_words_message", "message_id"),
    sqlite_with_rowid=False,
)
"""Words of messages as keyed tokens, for the search."""

conversation_topics = Table(
    "conversation_topics",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("team_id", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("retired_at", BigInteger, nullable=False),
    Index("ix_conversation_topics_clinic", "clinic_id", "position"),
)
"""The topics about which patients may write, in their order. `minutes` of office hours
are promised until an answer, 0 for no promise; `team_id` answers, "" for everybody."""

conversation_drafts = Table(
    "conversation_drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("touched_at", BigInteger, nullable=False),
    Index("ix_conversation_drafts_owner", "owner_id"),
    Index("ix_conversation_drafts_patient", "patient_id"),
    Index("ix_conversation_drafts_touched", "touched_at"),
)
"""Drafts of messages with files, which they hold until the message is sent: `id` is the draft of
the page, `owner_id` the member of staff or the account that writes it."""

canned_replies = Table(
    "canned_replies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("topic_id", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("position", Integer, nullable=False),
    Column("retired_at", BigInteger, nullable=False),
    Index("ix_canned_replies_clinic", "clinic_id", "position"),
)
"""Canned replies of a clinic, in their order: name and words, sealed. `topic_id` is "" for those of
every topic."""

later_messages = Table(
    "later_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("draft_id", Text, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    Column("send_at", BigInteger, nullable=False),
    Column("round", Integer, nullable=False),
    Column("seen_number", Integer, nullable=False),
    Column("obstacle", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_later_messages_conversation", "conversation_id", "send_at"),
    Index("ix_later_messages_patient", "patient_id", "send_at"),
    Index("ix_later_messages_clinic", "clinic_id", "send_at"),
)
"""Messages of staff that leave at a time, until they have left. `conversation_id` is "" for one
that begins a conversation; `staff_id` wrote the words; `draft_id` becomes that of the message, so
that it is there once; `round` counts the changes, so that a job of before does nothing;
`seen_number` is that of the newest message its author saw; `obstacle` is why it did not leave by
itself."""
