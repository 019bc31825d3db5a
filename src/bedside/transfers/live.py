"""Live updates of file transfers."""

from typing import Any

from bedside.realtime.topics import TopicKind
from bedside.transfers.events import LiveTransferChanged, LiveTransferMoved
from bedside.transfers.lists import LiveTransferLists
from bedside.visits.live import VisitLive
from bedside.visits.whereabouts import Whereabouts


class TransferLive:
    """The topic `transfers:{visit}`, for whoever follows the visit."""

    def __init__(
        self, lists: LiveTransferLists, whereabouts: Whereabouts, visits: VisitLive
    ) -> None:
        self._lists = lists
        self._whereabouts = whereabouts
        self._visits = visits

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kind."""
        audience = self._visits.audience_of_visit
        return (TopicKind("transfers", self.transfers, audience),)

    async def transfers(self, access: object, visit_id: str) -> dict[str, Any]:
        """Return the snapshot for the side proved by `access`. Raises NotFound."""
        side = await self._whereabouts.side_of(access, visit_id)
        return await self._lists.snapshot(side, visit_id)


def apply(snapshot: dict[str, Any], event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Apply an event to a snapshot of the topic: transfers of the current leg by id."""
    known = snapshot["transfers"]
    if event_type == LiveTransferMoved.type and data["transfer_id"] in known:
        data = {**known[data["transfer_id"]], "position": data["position"]}
    elif event_type != LiveTransferChanged.type:
        return snapshot
    return {**snapshot, "transfers": {**known, data["transfer_id"]: data}}
