"""Tables of message plans, and of the devices to which their notifications go."""

from sqlalchemy import (
    BigInteger,
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

message_plans = Table(
    "message_plans",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("item_id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("ways", Text, nullable=False, server_default=""),
    Column("next_at", BigInteger, nullable=False, server_default="0"),
    Column("presses", Text, nullable=False, server_default=""),
    Column("read_at", BigInteger, nullable=False, server_default="0"),
    Column("read_by", Text, nullable=False, server_default=""),
    Index("ix_message_plans_patient", "patient_id"),
)
UNREACHED = message_plans.c.state == literal_column("'unreached'")
"""The condition of the index of tasks, for statements that use it."""
Index(
    "ix_message_plans_unreached",
    message_plans.c.clinic_id,
    message_plans.c.ended_at,
    sqlite_where=UNREACHED,
    postgresql_where=UNREACHED,
)
"""One row for each item that a patient should see. `content` seals its words. `number` is the step
in hand, `round` counts how often staff have begun from the first one again; for a request it is the
round of its links. `ended_by` is who read it (an account, or a link), or who has taken care of it
(staff). `ways` are those of the plan in their order (`table.stored_ways`), "" for all of them;
`next_at` is when its item reminds of itself, 0 for never: until then it does not end as a task.
`presses` are the causes for which another pass began in this round. `read_at` and `read_by` stay
when it runs again to remind."""

plan_steps = Table(
    "plan_steps",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("plan_id", Text, ForeignKey("message_plans.id"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("delivered_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("occasion", Text, nullable=False, server_default="invite"),
    UniqueConstraint("plan_id", "round", "number"),
)
"""The steps that were begun. `channel` has several joined by “+” if they are used at once.
`occasion` is why the pass to which it belongs began (`table.Occasion`). `reason` is a sentence of
the catalogue for staff: why one was skipped, or failed. `began_at` is when a step may begin: later
than its row while the patient's hours hold it."""

app_devices = Table(
    "app_devices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("account_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("endpoint_token", BigInteger, nullable=False, unique=True),
    Column("record", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("shown_at", BigInteger, nullable=False),
    Column("ended", Text, nullable=False),
    Column("refusals", Integer, nullable=False),
    Index("ix_app_devices_account", "account_id"),
)
"""Browsers of people with an account that subscribed to web push. `record` seals what the browser
gave; `endpoint_token` is the keyed token of its address. `session_id` is the session in which it
was turned on, with which it ends; `shown_at` is when it last showed something. `ended` and
`refusals` are as for devices of staff."""
