"""A row of the declaration, and the calls that rows share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.people import Access, Kind
from tests.matrix.world import Facts

Call = dict[str, Any]
"""Arguments of an HTTP request: data, json, content, headers, params, files."""

JSON = {"accept": "application/json"}


@dataclass(frozen=True)
class Row:
    """One route and method. `path` maps names of path parameters to names in `Facts.ids` if they
    differ; `shows` are words that the right person must find in the answer. `also` holds the
    exceptions: the status for kinds of people whom `people.outcome` does not describe."""

    access: Access
    right: int = 200
    call: Callable[[Facts], Call] = lambda _facts: {}
    also: dict[Kind, int] = field(default_factory=dict[Kind, int])
    path: dict[str, str] = field(default_factory=dict[str, str])
    shows: tuple[str, ...] = ()
    asks_for: tuple[str, ...] = ()
    """Words that the call itself contains, so that an answer may repeat them to anybody."""
    counted: frozenset[Kind] = frozenset()
    """Kinds whose refusal is counted, and so changes something."""
    names_patients: bool = False
    """Administrators read names of patients here without an assignment: the audit log."""


def form(**fields: Any) -> Callable[[Facts], Call]:
    """Return a call that sends these fields."""
    return lambda _facts: {"data": fields}


def with_headers(headers: dict[str, str]) -> Callable[[Facts], Call]:
    """Return a call with these headers."""
    return lambda _facts: {"headers": headers}
