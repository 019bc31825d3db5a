"""The table of visit summaries."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from bedside.database.tables import metadata

visit_summaries = Table(
    "visit_summaries",
    metadata,
    Column("request_id", Text, ForeignKey("requests.id"), primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("upload_id", Text, nullable=False),
    Column("file_id", Text, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Index("ix_visit_summaries_visit", "visit_id"),
)
"""Summaries by their visits; the words are sealed in the request. `upload_id` and `file_id` are
those of the copy for the chart, "" until it is begun; `filed_at` is 0 until it is there."""
