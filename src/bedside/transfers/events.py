"""Events of live file transfers, for both sides."""

from typing import Any, ClassVar

from bedside.kernel import clock
from bedside.kernel.events import Event, declared
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.transfers.rows import LiveTransferRow
from bedside.transfers.states import phase
from bedside.visits.events import RoomVisitTouched


@declared
class LiveTransferChanged(Event):
    """A file in transfer between a patient and staff was offered, accepted, moved on or ended."""

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
        """The topic of the visit's patient and of those in charge of its room."""
        return f"transfers:{self.visit_id}"


@declared
class LiveTransferMoved(Event):
    """More bytes of a file have arrived. Only progress bars change."""

    type: ClassVar[str] = "transfer.moved"
    keep: ClassVar[int] = 10 * clock.MINUTE
    transfer_id: str
    visit_id: str
    leg: int
    position: int

    def topic(self) -> str:
        """The topic of the visit's patient and of those in charge of its room."""
        return f"transfers:{self.visit_id}"


def facts(row: LiveTransferRow) -> dict[str, Any]:
    """Return a transfer's data for open pages; no name, no type."""
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


def publish(work: UnitOfWork, row: LiveTransferRow) -> None:
    """Publish a transfer's state to both sides, and to the lists of the room whether something is
    in transfer."""
    work.emit(LiveTransferChanged(**facts(row)))
    work.emit(RoomVisitTouched(room_id=row.room_id, visit_id=row.visit_id, what="file"))


def publish_moved(work: UnitOfWork, row: LiveTransferRow, position: int) -> None:
    """Publish to both sides that more bytes have arrived."""
    work.emit(
        LiveTransferMoved(transfer_id=row.id, visit_id=row.visit_id, leg=row.leg, position=position)
    )
