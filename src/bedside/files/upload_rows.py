"""Rows of uploads: the statements, where an upload goes, and its sender's view."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, update

from bedside.audit import Actor
from bedside.charts.channels import Channel
from bedside.database.statements import prepared
from bedside.files.announcing import Upload
from bedside.files.models import uploads
from bedside.kernel import clock
from bedside.people.permissions import (
    ChartAccess,
    HolderAccess,
    PatientAccess,
    UploadAccess,
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where an upload goes, and who may send it."""

    clinic_id: str
    patient_id: str
    owner_id: str
    holder_id: str
    channel: str
    category: str
    source_id: str
    actor: Actor


class UploadRow(NamedTuple):
    """A stored upload."""

    id: str
    file_id: str
    clinic_id: str
    patient_id: str
    owner_id: str
    holder_id: str
    channel: str
    category: str
    source_id: str
    data_key: bytes
    length: int
    position: int
    tail: bytes
    media_type: str
    record: bytes
    checked: bool
    finished: bool
    refusal: str
    touched_at: int
    expires_at: int


RECEIPT_LASTS = 90 * clock.DAY
KEY = "files.data_key"
"""The place that a data key is bound to: an upload's key becomes its file's."""

RECORD = "uploads.record"
"""The sealed column's name in its seal."""
ADD = prepared(insert(uploads))
BY_ID = prepared(
    select(uploads).where(
        uploads.c.id == bindparam("of"),
        uploads.c.owner_id == bindparam("owner"),
        uploads.c.clinic_id == bindparam("clinic"),
    ),
    UploadRow,
)
CHANGE = prepared(update(uploads).where(uploads.c.id == bindparam("of")))
SET_KEY = prepared(
    update(uploads)
    .where(uploads.c.id == bindparam("of"), uploads.c.data_key == bindparam("old"))
    .values(data_key=bindparam("new"))
)
"""Only in place of the key that was read: one destroyed in the meantime does not come back."""
DROP = prepared(delete(uploads).where(uploads.c.id == bindparam("of")))
OPEN_OF_HOLDER = prepared(
    select(
        func.count().label("files"), func.coalesce(func.sum(uploads.c.length), 0).label("bytes")
    ).where(
        uploads.c.holder_id == bindparam("holder"),
        uploads.c.clinic_id == bindparam("clinic"),
        ~uploads.c.finished,
        uploads.c.refusal == "",
        uploads.c.touched_at > bindparam("since"),
    )
)
UNFINISHED_OF_HOLDER = prepared(
    select(uploads).where(
        uploads.c.holder_id == bindparam("holder"),
        uploads.c.clinic_id == bindparam("clinic"),
        ~uploads.c.finished,
    ),
    UploadRow,
)
REFUSED_OF_HOLDER = prepared(
    select(uploads)
    .where(
        uploads.c.holder_id == bindparam("holder"),
        uploads.c.clinic_id == bindparam("clinic"),
        uploads.c.refusal != "",
    )
    .order_by(uploads.c.id),
    UploadRow,
)
DROP_REFUSED = prepared(
    delete(uploads).where(
        uploads.c.holder_id == bindparam("holder"),
        uploads.c.clinic_id == bindparam("clinic"),
        uploads.c.file_id == bindparam("file"),
        uploads.c.refusal != "",
    )
)
UNFINISHED = prepared(
    select(uploads).where(
        uploads.c.clinic_id == bindparam("clinic"), ~uploads.c.finished, uploads.c.refusal == ""
    ),
    UploadRow,
)
EXPIRED = prepared(
    select(uploads).where(uploads.c.expires_at < bindparam("moment")).limit(100), UploadRow
)


def into_chart(
    chart: ChartAccess, category: str, channel: str = Channel.STAFF_UPLOAD, source_id: str = ""
) -> Target:
    """Return the target of a staff upload straight into a chart; `source_id` is the visit in which
    it was made."""
    return Target(
        chart.clinic_id,
        chart.patient_id,
        chart.staff.staff_id,
        "",
        channel,
        category,
        source_id,
        chart.actor,
    )


def by_patient(patient: PatientAccess, category: str) -> Target:
    """Return the target of what a patient, or a proxy, sends from the app by themself."""
    return Target(
        patient.clinic_id,
        patient.patient_id,
        patient.owner_id,
        "",
        Channel.PATIENT_UPLOAD,
        category,
        "",
        patient.actor,
    )


def held_by(holder: HolderAccess, channel: str, category: str, source_id: str = "") -> Target:
    """Return the target of an upload held by a request or a transfer. `source_id` if it is not the
    holder."""
    return Target(
        holder.clinic_id,
        holder.patient_id,
        holder.owner_id,
        holder.subject_id,
        channel,
        category,
        source_id or holder.subject_id,
        holder.actor,
    )


def receipt_until(row: UploadRow) -> int:
    """Return until when the sender of a finished upload finds out that it is here. A phone keeps
    what a patient sends until it knows that, and may be switched off for long."""
    if row.channel != Channel.PATIENT_UPLOAD:
        return row.expires_at
    return clock.now() + RECEIPT_LASTS


def belongs_to(row: UploadRow, access: UploadAccess) -> bool:
    """Whether an upload goes where this permission applies: into the chart, or to the holder
    (whose patient may have been identified since it began)."""
    if isinstance(access, ChartAccess | PatientAccess):
        return not row.holder_id and row.patient_id == access.patient_id
    return row.holder_id == access.subject_id


def seen(row: UploadRow, *, position: int | None = None, finished: bool | None = None) -> Upload:
    """Return a row as its sender sees it."""
    return Upload(
        row.id,
        row.file_id,
        row.length,
        row.position if position is None else position,
        row.finished if finished is None else finished,
        row.refusal,
        row.expires_at,
    )
