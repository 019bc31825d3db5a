"""The part of a request's sealed content that belongs to letters."""

from dataclasses import asdict, dataclass
from typing import Any

from bedside.requests.records import Content


@dataclass(frozen=True, slots=True)
class LetterDetails:
    """The title, and the letter's id if it and its files are to be attached to the e-mail, else
    ""."""

    title: str
    attached: str

    @classmethod
    def of(cls, content: Content) -> "LetterDetails":
        """Read them from what was sealed."""
        return cls(**content.details)

    def as_values(self) -> dict[str, Any]:
        """The details for sealing."""
        return asdict(self)
