"""Tables of the chart."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from bedside.database.tables import metadata

_DESTROYED = "reviewed_at = 0 AND moved_to = '' AND state IN ('refused', 'infected')"

chart_entries = Table(
    "chart_entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("file_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("category", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("sender_kind", Text, nullable=False),
    Column("sender_id", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("reviewed_at", BigInteger, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("moved_from", Text, nullable=False),
    Column("moved_to", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("mac", LargeBinary),
    Index("ix_chart_entries_chart", "clinic_id", "patient_id", "received_at", "id"),
    Index(
        "ix_chart_entries_unreviewed",
        "clinic_id",
        "received_at",
        "id",
        sqlite_where=text("reviewed_at = 0 AND moved_to = ''"),
        postgresql_where=text("reviewed_at = 0 AND moved_to = ''"),
    ),
    Index(
        "ix_chart_entries_unreviewed_of",
        "patient_id",
        "state",
        "clinic_id",
        sqlite_where=text("reviewed_at = 0 AND moved_to = ''"),
        postgresql_where=text("reviewed_at = 0 AND moved_to = ''"),
    ),
    Index(
        "ix_chart_entries_destroyed",
        "clinic_id",
        "received_at",
        sqlite_where=text(_DESTROYED),
        postgresql_where=text(_DESTROYED),
    ),
    Index(
        "ix_chart_entries_tally",
        "clinic_id",
        "patient_id",
        "media_type",
        "category",
        "channel",
        "sender_kind",
        "sender_id",
    ),
    Index("ix_chart_entries_file", "file_id"),
)
"""`record` seals name, label, the sender's comment and the staff's note."""

entry_versions = Table(
    "entry_versions",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
)
"""An entry's state before each change: nothing is overwritten."""

entry_words = Table(
    "entry_words",
    metadata,
    Column("token", BigInteger, primary_key=True),
    Column("patient_id", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Index("ix_entry_words_entry", "entry_id"),
    sqlite_with_rowid=False,
)
"""Blind index: keyed tokens of the words of names, labels, comments and contents."""

entry_reports = Table(
    "entry_reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("by_kind", Text, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("reported_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger, nullable=False),
    Column("answered_by", Text, nullable=False),
    Index("ix_entry_reports_entry", "entry_id"),
    Index("ix_entry_reports_patient", "patient_id", "reported_at"),
    Index(
        "ix_entry_reports_open",
        "clinic_id",
        "reported_at",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)
"""“This is not mine”: `what` is “not_mine” or “wrong”, `state` a `reports.ReportState`; `record`
seals what was written about it, and the answer. An entry with a report that was not answered with
“it is right” is not in the patient's view."""

sent_entries = Table(
    "sent_entries",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("withdrawn_at", BigInteger, nullable=False),
    Index("ix_sent_entries_message", "message_id"),
    sqlite_with_rowid=False,
)
"""Entries that went along with messages of the chat. `given`: by staff, to the patient, in whose
view they are until the message is taken back (`withdrawn_at`)."""
