"""How much a holder (a request, a live transfer) may still receive."""

from bedside.files import upload_rows
from bedside.files.announcing import Allowance, too_many_files
from bedside.files.repository import Repository
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader

_ACTIVE_FOR = 10 * clock.MINUTE
"""How long an unfinished upload counts towards its holder's limit after its last byte."""


async def room_left(
    repository: Repository, db: Reader, target: upload_rows.Target, allowance: Allowance
) -> int:
    """Return the bytes that the holder of `target` may still receive. Raises TooLarge if it may
    receive no more files."""
    held = await repository.held(target.clinic_id, target.holder_id, db)
    running = await db.one(
        upload_rows.OPEN_OF_HOLDER,
        holder=target.holder_id,
        clinic=target.clinic_id,
        since=clock.now() - _ACTIVE_FOR,
    )
    kept = [row for row in held if row.data_key]
    count = len(kept) + (running.files if running else 0)
    total = sum(row.size for row in kept) + (int(running.bytes) if running else 0)
    if allowance.files is not None and count >= allowance.files:
        raise too_many_files(allowance)
    return allowance.largest if allowance.total is None else allowance.total - total
