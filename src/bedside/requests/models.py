"""Tables of requests."""

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
    or_,
)

from bedside.database.tables import metadata
from bedside.requests.states import NEEDS_STAFF

requests = Table(
    "requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("photo_limit", Integer, nullable=False),
    Column("bytes_limit", BigInteger, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("filed", Integer, nullable=False),
    Column("filed_bytes", BigInteger, nullable=False),
    Column("agreed_text", Text, nullable=False),
    Column("agreed_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("done_at", BigInteger, nullable=False),
    Column("reported", Text, nullable=False),
    Column("reported_at", BigInteger, nullable=False),
    Column("unagreed_at", BigInteger, nullable=False, server_default="0"),
    Column("read_at", BigInteger, nullable=False, server_default="0"),
    Column("category", Text, nullable=False, server_default=""),
    Index("ix_requests_clinic", "clinic_id", "created_at"),
    Index("ix_requests_patient", "patient_id", "created_at"),
)
"""`content` is sealed: what is asked for, in which words, and where the link was sent. `round`
counts the links that were sent. `photo_limit`, `expected` and `filed` count files; `reported` is
what somebody reported by pressing a button on the link's page (`records.Reported`); `unagreed_at`
is since when files are here that the patient has not agreed to send, and `read_at` when something
that is only read was read first; times are 0 until known. `category` is that of the file that it
brings where requests of a kind differ in it."""

NEEDS_SOMEBODY = or_(
    requests.c.state.in_([literal_column(f"'{state}'") for state in sorted(NEEDS_STAFF)]),
    requests.c.reported != literal_column("''"),
)
"""Condition of the index over the few requests for which the clinic has to act next."""
Index(
    "ix_requests_needing",
    requests.c.clinic_id,
    requests.c.created_at,
    sqlite_where=NEEDS_SOMEBODY,
    postgresql_where=NEEDS_SOMEBODY,
)

lost_links = Table(
    "lost_links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("room_id", Text, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Index("ix_lost_links_room", "room_id", "person", unique=True),
    Index("ix_lost_links_clinic", "clinic_id", "asked_at"),
)
"""People who have lost their link and ask for it at the door of a room. `record` seals what they
typed, `person` is its keyed token: asking twice makes one row."""
