"""The file domain's `PdfForms`: reads and fills in forms in child processes."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bedside.adapters.child_process import ChildFailed, Children
from bedside.adapters.rendering import typefaces
from bedside.adapters.rendering.limits import MAX_PAGES
from bedside.files.pdf_forms import (
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_FIELDS,
    MOST_OPTIONS,
    FieldKind,
    FilledForm,
    FormState,
    PdfForm,
)

_Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
_Label = Annotated[str, Field(max_length=LONGEST_LABEL)]
_Value = Annotated[str, Field(max_length=LONGEST_VALUE)]
_Thousandths = Annotated[int, Field(ge=0, le=1000)]
_Place = tuple[_Thousandths, _Thousandths, _Thousandths, _Thousandths]
_Row = tuple[
    _Name,
    Literal["text", "lines", "tick", "one_of", "choice", "some_of", "signature"],
    _Label,
    Annotated[int, Field(ge=1, le=MAX_PAGES)],
    Annotated[list[_Place], Field(max_length=50)],
    bool,
    Annotated[int, Field(ge=0, le=LONGEST_VALUE)],
    Annotated[list[tuple[_Value, _Label]], Field(max_length=MOST_OPTIONS)],
    Annotated[list[_Value], Field(max_length=MOST_OPTIONS)],
    Annotated[str, Field(max_length=30)],
    bool,
]
_UNREADABLE = PdfForm(FormState.UNREADABLE)


class _Read(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal["fields", "none", "xfa", "too_many"]
    pages: Annotated[int, Field(ge=0, le=MAX_PAGES)]
    signed: bool
    left_out: bool
    fields: Annotated[list[_Row], Field(max_length=MOST_FIELDS)]


class FormReader:
    """Reads and fills in the forms of strangers."""

    def __init__(self, children: Children) -> None:
        self._children = children

    async def read(self, chunks: AsyncIterator[bytes], size: int) -> PdfForm:
        """See `PdfForms.read`."""
        try:
            answer = await self._children.ask("read_form", chunks, size)
            found = _Read.model_validate(answer.header.get("form"))
        except (ChildFailed, ValidationError):
            return _UNREADABLE
        form = PdfForm.of_json(_as_json(found))
        names = {one.name for one in form.fields}
        is_sound = len(names) == len(form.fields) and all(
            one.options or one.kind not in (FieldKind.ONE_OF, FieldKind.CHOICE)
            for one in form.fields
        )
        return form if is_sound else _UNREADABLE

    async def fill(
        self, chunks: AsyncIterator[bytes], size: int, answers: Mapping[str, tuple[str, ...]]
    ) -> FilledForm | None:
        """See `PdfForms.fill`."""
        given = {name: list(values) for name, values in answers.items()}
        try:
            answer = await self._children.ask("fill_form", chunks, size, answers=given)
        except ChildFailed:
            return None
        continued = answer.header.get("continued")
        if not isinstance(continued, int) or len(answer.parts) != 2:
            return None
        with_fields, flat = answer.parts
        is_sound = with_fields.startswith(b"%PDF-") and flat.startswith(b"%PDF-")
        return FilledForm(with_fields, flat, continued) if is_sound else None

    def shown(self, said: str) -> str:
        """See `PdfForms.shown`."""
        return typefaces.shown(said)


def _as_json(found: _Read) -> dict[str, Any]:
    return {
        "state": found.state,
        "pages": found.pages,
        "signed": found.signed,
        "left_out": found.left_out,
        "fields": [list(one) for one in found.fields],
    }
