"""Several files as one zip, streamed: stored, not compressed, and never on a disk.

Photos and PDFs do not shrink when compressed, and a zip that is only stored can be written while
its files are decrypted (APPNOTE.TXT 6.3.10, 4.3.9: sizes follow in data descriptors).
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import RawIOBase
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from bedside.edge.file_names import free_name
from bedside.files.retrieval import Opened

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_LATEST_YEAR = 2107
_LARGE = 1 << 31


class _Outgoing(RawIOBase):
    """The output of ZipFile: bytes wait here until they are sent."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        view = memoryview(data)
        self._waiting += view
        return view.nbytes

    def take(self) -> bytes:
        """Return what was written since the last call."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


async def zipped(members: AsyncIterator[tuple[Opened, int]]) -> AsyncIterator[bytes]:
    """Yield the bytes of a zip of `members`: (file, when it was made, in milliseconds).

    Each file is opened when its turn comes, and held no longer than that.
    """
    out = _Outgoing()
    names: set[str] = set()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        async for opened, made_at in members:
            info = ZipInfo(free_name(opened.name, names), _dos_time(made_at))
            info.external_attr = 0o600 << 16
            with archive.open(info, "w", force_zip64=opened.size >= _LARGE) as member:
                async for piece in opened.chunks(0, opened.size):
                    member.write(piece)
                    yield out.take()
    yield out.take()


def _dos_time(at: int) -> tuple[int, int, int, int, int, int]:
    when = datetime.fromtimestamp(at / 1000, UTC)
    if not _EARLIEST[0] <= when.year <= _LATEST_YEAR:
        return _EARLIEST
    return (when.year, when.month, when.day, when.hour, when.minute, when.second)
