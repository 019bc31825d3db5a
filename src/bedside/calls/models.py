"""Tables of calls and their apps."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
    literal_column,
    true,
)

from bedside.database.tables import RESTORED_AS, metadata

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("room_id", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("topology", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("ended_by", Text, nullable=False),
    Index("ix_calls_room", "room_id", "state"),
    Index("ix_calls_state", "state"),
)
"""`mode` is “video” or “voice”; `topology` “direct” or “media_server”; `state` “active” or
“ended”."""
NOT_ENDED = calls.c.ended_at == literal_column("0")
"""Condition of the partial index over active calls, like `visits.models.NOT_ENDED`."""
Index("ix_calls_not_ended", calls.c.state, sqlite_where=NOT_ENDED, postgresql_where=NOT_ENDED)

participants = Table(
    "call_participants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("call_id", Text, nullable=False),
    Column("clinic_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("connection_id", Text, nullable=False),
    Column("muted", Boolean, nullable=False),
    Column("camera", Boolean, nullable=False),
    Column("sharing", Boolean, nullable=False),
    Column("away_since", BigInteger, nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("left_at", BigInteger, nullable=False),
    Column("waits_for", Text, nullable=False, server_default=""),
    Column("in_group", Boolean, nullable=False, server_default=false()),
    Column("refused_by", Text, nullable=False, server_default=""),
    Column("asked_by", Text, nullable=False, server_default=""),
    Column("microphone", Text, nullable=False, server_default="ok"),
    Column("guest_name", LargeBinary),
    Column("taken_out_by", Text, nullable=False, server_default=""),
    Index("ix_call_participants_person", "call_id", "kind", "person_id", unique=True),
    Index("ix_call_participants_of", "person_id", "state"),
)
"""`person_id` is a member of staff, a visit or a guest, by `kind`; `connection_id` names the page
currently in the call: a reloaded page is another connection. `away_since` is 0 while that page is
connected. `waits_for` names the participants, with blanks between, who have to agree before a
newcomer comes in; `refused_by` the one who did not, `asked_by` the member of staff. `in_group`: a
patient who has agreed to other patients. `microphone` is a `realtime.envelopes.Microphone`: why
`muted` may not be what the person wants. `guest_name` seals the name under which a guest was
admitted: it stays in the record of the visit when the guest is forgotten. `taken_out_by` is whoever
returned a patient to the waiting room."""

guests = Table(
    "guests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("device_hash", LargeBinary, nullable=False, info={RESTORED_AS: b""}),
    Column("link_id", Text, nullable=False, server_default=""),
    Column("link_open", Boolean, nullable=False, server_default=true()),
    Column("record", LargeBinary, nullable=False),
    Column("invited_by", Text, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_guests_call", "call_id"),
    Index("ix_guests_link", "link_id"),
    Index("ix_guests_device", "device_hash"),
    Index("ix_guests_expires", "expires_at"),
)
"""Guests of a call, each with one device and no other: the invited guest, and anybody else coming
by the link. `link_id` is the guest that the link was made for, the row's own id there; `link_open`
is false once nobody can come in by it. `record` seals the name the guest gave. Rows are deleted
some time after the call (`Guests.forget`)."""

whiteboard_strokes = Table(
    "whiteboard_strokes",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("participant_id", Text, nullable=False),
    Column("stroke", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("cleared_by", Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
"""The marks of a call, sealed; destroyed when the whiteboard closes. `cleared_by` is the number of
the mark that cleared this one, until that is undone; 0 while it is shown. `participant_id` is “”
for the picture on which everybody draws."""
