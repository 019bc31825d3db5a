"""Tables of rooms and visits."""

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
)

from bedside.database.tables import ENDS_WITH_RESTORE, metadata

rooms = Table(
    "rooms",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("slug", Text, nullable=False, unique=True),
    Column("open", Boolean, nullable=False),
    Column("options", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_rooms_clinic", "clinic_id"),
)
"""A room's data besides its people: `id` is that of the team of kind “room”, which has the name
and the assignments. `owner_id` is empty for shared rooms; `options` is `rooms.RoomOptions`."""

visits = Table(
    "visits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("room_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("ended_reason", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("identified", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("device_test", Text, nullable=False),
    Column("leg", Integer, nullable=False),
    Column("transfer_id", Text, nullable=False),
    Column("checked_in_at", BigInteger, nullable=False),
    Column("queued_at", BigInteger, nullable=False),
    Column("admitted_at", BigInteger, nullable=False),
    Column("admitted_by", Text, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("away_since", BigInteger, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("looked_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("place_at", BigInteger, nullable=False, server_default="0"),
    Column("first_at", BigInteger, nullable=False, server_default="0"),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("order_reason", LargeBinary),
    Column("returned_at", BigInteger, nullable=False, server_default="0"),
    Column("grace_minutes", Integer, nullable=False, server_default="0"),
    Column("texted_at", BigInteger, nullable=False, server_default="0"),
    Column("on_telephone", Boolean, nullable=False, server_default=false()),
    Column("telephone_at", BigInteger, nullable=False, server_default="0"),
    Column("telephone_by", Text, nullable=False, server_default=""),
    Column("revision", BigInteger, nullable=False, server_default="0"),
    Index("ix_visits_left", "room_id", "ended_at"),
    Index("ix_visits_room", "room_id", "state", "queued_at"),
    Index("ix_visits_patient", "patient_id", "checked_in_at"),
    Index("ix_visits_state", "state", "away_since"),
)
"""`patient_id` is empty until staff identify the patient (`identification`); `record` seals what
was typed at the check-in; `queued_at` is when the patient came to the room, and `place_at` decides
the order (`queue_order`): the same, until staff move somebody. `first_at` is 0 unless staff have
said that somebody is seen first, `order_reason` seals why; `returned_at` is when staff sent the
patient back from a call of this leg. `leg` counts the rooms of the visit from
1; `away_since` is 0 while a page of the patient is connected; `looked_at` is 0 until somebody in
charge of the room has looked at the new arrival.

`grace_minutes` is how long the place is kept from `away_since` on, 0 for the clinic's own time (see
`kept_places`); `texted_at` is when an SMS said that the turn comes near. `on_telephone`: somebody
speaks with the patient by telephone now; `telephone_at` and `telephone_by` say when that began
last, and by whom, and stay. `revision` counts the changes of the row (`rows.save`)."""
NOT_ENDED = visits.c.ended_at == literal_column("0")
"""Condition of the partial index over visits in progress. It is written out, because no database
uses such an index for a bound value; and SQLite's estimate of how many visits wait is wrong if it
counted them (ANALYZE) while nobody did."""
Index(
    "ix_visits_not_ended",
    visits.c.clinic_id,
    visits.c.room_id,
    visits.c.state,
    sqlite_where=NOT_ENDED,
    postgresql_where=NOT_ENDED,
)

UNIDENTIFIED = visits.c.patient_id == literal_column("''")
"""Condition of the partial index over visits that are not identified."""
Index(
    "ix_visits_unidentified",
    visits.c.clinic_id,
    visits.c.room_id,
    visits.c.ended_at,
    sqlite_where=UNIDENTIFIED,
    postgresql_where=UNIDENTIFIED,
)

visit_legs = Table(
    "visit_legs",
    metadata,
    Column("visit_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("room_id", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("arrived_at", BigInteger, nullable=False),
    Column("admitted_at", BigInteger, nullable=False),
    Column("admitted_by", Text, nullable=False),
    Column("left_at", BigInteger, nullable=False),
    Index("ix_visit_legs_room", "room_id", "admitted_at"),
    sqlite_with_rowid=False,
)
"""The rooms of a visit in order. What is said and sent in one leg stays in it. `how` is a
`rows.How`; `admitted_at` is the first admission in the leg, `admitted_by` whoever admitted last."""

visit_devices = Table(
    "visit_devices",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("visit_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("clinic_id", Text, nullable=False, server_default=""),
    Column("mac", LargeBinary),
    Index("ix_visit_devices_visit", "visit_id"),
    Index("ix_visit_devices_expires", "expires_at"),
    info={ENDS_WITH_RESTORE: True},
)

patient_transfers = Table(
    "patient_transfers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("from_room_id", Text, nullable=False),
    Column("to_room_id", Text, nullable=False),
    Column("by_staff_id", Text, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("from_call_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("alerted_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Index("ix_patient_transfers_visit", "visit_id"),
    Index("ix_patient_transfers_sender", "by_staff_id", "state"),
    Index("ix_patient_transfers_receiver", "to_room_id", "state"),
)
"""Transfers. `state`: open until the receiver admits (admitted), the sender takes the patient back
(taken_back), it is passed on (passed_on), or the visit ends (ended)."""

visit_notes = Table(
    "visit_notes",
    metadata,
    Column("visit_id", Text, primary_key=True),
    Column("staff_id", Text, primary_key=True),
    Column("leg", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

visit_additions = Table(
    "visit_additions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_visit_additions_visit", "visit_id"),
)
"""Additions to the notes of visits, made later from their records. Rows are never changed."""

room_messages = Table(
    "room_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("room_id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("withdrawn_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False, server_default="0"),
    Index("ix_room_messages_room", "room_id", "at"),
)
"""Messages to everyone waiting in a room, each until it ends or is withdrawn."""

invitations = Table(
    "invitations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("room_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_invitations_patient", "patient_id"),
)
"""Personal invitations to a waiting room: the patient answers with the date of birth and types
nothing else. `visit_id` is the newest visit begun by it."""
