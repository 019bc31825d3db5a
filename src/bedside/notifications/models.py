"""Tables of notifications."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from bedside.database.tables import metadata

notifications = Table(
    "notifications",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("cause_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried_since", BigInteger, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
    Column("failure", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("local", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("delivered_at", BigInteger, nullable=False),
    Column("staff_id", Text, nullable=False, server_default=""),
    Column("useful_until", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("cause_id", "channel"),
    Index("ix_notifications_clinic", "clinic_id", "created_at"),
    Index("ix_notifications_reference", "reference"),
    Index("ix_notifications_patient", "patient_id"),
)
WAITING = notifications.c.state.in_([literal_column("'queued'"), literal_column("'sending'")])
FAILED = notifications.c.state == literal_column("'failed'")
"""Conditions of the two indexes, for statements that use them."""
for _name, _which in (("waiting", WAITING), ("failed", FAILED)):
    Index(
        f"ix_notifications_{_name}",
        notifications.c.channel,
        notifications.c.created_at,
        sqlite_where=_which,
        postgresql_where=_which,
    )
"""`content` seals recipient, subject and body; the body is wiped once a gateway has accepted it.
`failure` is the gateway's sentence for staff, without content. `local`: it was put into the local
outbox instead of being sent. Times are 0 until known. `staff_id` is the colleague to whom a
message goes, and who alone sees it in the local outbox; `useful_until` 0: as long as it is tried.
"""

early_reports = Table(
    "early_reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_early_reports_reference", "reference"),
)
"""Reports of messages that the gateway has named to nobody yet: it reports before its answer has
arrived. They are applied when it has, and forgotten after a day."""

staff_alerts = Table(
    "staff_alerts",
    metadata,
    Column("staff_id", Text, ForeignKey("staff.id"), primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("channels", Text, nullable=False),
    Column("phone", LargeBinary),
    Column("offered", LargeBinary),
    Column("offered_until", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Alert settings of staff. `phone` seals the confirmed number, `offered` one awaiting its code,
with the code; `tries` counts wrong ones."""

push_devices = Table(
    "push_devices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False),
    Column("clinic_id", Text, nullable=False),
    Column("endpoint_token", BigInteger, nullable=False, unique=True),
    Column("record", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended", Text, nullable=False, server_default=""),
    Column("refusals", Integer, nullable=False, server_default="0"),
    Index("ix_push_devices_staff", "staff_id"),
)
"""Browsers that subscribed to web push. `record` seals what the browser gave; `endpoint_token` is
the keyed token of its address, so that one browser is listed once. `ended` says why no push reaches
it any more (a `DeviceEnd`), "" while one does; `refusals` counts those in a row. A device that its
owner has removed has no row."""

push_keys = Table(
    "push_keys",
    metadata,
    Column("name", Text, primary_key=True),
    Column("private", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""The key pair by which push services know this installation (RFC 8292), sealed."""
