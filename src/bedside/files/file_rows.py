"""Rows of files, and of what is made from them: the statements."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.statements import prepared, unindexed
from bedside.files.models import derivatives, file_texts, files


class FileRow(NamedTuple):
    """A stored file."""

    id: str
    clinic_id: str
    patient_id: str
    holder_id: str
    state: str
    data_key: bytes
    size: int
    media_type: str
    refusal: str
    note: str
    sharing: str
    engine: str
    signature: str
    scanned_at: int
    pages: int
    width: int
    height: int
    channel: str
    category: str
    source_id: str
    sender_kind: str
    sender_id: str
    record: bytes
    created_at: int
    mac: bytes | None
    made_by: int


class DerivativeRow(NamedTuple):
    """Something made from a file."""

    file_id: str
    role: str
    media_type: str
    size: int


BY_ID = prepared(select(files).where(files.c.id == bindparam("of")), FileRow)
HELD = prepared(
    select(files)
    .where(
        files.c.holder_id == bindparam("holder"),
        unindexed(files.c.clinic_id) == bindparam("clinic"),  # not by the index of all its files
    )
    .order_by(files.c.id),
    FileRow,
)
ADD = prepared(insert(files))
DROP = prepared(delete(files).where(files.c.id == bindparam("of")))
CHANGE = prepared(update(files).where(files.c.id == bindparam("of")))
SET_KEY = prepared(
    update(files)
    .where(files.c.id == bindparam("of"), files.c.data_key == bindparam("old"))
    .values(data_key=bindparam("new"))
)
"""Only in place of the key that was read: one destroyed in the meantime does not come back."""
ADD_DERIVATIVE = prepared(
    upsert(derivatives).on_conflict_do_update(
        index_elements=["file_id", "role"],
        set_={"media_type": bindparam("new_type"), "size": bindparam("new_size")},
    )
)
DERIVATIVES = prepared(
    select(derivatives).where(derivatives.c.file_id == bindparam("of")), DerivativeRow
)
DROP_DERIVATIVES = prepared(delete(derivatives).where(derivatives.c.file_id == bindparam("of")))
DROP_DERIVATIVE = prepared(
    delete(derivatives).where(
        derivatives.c.file_id == bindparam("of"), derivatives.c.role == bindparam("role")
    )
)
MADE_BEFORE = prepared(
    select(files)
    .where(
        files.c.made_by > 0,
        files.c.made_by < bindparam("version"),
        files.c.state == "filed",
        files.c.holder_id == "",
    )
    .limit(1),
    FileRow,
)
SET_TEXT = prepared(
    upsert(file_texts).on_conflict_do_update(
        index_elements=["file_id"],
        set_={"source": bindparam("new_source"), "text": bindparam("new_text")},
    )
)
TEXT = prepared(select(file_texts).where(file_texts.c.file_id == bindparam("of")))
DROP_TEXT = prepared(delete(file_texts).where(file_texts.c.file_id == bindparam("of")))
PAGE = prepared(
    select(files)
    .where(
        files.c.clinic_id == bindparam("clinic"),
        files.c.id > bindparam("after"),
    )
    .order_by(files.c.id)
    .limit(500),
    FileRow,
)
