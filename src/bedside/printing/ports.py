"""The sheet, and the port of what prints it."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bedside.printing.body import Body


@dataclass(frozen=True, slots=True)
class Sheet:
    """Something written to a patient, ready to be printed, all words in `language` (a tag of BCP
    47; `from_right` for scripts from right to left).

    `sender` are the lines at the top, `about` the lines of a table with labels (whom and what it
    is about). `page_of` is the line at the foot, with {page} and {pages}. `closing` stands below
    the body. `large` sets it in large print.
    """

    language: str
    from_right: bool
    title: str
    written_on: date
    author: str
    sender: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    body: Body
    closing: str
    page_of: str
    large: bool = False


class Printer(Protocol):
    """Sets sheets as PDF."""

    async def pdf(self, sheet: Sheet) -> bytes:
        """Return a sheet as PDF/A-2a and PDF/UA-1. What no font of this computer draws is written
        in Latin letters. Raises Unavailable if it could not be made."""
        ...

    async def not_drawn(self, sheet: Sheet) -> str:
        """Return the letters of a sheet that no font of this computer draws, each once. Raises
        Unavailable."""
        ...
