"""What happens to live file transfers, told to both sides."""

from typing import Any, ClassVar

from bedside.kernel import clock
from bedside.kernel.events import Event, declared
from bedside.kernel.unit_of_work import Row, UnitOfWork
from bedside.transfers.states import phase
from bedside.visits.events import RoomVisitTouched


@declared
class LiveTransferChanged(Event):
    """A file on its way between a patient and staff was offered, accepted, moved on or ended."""

    type: ClassVar[str] = "transfer.changed"
    transfer_id: str
    visit_id: str
    leg: int
    direction: str
    kind: str
    phase: str
    reason: str
    size: int
    position: int

    def topic(self) -> str:
        """Told to the patient of the visit and to those in charge of its room."""
        return f"transfers:{self.visit_id}"


@declared
class LiveTransferMoved(Event):
    """More bytes of a file have come. Bars move; nothing else does."""

    type: ClassVar[str] = "transfer.moved"
    keep: ClassVar[int] = 10 * clock.MINUTE
    transfer_id: str
    visit_id: str
    leg: int
    position: int

    def topic(self) -> str:
        """Told to the patient of the visit and to those in charge of its room."""
        return f"transfers:{self.visit_id}"


def facts(row: Row) -> dict[str, Any]:
    """What open pages are told of a transfer; no name, no type."""
    return {
        "transfer_id": row.id,
        "visit_id": row.visit_id,
        "leg": row.leg,
        "direction": row.direction,
        "kind": row.kind,
        "phase": str(phase(agreed=row.agreed, bytes_=row.bytes, ended=row.ended)),
        "reason": row.reason,
        "size": row.size,
        "position": row.position,
    }


def tell(work: UnitOfWork, row: Row) -> None:
    """Tell both sides where a transfer is, and the lists of the room that something is on its way
    or not any more."""
    work.emit(LiveTransferChanged(**facts(row)))
    work.emit(RoomVisitTouched(room_id=row.room_id, visit_id=row.visit_id, what="file"))


def tell_moved(work: UnitOfWork, row: Row, position: int) -> None:
    """Tell both sides that more bytes have come."""
    work.emit(
        LiveTransferMoved(transfer_id=row.id, visit_id=row.visit_id, leg=row.leg, position=position)
    )


def apply(snapshot: dict[str, Any], event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """A snapshot of the topic after an event: transfers of the present leg by id."""
    known = snapshot["transfers"]
    if event_type == LiveTransferMoved.type and data["transfer_id"] in known:
        data = {**known[data["transfer_id"]], "position": data["position"]}
    elif event_type != LiveTransferChanged.type:
        return snapshot
    return {**snapshot, "transfers": {**known, data["transfer_id"]: data}}
