"""Rows of live file transfers: statements, and their view for people."""

import builtins
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, func, insert, select, update

from bedside.audit import Actor
from bedside.audit.actors import ActorKind
from bedside.database.sealed import ClinicKeys
from bedside.database.statements import prepared
from bedside.errors import NotFound
from bedside.files import media_types
from bedside.files.file_rows import FileRow
from bedside.files.states import FileState, Sharing
from bedside.people.permissions import (
    RoomAccess,
    TransferAccess,
    VisitorAccess,
    transfer_access,
)
from bedside.transfers.models import live_transfers
from bedside.transfers.states import Direction, Phase, phase

RECORD = "live_transfers.record"


class LiveTransferRow(NamedTuple):
    """A live file transfer."""

    id: str
    clinic_id: str
    patient_id: str
    visit_id: str
    leg: int
    room_id: str
    call_id: str
    direction: str
    kind: str
    agreed: bool
    bytes: str
    ended: str
    reason: str
    filed: bool
    file_id: str
    entry_id: str
    size: int
    position: int
    record: builtins.bytes  # `bytes` is a column, too
    staff_id: str
    created_at: int
    changed_at: int


ADD = prepared(insert(live_transfers))
CHANGE = prepared(update(live_transfers).where(live_transfers.c.id == bindparam("of")))
BY_ID = prepared(
    select(live_transfers).where(live_transfers.c.id == bindparam("of")), LiveTransferRow
)
OF_LEG = prepared(
    select(live_transfers)
    .where(
        live_transfers.c.visit_id == bindparam("visit"), live_transfers.c.leg == bindparam("of_leg")
    )
    .order_by(live_transfers.c.created_at, live_transfers.c.id),
    LiveTransferRow,
)
OF_VISIT = prepared(
    select(live_transfers)
    .where(live_transfers.c.visit_id == bindparam("visit"))
    .order_by(live_transfers.c.id),
    LiveTransferRow,
)
HELD_BY = live_transfers.c.visit_id
HELD = (
    select(HELD_BY, func.count().label("files"))
    .where(live_transfers.c.filed, live_transfers.c.entry_id == "")
    .group_by(HELD_BY)
)
"""Files that have arrived and are in no chart; queried for some visits (HELD_BY)."""
RUNNING_OF_LEG = prepared(
    select(live_transfers.c.id)
    .where(
        live_transfers.c.visit_id == bindparam("visit"),
        live_transfers.c.leg == bindparam("of_leg"),
        live_transfers.c.ended == "",
    )
    .order_by(live_transfers.c.id)
)
COUNT_RUNNING = prepared(
    select(func.count().label("running")).where(
        live_transfers.c.visit_id == bindparam("visit"),
        live_transfers.c.direction == bindparam("way"),
        live_transfers.c.ended == "",
        live_transfers.c.bytes.in_(("none", "arriving", "scanning")),
    )
)
RUNNING_OF_ROOM = prepared(
    select(live_transfers.c.visit_id, live_transfers.c.direction, live_transfers.c.bytes)
    .where(live_transfers.c.room_id == bindparam("room"), live_transfers.c.ended == "")
    .distinct()
)


@dataclass(frozen=True, slots=True)
class LiveTransfer:
    """A live file transfer as both sides see it. `size` and `position` in bytes; `reason` is the
    key of a refusal (`files.refusals`)."""

    id: str
    visit_id: str
    clinic_id: str
    patient_id: str
    leg: int
    direction: str
    kind: str
    phase: Phase
    name: str
    media_type: str
    size: int
    position: int
    reason: str
    staff_id: str
    file_id: str
    entry_id: str
    created_at: int
    wanted: str = ""
    """The words of staff for the file they asked for."""


def existing(row: LiveTransferRow | None) -> LiveTransferRow:
    """Return the row. Raises NotFound if there is none."""
    if row is None:
        raise NotFound
    return row


def checked(row: LiveTransferRow | None, access: RoomAccess | VisitorAccess) -> LiveTransferRow:
    """Return the row, for staff of the room in which it was sent and for the patient of the visit.
    Raises NotFound for everybody else."""
    if row is None or row.clinic_id != access.clinic_id:
        raise NotFound
    if isinstance(access, RoomAccess):
        if row.room_id != access.room_id:
            raise NotFound
    elif row.visit_id != access.visit_id:
        raise NotFound
    return row


def sender_of(row: LiveTransferRow) -> Actor:
    """Return the sender of a transfer's bytes."""
    if row.direction == Direction.TO_PATIENT:
        return Actor(ActorKind.STAFF, row.staff_id)
    return Actor(ActorKind.PATIENT, row.patient_id or row.visit_id)


def holder_of(row: LiveTransferRow) -> TransferAccess:
    """Return the transfer itself as the holder of its file, in the name of its sender."""
    owner = row.staff_id if row.direction == Direction.TO_PATIENT else row.visit_id
    return transfer_access(row.id, row.clinic_id, row.patient_id, owner, sender_of(row))


def opened(keys: ClinicKeys, row: LiveTransferRow) -> LiveTransfer:
    """Return a row, with its sealed content."""
    record = keys.unseal(RECORD, row.id, row.record)
    return LiveTransfer(
        id=row.id,
        visit_id=row.visit_id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        leg=row.leg,
        direction=row.direction,
        kind=row.kind,
        phase=phase(agreed=row.agreed, bytes_=row.bytes, ended=row.ended),
        name=record["name"],
        media_type=record["media_type"],
        size=row.size,
        position=row.position,
        reason=row.reason,
        staff_id=row.staff_id,
        file_id=row.file_id,
        entry_id=row.entry_id,
        created_at=row.created_at,
        wanted=record.get("wanted", ""),
    )


def with_file(keys: ClinicKeys, row: LiveTransferRow, told: dict[str, str]) -> bytes:
    """Seal the record of a request again with the file that answers it."""
    return keys.seal(RECORD, row.id, {**keys.unseal(RECORD, row.id, row.record), **told})


def of_type(keys: ClinicKeys, row: LiveTransferRow, media_type: str) -> bytes:
    """Seal a row's record again with the detected media type; until then both sides see what the
    sender's browser claimed."""
    record = keys.unseal(RECORD, row.id, row.record)
    return keys.seal(RECORD, row.id, {**record, "media_type": media_type})


def turned_away(row: LiveTransferRow, file: FileRow) -> str:
    """Return why the file of a transfer does not reach the other side, as a key of
    `files.refusals`; "" if it does. If no version for others can be made, the original goes into
    the chart, but not to a patient."""
    if file.state in (FileState.REFUSED, FileState.INFECTED):
        return str(file.refusal)
    is_stuck = file.state == FileState.FILED and file.sharing == Sharing.FAILED
    if not is_stuck or row.direction != Direction.TO_PATIENT:
        return ""
    return "pdf_not_shared" if file.media_type == media_types.PDF else "not_shared"
