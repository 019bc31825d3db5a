"""The marks on a whiteboard. Places are on a board of 1600 × 1000."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bedside.errors import WrongInput

WIDTH, HEIGHT = 1_600, 1_000
AT_ONCE = 40
"""Most marks that a page sends at once."""

Ink = Literal["black", "red", "blue", "green"]
_X = Annotated[int, Field(ge=0, le=WIDTH)]
_Y = Annotated[int, Field(ge=0, le=HEIGHT)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(_Declared):
    """A piece of a line; pieces drawn without lifting the pen have the same `line`."""

    kind: Literal["line"]
    line: str = Field(pattern=r"^[a-z0-9]{1,16}$")
    ink: Ink
    wide: bool = False
    points: list[tuple[_X, _Y]] = Field(min_length=1, max_length=400)


class Words(_Declared):
    """Words on the board."""

    kind: Literal["words"]
    line: str = Field(pattern=r"^[a-z0-9]{1,16}$")
    ink: Ink
    at: tuple[_X, _Y]
    words: str = Field(min_length=1, max_length=120)


class Erase(_Declared):
    """Removes marks, by their numbers."""

    kind: Literal["erase"]
    numbers: list[Annotated[int, Field(ge=1, lt=2**31)]] = Field(min_length=1, max_length=400)


class Clear(_Declared):
    """Takes away the marks of whoever sends it; with `all` those of everybody, for staff."""

    kind: Literal["clear"]
    all: bool = False


class Restore(_Declared):
    """Brings back what the mark `number` cleared."""

    kind: Literal["restore"]
    number: int = Field(ge=1, lt=2**31)


Mark = Annotated[Line | Words | Erase | Clear | Restore, Field(discriminator="kind")]
_MARKS: TypeAdapter[list[Mark]] = TypeAdapter(
    Annotated[list[Mark], Field(min_length=1, max_length=AT_ONCE)]
)


def marks_of(text: str) -> list[Mark]:
    """Parse marks sent by a page, as JSON. Raises WrongInput."""
    try:
        return _MARKS.validate_json(text)
    except ValidationError as error:
        raise WrongInput from error
