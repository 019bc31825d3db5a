"""Fields of a PDF form, as its reader finds them, and the port by which a form is read and filled
in."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

MOST_FIELDS = 400
"""Fields that a page on a phone can show; a form with more is filled in on paper."""
MOST_OPTIONS = 500
LONGEST_NAME = 500
LONGEST_LABEL = 500
LONGEST_VALUE = 5_000
"""In characters."""

Place = tuple[int, int, int, int]
"""Left, top, width and height on the displayed page, in thousandths of its width and height."""


class FieldKind(StrEnum):
    """The kinds of fields that somebody can fill in."""

    TEXT = "text"
    LINES = "lines"
    """Text of several lines."""
    TICK = "tick"
    ONE_OF = "one_of"
    """Buttons of which one can be chosen."""
    CHOICE = "choice"
    """A list from which one can be chosen."""
    SOME_OF = "some_of"
    """A list from which several can be chosen."""
    SIGNATURE = "signature"


class FormState(StrEnum):
    """Whether a PDF can be filled in here."""

    FIELDS = "fields"
    NONE = "none"
    """It has no fields."""
    XFA = "xfa"
    """Only Adobe's programs display this form."""
    TOO_MANY = "too_many"
    """It has more fields than `MOST_FIELDS`."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field. `name` is the field's own in the PDF; `number` its place in the order of filling
    in; `label` is "" if the PDF has no words for it; `options` are pairs of value and label.

    `longest` is the greatest number of characters, or 0; `date_format` is the PDF's own, such as
    “dd.mm.yyyy”, or ""; `values` are those that the PDF brings along; `calculated`, if a script of
    the PDF, which is not run here, works the value out.
    """

    number: int
    name: str
    kind: FieldKind
    label: str
    page: int
    places: tuple[Place, ...]
    required: bool = False
    longest: int = 0
    options: tuple[tuple[str, str], ...] = ()
    values: tuple[str, ...] = ()
    date_format: str = ""
    calculated: bool = False

    @property
    def key(self) -> str:
        """The field's name on a page of ours."""
        return f"f{self.number}"


@dataclass(frozen=True, slots=True)
class PdfForm:
    """The fields of a form in their order. `pages` counts the pages; `signed`, if somebody has
    signed the PDF, which holds only for the empty one; `left_out`, if it has fields of kinds that
    cannot be filled in here."""

    state: FormState
    pages: int = 0
    fields: tuple[FormField, ...] = ()
    signed: bool = False
    left_out: bool = False

    def as_json(self) -> dict[str, Any]:
        """The form for sealing."""
        return {
            "state": self.state,
            "pages": self.pages,
            "signed": self.signed,
            "left_out": self.left_out,
            "fields": [
                [
                    one.name,
                    one.kind,
                    one.label,
                    one.page,
                    one.places,
                    one.required,
                    one.longest,
                    one.options,
                    one.values,
                    one.date_format,
                    one.calculated,
                ]
                for one in self.fields
            ],
        }

    @classmethod
    def of_json(cls, sealed: Mapping[str, Any]) -> "PdfForm":
        """From what was sealed, or found by a reader."""
        return cls(
            FormState(sealed["state"]),
            sealed["pages"],
            tuple(_field(number, row) for number, row in enumerate(sealed["fields"], 1)),
            sealed.get("signed", False),
            sealed.get("left_out", False),
        )


def _field(number: int, row: Sequence[Any]) -> FormField:
    name, kind, label, page, places, required, longest, options, values, date_format, *more = row
    return FormField(
        number,
        name,
        FieldKind(kind),
        label,
        page,
        tuple(tuple(place) for place in places),
        required,
        longest,
        tuple((value, shown) for value, shown in options),
        tuple(values),
        date_format,
        bool(more and more[0]),  # forms that were sent earlier do not say so
    )


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form that was filled in: the PDF `with_fields`, and a `flat` copy, in which the answers are
    part of the pages. `continued` counts the answers that had no room in their fields, and stand on
    a further page of the copy."""

    with_fields: bytes
    flat: bytes
    continued: int = 0


class PdfForms(Protocol):
    """Reads and fills in the forms of strangers, in a confined process."""

    async def read(self, chunks: AsyncIterator[bytes], size: int) -> PdfForm:
        """Return the fields of a PDF. A PDF that breaks its reader is unreadable. Raises
        Unavailable if no process could run."""
        ...

    async def fill(
        self, chunks: AsyncIterator[bytes], size: int, answers: Mapping[str, tuple[str, ...]]
    ) -> FilledForm | None:
        """Write answers, by the names of their fields, into a PDF; None if the PDF breaks it.
        Raises Unavailable if no process could run."""
        ...

    def shown(self, said: str) -> str:
        """Return an answer in the letters in which a PDF shows it: as it is or, where this computer
        has no font for them, in Latin ones."""
        ...
