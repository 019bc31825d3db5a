"""Rooms for the tests of alerts."""

import pytest

from tests.house import House
from tests.visits.ward import Ward


@pytest.fixture
def ward(house: House) -> Ward:
    """Rooms on SQLite, then on PostgreSQL."""
    return Ward(house)


@pytest.fixture
def quick_ward(quick_house: House) -> Ward:
    """Rooms on SQLite."""
    return Ward(quick_house)
