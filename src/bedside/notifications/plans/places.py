"""The causes of a plan's messages: which step of which item one belongs to.

`req_…/invite/1/0` is the first step of the first round of a request; a push has its device behind.
The item comes first, so that the audit log and the item's page find its messages.
"""

from typing import NamedTuple, Self

from bedside.kernel.ids import is_id, prefix_of
from bedside.notifications.plans.table import Occasion

_MOST_DIGITS = 6
_PARTS = 4
_OCCASIONS = frozenset(Occasion)


class Place(NamedTuple):
    """A step of a plan, as the cause of its messages says it."""

    item_id: str
    occasion: Occasion
    round: int
    number: int

    @property
    def cause(self) -> str:
        """The cause of its messages: the same step never sends twice."""
        return f"{self.item_id}/{self.occasion}/{self.round}/{self.number}"

    @classmethod
    def of(cls, cause_id: str) -> Self | None:
        """Return the place of a message; None for one of another cause."""
        parts = cause_id.split("/")
        if len(parts) < _PARTS or parts[1] not in _OCCASIONS:
            return None
        item_id, occasion, *numbers = parts[:_PARTS]
        right = all(one.isascii() and one.isdecimal() for one in numbers)
        if not right or not is_id(item_id, prefix_of(item_id)):
            return None
        if max(map(len, numbers)) > _MOST_DIGITS:
            return None
        return cls(item_id, Occasion(occasion), int(numbers[0]), int(numbers[1]))
