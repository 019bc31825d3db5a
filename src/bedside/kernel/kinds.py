"""Registries of kinds: what a domain declares once, found again by the prefix of an id."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from bedside.kernel.ids import is_id, prefix_of


class HasPrefix(Protocol):
    """A kind whose ids all begin with `prefix`, such as `req`."""

    @property
    def prefix(self) -> str: ...


Kind = TypeVar("Kind", bound=HasPrefix)


class UnknownKind(LookupError):
    """No kind is registered for an id: a mistake in the wiring, not in a request."""


class Kinds(Generic[Kind]):
    """Kinds by their prefix. They are registered in `bootstrap`, and nowhere else."""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds: dict[str, Kind] = {}
        for kind in kinds:
            self.add(kind)

    def add(self, kind: Kind) -> None:
        """Register a kind. Raises ValueError when its prefix is taken."""
        if kind.prefix in self._kinds:
            raise ValueError(f"two kinds with the prefix {kind.prefix!r}")
        self._kinds[kind.prefix] = kind

    def of(self, subject_id: str) -> Kind:
        """Return the kind of the thing with this id. Raises UnknownKind."""
        try:
            return self._kinds[prefix_of(subject_id)]
        except KeyError:
            raise UnknownKind(prefix_of(subject_id)) from None

    def has(self, some_id: str) -> bool:
        """Whether this has the shape of an id of a registered kind."""
        prefix = prefix_of(some_id)
        return prefix in self._kinds and is_id(some_id, prefix)

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())
