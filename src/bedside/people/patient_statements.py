"""Statements that list and find patients."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select

from bedside.database.statements import unindexed
from bedside.people.models import patient_tokens, patients
from bedside.people.patient_index import Group
from bedside.people.reach import Condition, among_the_few, two_ways


class PatientRow(NamedTuple):
    """The columns of a patient that are shown."""

    id: str
    clinic_id: str
    record: bytes


COLUMNS = (patients.c.id, patients.c.clinic_id, patients.c.record)


def in_clinic() -> ColumnElement[bool]:
    """Whether a patient is of this clinic, in a form that makes no index of a clinic's patients
    look useful: nearly all of them are of one."""
    return unindexed(patients.c.clinic_id) == bindparam("clinic")


def _by_time(visible: Condition, *which: ColumnElement[bool], newest: bool = True) -> Any:
    """Select patients, last added first (or last): ids sort by time."""
    order = patients.c.id.desc() if newest else patients.c.id
    found = select(*COLUMNS).where(in_clinic(), visible(patients.c.id), *which).order_by(order)
    return found.limit(bindparam("limit"))


def _counted_off(visible: Condition) -> Any:
    return _by_time(visible).offset(bindparam("offset"))


def _older(visible: Condition) -> Any:
    return _by_time(visible, patients.c.id < bindparam("than"))


def _newer(visible: Condition) -> Any:
    return _by_time(visible, patients.c.id > bindparam("than"), newest=False)


def _how_many(visible: Condition) -> Any:
    some = select(patients.c.id).where(in_clinic(), visible(patients.c.id))
    return select(func.count().label("patients")).select_from(
        some.limit(bindparam("most")).subquery()
    )


LISTED = two_ways(_counted_off, PatientRow)
LISTED_BEYOND = {"older": two_ways(_older, PatientRow), "newer": two_ways(_newer, PatientRow)}
COUNT = two_ways(_how_many)


def with_tokens(tokens: list[Group], limit: int, visible: Condition | None = None) -> Any:
    """Select patients of a clinic who have one token of each group.

    Whoever sees few patients has those gone through. Otherwise the first group's tokens lead to
    patients, and for each the rest is looked up, until the list is full.
    """
    found = select(*COLUMNS).where(in_clinic()).limit(limit)
    leading, others = (tokens[:1], tokens[1:]) if visible is not among_the_few else ([], tokens)
    for group in leading:
        having = select(patient_tokens.c.patient_id).where(patient_tokens.c.token.in_(group))
        found = found.where(patients.c.id.in_(having))
    for group in others:
        found = found.where(
            select(patient_tokens.c.token)
            .where(patient_tokens.c.token.in_(group), patient_tokens.c.patient_id == patients.c.id)
            .exists()
        )
    return found if visible is None else found.where(visible(patients.c.id))
