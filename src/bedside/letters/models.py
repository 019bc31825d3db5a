"""Tables of letters."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from bedside.database.tables import metadata

letter_templates = Table(
    "letter_templates",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("retired_at", BigInteger, nullable=False),
    Index("ix_letter_templates_clinic", "clinic_id"),
)
"""Templates of a clinic. `record` seals the name and the texts; `retired_at` is 0 for one in
use."""

letters = Table(
    "letters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("begun_by", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("discarded_at", BigInteger, nullable=False),
    Column("upload_id", Text, nullable=False),
    Column("file_id", Text, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Index("ix_letters_patient", "patient_id", "changed_at"),
    Index("ix_letters_visit", "visit_id"),
)
"""Letters: drafts until `sent_at`, and then as they were sent. `record` seals the words and which
files go along; `version` counts what was saved. A letter that was sent is also a request of the
same id, whose link leads to it. `visit_id` is "" for one about no visit; `upload_id` and `file_id`
are those of its copy for the chart, "" until it is begun. Times are 0 until known."""
