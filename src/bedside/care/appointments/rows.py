"""Appointments and their types, as they are stored."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.care.appointments.models import (
    appointment_type_versions,
    appointment_types,
    appointments,
)
from bedside.database.statements import Among, prepared

_a, _v, _t = appointments.c, appointment_type_versions.c, appointment_types.c


class VersionRow(NamedTuple):
    """A version of a type, and whether the type is retired."""

    id: str
    clinic_id: str
    type_id: str
    number: int
    content: bytes
    minutes: int
    room_id: str
    remind_hours: int
    created_at: int
    retired_at: int


class AppointmentRow(NamedTuple):
    """A stored appointment."""

    id: str
    clinic_id: str
    patient_id: str
    version_id: str
    series_id: str
    state: str
    staff_id: str
    room_id: str
    local_start: str
    zone: str
    minutes: int
    starts_at: int
    ends_at: int
    sequence: int
    content: bytes
    booked_by: str
    created_at: int
    changed_at: int


VERSION = (
    _v.id,
    _v.clinic_id,
    _v.type_id,
    _v.number,
    _v.content,
    _v.minutes,
    _v.room_id,
    _v.remind_hours,
    _v.created_at,
    _t.retired_at,
)
_typed = appointment_type_versions.join(appointment_types, _t.id == _v.type_id)

add = prepared(upsert(appointments).on_conflict_do_nothing(index_elements=["id"]))
by_id = prepared(select(appointments).where(_a.id == bindparam("of")), AppointmentRow)
for_change = prepared(
    select(appointments).where(_a.id == bindparam("of")).with_for_update(), AppointmentRow
)
change = prepared(update(appointments).where(_a.id == bindparam("of")))
of_series = prepared(
    select(_a.id)
    .where(_a.series_id == bindparam("series"), _a.patient_id == bindparam("patient"))
    .order_by(_a.starts_at)
)

add_type = prepared(upsert(appointment_types).on_conflict_do_nothing(index_elements=["id"]))
change_type = prepared(update(appointment_types).where(_t.id == bindparam("of")))
add_version = prepared(insert(appointment_type_versions))
current = prepared(
    select(*VERSION)
    .select_from(_typed)
    .where(_t.id == bindparam("of"), _t.clinic_id == bindparam("clinic"), _t.version_id == _v.id),
    VersionRow,
)
all_current = prepared(
    select(*VERSION)
    .select_from(_typed)
    .where(_t.clinic_id == bindparam("clinic"), _t.version_id == _v.id)
    .order_by(_t.created_at),
    VersionRow,
)
versions: Among[Any] = Among(
    lambda ids: (
        select(*VERSION)
        .select_from(_typed)
        .where(_v.clinic_id == bindparam("clinic"), _v.id.in_(ids))
    ),
    VersionRow,
)
