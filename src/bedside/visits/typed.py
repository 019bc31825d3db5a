"""A patient's input at the door of a room."""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Typed:
    """A patient's input at the door. `birth_date` is None if it was not asked for."""

    name: str
    birth_date: date | None
    phone: str
    language: str

    @classmethod
    def of(cls, typed: dict[str, Any]) -> "Typed":
        """Read it from the sealed record of a visit."""
        born = typed["birth_date"]
        return cls(
            typed["name"],
            date.fromisoformat(born) if born else None,
            typed["phone"],
            typed.get("language", "en"),
        )
