"""The `ReportReader` of notifications: reads mail of strangers in a confined child process."""

from typing import Any, cast

from bedside.adapters.child_process import ChildFailed, Children
from bedside.kernel.streams import one_piece
from bedside.notifications.bounces import Report

_MOST = 200
_LONGEST = 1_000


class ChildReports:
    """Reads reports. A mail that breaks the child says nothing."""

    def __init__(self, children: Children) -> None:
        self._children = children

    async def read(self, mail: bytes) -> Report:
        """See `ReportReader.read`."""
        try:
            answer = await self._children.ask("bounce", one_piece(mail), len(mail))
        except ChildFailed:
            return Report()
        said = answer.header
        actions, codes = _texts(said.get("actions")), _texts(said.get("codes"))
        return Report(_texts(said.get("places")), tuple(zip(actions, codes, strict=False)))


def _texts(given: Any) -> tuple[str, ...]:
    listed = cast(list[Any], given) if isinstance(given, list) else []
    return tuple(text[:_LONGEST] for text in listed[:_MOST] if isinstance(text, str))
