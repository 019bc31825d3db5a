"""Forms as they are stored."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.sealed import ClinicKeys
from bedside.database.statements import prepared
from bedside.files.pdf_forms import PdfForm
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.requests.forms.models import returned_forms, sent_forms

_FIELDS, _ANSWERS = "sent_forms.fields", "sent_forms.answers"

Answers = Mapping[str, tuple[str, ...]]
"""Values that somebody has filled in, by the keys of fields."""


class Way(StrEnum):
    """The ways in which a form is sent back."""

    NOT_YET = ""
    FIELDS = "fields"
    """It was filled in on our page."""
    FILES = "files"
    """A filled file, or photos of paper."""


class FormRow(NamedTuple):
    """A stored form."""

    request_id: str
    clinic_id: str
    file_id: str
    fields: bytes
    answers: bytes
    version: int
    kept_at: int
    way: str
    upload_id: str


class ReturnedRow(NamedTuple):
    """A stored answer."""

    file_id: str
    clinic_id: str
    request_id: str


_add = prepared(insert(sent_forms))
BY_ID = prepared(select(sent_forms).where(sent_forms.c.request_id == bindparam("of")), FormRow)
OF_FILE = prepared(
    select(sent_forms)
    .where(sent_forms.c.file_id == bindparam("file"), sent_forms.c.clinic_id == bindparam("clinic"))
    .order_by(sent_forms.c.request_id),
    FormRow,
)
_change = prepared(update(sent_forms).where(sent_forms.c.request_id == bindparam("of")))
_add_answer = prepared(upsert(returned_forms).on_conflict_do_nothing(index_elements=["file_id"]))
RETURNED = prepared(
    select(returned_forms)
    .where(returned_forms.c.request_id == bindparam("of"))
    .order_by(returned_forms.c.file_id),
    ReturnedRow,
)
ANSWER_OF_FILE = prepared(
    select(returned_forms).where(
        returned_forms.c.file_id == bindparam("file"),
        returned_forms.c.clinic_id == bindparam("clinic"),
    ),
    ReturnedRow,
)


async def add(
    work: UnitOfWork, keys: ClinicKeys, request_id: str, clinic_id: str, file_id: str, form: PdfForm
) -> None:
    """Store a form that is sent."""
    await work.execute(
        _add,
        request_id=request_id,
        clinic_id=clinic_id,
        file_id=file_id,
        fields=keys.seal(_FIELDS, request_id, form.as_json()),
        answers=b"",
        version=0,
        kept_at=0,
        way=Way.NOT_YET,
        upload_id="",
    )


async def keep(
    work: UnitOfWork, keys: ClinicKeys, row: FormRow, answers: Answers, way: Way = Way.NOT_YET
) -> None:
    """Store what was filled in so far, as the next version."""
    sealed = keys.seal(_ANSWERS, row.request_id, {key: list(v) for key, v in answers.items()})
    await work.execute(
        _change,
        of=row.request_id,
        answers=sealed,
        version=row.version + 1,
        kept_at=clock.now(),
        way=way,
    )


async def change(work: UnitOfWork, request_id: str, **values: str) -> None:
    """Change columns of a form."""
    await work.execute(_change, of=request_id, **values)


async def add_answer(work: UnitOfWork, row: FormRow, file_id: str) -> None:
    """Store that a file of the chart is an answer to a form."""
    await work.execute(
        _add_answer, file_id=file_id, clinic_id=row.clinic_id, request_id=row.request_id
    )


def fields_of(keys: ClinicKeys, row: FormRow) -> PdfForm:
    """Return what can be filled in."""
    return PdfForm.of_json(keys.unseal(_FIELDS, row.request_id, bytes(row.fields)))


def answers_of(keys: ClinicKeys, row: FormRow) -> dict[str, tuple[str, ...]]:
    """Return what was filled in so far."""
    if not row.answers:
        return {}
    found = keys.unseal(_ANSWERS, row.request_id, bytes(row.answers))
    return {key: tuple(values) for key, values in found.items()}


async def required(db: Reader, request_id: str) -> FormRow:
    """Return a form that is there with its request. Raises KeyError."""
    row = await db.one(BY_ID, of=request_id)
    if row is None:
        raise KeyError(request_id)
    return row
