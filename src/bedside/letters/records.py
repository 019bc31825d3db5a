"""A letter as it is stored and as it is shown."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, insert, select, update

from bedside.charts.categories import Category
from bedside.database.sealed import ClinicKeys
from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.letters.models import letters
from bedside.printing.body import Body
from bedside.printing.ports import Sheet

KEY = "letter"
PREFIX = "let"
_COLUMN = "letters.record"


class LetterRow(NamedTuple):
    """A stored letter."""

    id: str
    clinic_id: str
    patient_id: str
    visit_id: str
    record: bytes
    version: int
    begun_by: str
    begun_at: int
    changed_by: str
    changed_at: int
    sent_at: int
    discarded_at: int
    upload_id: str
    file_id: str
    filed_at: int


ADD = prepared(insert(letters))
BY_ID = prepared(select(letters).where(letters.c.id == bindparam("of")), LetterRow)
_for_change = prepared(
    select(letters).where(letters.c.id == bindparam("of")).with_for_update(), LetterRow
)
OF_CHART = prepared(
    select(letters)
    .where(
        letters.c.patient_id == bindparam("patient"),
        letters.c.clinic_id == bindparam("clinic"),
        letters.c.discarded_at == 0,
    )
    .order_by(letters.c.changed_at.desc(), letters.c.id.desc()),
    LetterRow,
)
OF_VISIT = prepared(
    select(letters).where(
        letters.c.visit_id == bindparam("visit"), letters.c.clinic_id == bindparam("clinic")
    ),
    LetterRow,
)
CHANGE = prepared(update(letters).where(letters.c.id == bindparam("of")))


class State(StrEnum):
    """The states of a letter. What became of one that was sent is the state of its request."""

    DRAFT = "draft"
    SENT = "sent"
    DISCARDED = "discarded"


class LetterRecord(BaseModel):
    """The sealed part of a letter: `entries` are the files of the chart that go along with it,
    `sheet` is the letter as it was sent, None before. Its repr omits everything."""

    model_config = ConfigDict(frozen=True)

    title: str
    body: Body
    language: str
    category: Category
    entries: tuple[str, ...] = ()
    sheet: Sheet | None = None

    def __repr__(self) -> str:
        return "LetterRecord()"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter. `version` counts what was saved; times in milliseconds, 0 if not yet."""

    id: str
    clinic_id: str
    patient_id: str
    visit_id: str
    record: LetterRecord
    version: int
    begun_by: str
    changed_by: str
    changed_at: int
    sent_at: int
    discarded_at: int

    @property
    def state(self) -> State:
        """Whether it is being written, or was sent or discarded."""
        if self.sent_at:
            return State.SENT
        return State.DISCARDED if self.discarded_at else State.DRAFT

    @property
    def reference(self) -> str:
        """The number by which both sides can speak about it."""
        return self.id[-8:].upper()


def opened(keys: ClinicKeys, row: LetterRow) -> Letter:
    """Return a letter from its row."""
    return Letter(
        row.id,
        row.clinic_id,
        row.patient_id,
        row.visit_id,
        LetterRecord.model_validate(keys.unseal(_COLUMN, row.id, row.record)),
        row.version,
        row.begun_by,
        row.changed_by,
        row.changed_at,
        row.sent_at,
        row.discarded_at,
    )


def sealed(keys: ClinicKeys, letter_id: str, record: LetterRecord) -> bytes:
    """Seal the words of a letter."""
    said: dict[str, Any] = record.model_dump(mode="json")
    return keys.seal(_COLUMN, letter_id, said)


async def locked(work: UnitOfWork, letter_id: str) -> LetterRow | None:
    """Lock and return a letter until commit; where its request is locked as well, that comes
    first."""
    return await work.one(_for_change, of=letter_id)
