"""Tables of forms."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from bedside.database.tables import metadata

sent_forms = Table(
    "sent_forms",
    metadata,
    Column("request_id", Text, ForeignKey("requests.id"), primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("file_id", Text, nullable=False),
    Column("fields", LargeBinary, nullable=False),
    Column("answers", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
    Column("way", Text, nullable=False),
    Column("upload_id", Text, nullable=False),
    Index("ix_sent_forms_file", "file_id"),
)
"""Forms by their requests. `file_id` is the empty form; `fields` seals what can be filled in,
`answers` what the patient has typed so far (b"" for nothing), the `version` of which counts, and
`kept_at` is when; `way` is how it was sent back (`states.Way`); `upload_id` is the upload of the
filled copy, "" until it is begun."""

returned_forms = Table(
    "returned_forms",
    metadata,
    Column("file_id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("request_id", Text, ForeignKey("requests.id"), nullable=False),
    Index("ix_returned_forms_request", "request_id"),
)
"""Files in charts that are answers to forms."""
