"""Tables of photo requests."""

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from bedside.database.tables import metadata

agreed_photos = Table(
    "agreed_photos",
    metadata,
    Column("request_id", Text, ForeignKey("requests.id"), primary_key=True),
    Column("photo", Text, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("file_id", Text, nullable=False),
    Column("agreed_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Photos that the patient has agreed to send. `photo` is the device's name for it, from before it
was uploaded, or the file's id; `outcome` is one of `agreed.Outcome`; `file_id` is "" until known.
"""
