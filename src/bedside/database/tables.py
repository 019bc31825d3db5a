"""The shared table registry, and the tables of the database package itself.

Only portable column types are used (text, integers, bytes, booleans): the thin drivers bind Python
values directly, without a conversion layer.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

ENDS_WITH_RESTORE = "ends_with_restore"
"""Key of a table's `info`: its rows let somebody in, and must not come back with a backup."""

RESTORED_AS = "restored_as"
"""Key of a column's `info`: the same for one column, with the value it is restored to."""

topics = Table(
    "topics",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("type", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_events_at", "at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("unique_name", Text, unique=True),
    Column("run_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
    Column("failed", Boolean, nullable=False),
    Column("last_error", Text, nullable=False),
    Index("ix_jobs_run_at", "run_at", postgresql_where=text("not failed")),
)

worker_beats = Table(
    "worker_beats",
    metadata,
    Column("worker_id", Text, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
    info={ENDS_WITH_RESTORE: True},
)
"""When each running worker was last seen."""

clinic_keys = Table(
    "clinic_keys",
    metadata,
    Column("clinic_id", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapped_by", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),
)

bound_clinics = Table(
    "bound_clinics",
    metadata,
    Column("clinic_id", Text, primary_key=True),
    Column("mac", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""Clinics whose rows are all bound (`audit.bindings`)."""
