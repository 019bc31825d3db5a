"""The list of what pages see of the product: short enough to be read at once."""

from dataclasses import fields, is_dataclass
from typing import get_type_hints

import pytest

from bedside.services import Services

MOST = 25
MOST_IN_A_GROUP = 20
GROUPS = {name: kind for name, kind in get_type_hints(Services).items() if is_dataclass(kind)}


def test_services_are_few() -> None:
    """A domain more is one field more, however many services it has."""
    assert len(fields(Services)) <= MOST


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_is_small(name: str) -> None:
    """A group that outgrows it has become two domains."""
    assert len(fields(GROUPS[name])) <= MOST_IN_A_GROUP
