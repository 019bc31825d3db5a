"""The limit of what a patient may send unasked in a visit: anybody can check in at a door."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from bedside.database.statements import prepared
from bedside.errors import Conflict
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Reader
from bedside.transfers.models import live_transfers
from bedside.transfers.options import TransferOptions
from bedside.transfers.states import Bytes, Direction, Ended

_GIVEN_UP = (str(Ended.CANCELLED), str(Ended.LEFT), str(Ended.FAILED))

_sent = prepared(
    select(
        func.count().label("files"),
        func.coalesce(func.sum(live_transfers.c.size), 0).label("bytes"),
    ).where(
        live_transfers.c.visit_id == bindparam("visit"),
        live_transfers.c.direction == str(Direction.FROM_PATIENT),
        live_transfers.c.staff_id == "",
        # What was cancelled before a byte arrived does not count; what was refused was work.
        ~(live_transfers.c.ended.in_(_GIVEN_UP) & (live_transfers.c.bytes == str(Bytes.NONE))),
    )
)


@dataclass(frozen=True, slots=True)
class VisitorAllowance:
    """The rest of what a patient may send unasked in a visit. `largest`, `bytes` in bytes."""

    files: int
    bytes: int
    largest: int

    @property
    def is_used_up(self) -> bool:
        """Whether nothing more is accepted."""
        return self.files <= 0 or self.bytes <= 0

    def require(self, size: int) -> None:
        """Raise Conflict, with a sentence, if a file of this size is too much."""
        if self.is_used_up:
            raise Conflict(
                _(
                    "You have sent as many files as one visit takes. The clinic can ask you for "
                    "more."
                ),
                code="visitor_limit",
            )
        if size > self.bytes:
            raise Conflict(
                _(
                    "This file is larger than what you can still send in this visit. Send a "
                    "smaller one, or let the clinic ask you for it."
                ),
                code="visitor_limit",
            )


async def visitor_allowance(
    reader: Reader, visit_id: str, options: TransferOptions
) -> VisitorAllowance:
    """Return what is left of the clinic's limits for a visit. What staff asked for does not
    count."""
    sent = await reader.one(_sent, visit=visit_id)
    files, size = (sent.files, sent.bytes) if sent else (0, 0)
    return VisitorAllowance(
        files=max(0, options.visitor_files_limit - files),
        bytes=max(0, options.visitor_bytes_limit - size),
        largest=options.transfer_bytes_limit,
    )
