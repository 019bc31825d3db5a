"""Conditions for statements: which patients and rooms a member of staff may see."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from bedside.people.models import patient_assignments, staff_assignments


def visible_patients(staff_param: str = "staff", clinic_param: str = "clinic") -> Any:
    """Return a sub-query of the ids of all patients a member of staff may see."""
    return (
        select(patient_assignments.c.patient_id)
        .select_from(
            staff_assignments.join(
                patient_assignments,
                staff_assignments.c.target_id == patient_assignments.c.target_id,
            )
        )
        .where(
            staff_assignments.c.staff_id == bindparam(staff_param),
            staff_assignments.c.clinic_id == bindparam(clinic_param),
            patient_assignments.c.clinic_id == bindparam(clinic_param),
        )
    )


def is_in_charge(
    room_id: ColumnElement[str], staff_param: str = "staff", clinic_param: str = "clinic"
) -> ColumnElement[bool]:
    """Whether a member of staff is assigned to the team or room of a row. It is looked up for each
    row: whoever has added 50,000 patients has as many assignments, and gathering them would take
    10 ms of each page."""
    return (
        select(staff_assignments.c.target_id)
        .where(
            staff_assignments.c.staff_id == bindparam(staff_param),
            staff_assignments.c.target_id == room_id,
            staff_assignments.c.clinic_id == bindparam(clinic_param),
        )
        .exists()
    )


def is_visible(
    patient_id: ColumnElement[str], staff_param: str = "staff", clinic_param: str = "clinic"
) -> ColumnElement[bool]:
    """Whether a member of staff may see the patient of a row: for lists that end after a few rows,
    where gathering all visible patients first (`visible_patients`) would take longer."""
    return (
        select(patient_assignments.c.patient_id)
        .select_from(
            patient_assignments.join(
                staff_assignments,
                staff_assignments.c.target_id == patient_assignments.c.target_id,
            )
        )
        .where(
            patient_assignments.c.patient_id == patient_id,
            patient_assignments.c.clinic_id == bindparam(clinic_param),
            staff_assignments.c.staff_id == bindparam(staff_param),
            staff_assignments.c.clinic_id == bindparam(clinic_param),
        )
        .exists()
    )
