"""A clinic's options for live file transfers."""

from pydantic import Field

from bedside.people.options import MB, Options


class TransferOptions(Options):
    """Options of live file transfers."""

    transfer_bytes_limit: int = Field(default=100 * MB, ge=MB, le=2_000 * MB)
    """Of one file."""
    transfers_at_once: int = Field(default=5, ge=1, le=20)
    visitor_files_limit: int = Field(default=20, ge=1, le=200)
    visitor_bytes_limit: int = Field(default=200 * MB, ge=MB, le=5_000 * MB)
    """The limit of what a patient may send in one visit without being asked."""
    keep_unfinished_files: bool = True
    """Whether a file that arrived completely is filed when its transfer was left."""
