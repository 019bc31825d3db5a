"""Tables of files."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from bedside.database.tables import metadata

files = Table(
    "files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("holder_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("data_key", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("refusal", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("sharing", Text, nullable=False, server_default="waiting"),
    Column("engine", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("scanned_at", BigInteger, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("sender_kind", Text, nullable=False),
    Column("sender_id", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("mac", LargeBinary),
    Column("made_by", Integer, nullable=False, server_default="0"),
    Index("ix_files_holder", "holder_id"),
    Index("ix_files_clinic", "clinic_id"),
    Index("ix_files_patient", "patient_id"),
    Index("ix_files_made_by", "made_by"),
)
"""`data_key` is empty once a file is destroyed; `holder_id` names the holder of a file that is not
in a chart yet; `record` seals name, comment, time of capture and SHA-256 of the content, and what
of it is blanked for others; `sharing` is a `states.Sharing`; `made_by` is the version that made
pictures and words of it (`making.MAKER`)."""

derivatives = Table(
    "derivatives",
    metadata,
    Column("file_id", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("file_id", Text, nullable=False, unique=True),
    Column("clinic_id", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("holder_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("data_key", LargeBinary, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("tail", LargeBinary, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("checked", Boolean, nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("refusal", Text, nullable=False),
    Column("touched_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_uploads_holder", "holder_id"),
    Index("ix_uploads_patient", "patient_id"),
    Index("ix_uploads_expires", "expires_at"),
)
"""`owner_id` is the member of staff or the link that may send; `tail` seals the bytes after the
last full segment, which are not in the blob yet."""

file_texts = Table(
    "file_texts",
    metadata,
    Column("file_id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
)
"""Words extracted from a file, sealed; `source` is “embedded” or “recognised” (OCR)."""
