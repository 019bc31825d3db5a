"""Looking patients up in all the ways in which a text can be meant, and the order of the hits."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from bedside.database.sealed import ClinicKeys
from bedside.people import patient_index
from bedside.people.patient_index import Group
from bedside.people.ranking import Ranking

_RANKED, _RANKED_NEAR = 40, 200
"""The most patients whose names are compared for the order of a list."""
_ENOUGH = 3
"""With as many hits nobody is offered whose name differs in a letter."""


class Named(Protocol):
    """A patient, as far as the search is concerned."""

    @property
    def id(self) -> str:
        """The patient's id."""
        ...

    @property
    def name(self) -> str:
        """Full name."""
        ...

    @property
    def earlier_names(self) -> Sequence[str]:
        """Names of before."""
        ...


Found = TypeVar("Found", bound=Named)
Look = Callable[[list[Group], int], Awaitable[Sequence[Found]]]
"""Returns some of the patients who have a token of each group, at most that many."""


async def search(keys: ClinicKeys, text: str, limit: int, look: Look[Found]) -> list[Found]:
    """Return the best hits first. If few fit, patients follow whose name differs in one letter."""
    groups = patient_index.exact(keys, text)
    if not groups:
        return []
    ranking, most = Ranking(text), max(limit, _RANKED)
    found = list(await look(groups, most))
    if len(found) == most and (whole := patient_index.whole_words(keys, text)):
        found = _joined(await look(whole, most), found)
    if not found:
        found = await _in_other_ways(keys, text, most, look)
    if len(found) < _ENOUGH and (groups := patient_index.near(keys, text)):
        likely = _joined(found, await look(groups, _RANKED_NEAR))[len(found) :]
        found += [
            one for one in likely if ranking.fits(one.name, one.earlier_names, whole=bool(found))
        ]
    return sorted(found, key=lambda one: ranking.order(one.name, one.earlier_names))[:limit]


async def _in_other_ways(keys: ClinicKeys, text: str, most: int, look: Look[Found]) -> list[Found]:
    for groups in (patient_index.as_before(keys, text), *patient_index.glued(keys, text)):
        if groups and (found := await look(groups, most)):
            return list(found)
    return []


def _joined(first: Sequence[Found], then: Sequence[Found]) -> list[Found]:
    return list({one.id: one for one in (*first, *then)}.values())
