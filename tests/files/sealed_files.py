"""Helpers for sealed files: a store, bytes that reveal their position, and shortcuts."""

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

from bedside.adapters.blobs_local import LocalBlobs
from bedside.files.sealed_format import SEGMENT
from bedside.files.sealing import SealedBlob, SealedReader, SealedWriter

KEY = bytes(range(32))
FILE = "fil_01jd8zq3h5n7r9t2v4x6y8z0ab"
NAME = "cli_1/" + FILE

_T = TypeVar("_T")
_CONTENT = b"".join(i.to_bytes(4, "big") for i in range(1_200_000))

near_a_boundary = st.builds(
    lambda segments, shift: max(0, segments * SEGMENT + shift),
    st.integers(0, 9),
    st.integers(-2, 2) | st.integers(-SEGMENT, SEGMENT),
)
"""Sizes and offsets, in bytes, close to the edges of segments and buffers."""


def content(size: int) -> bytes:
    """Return `size` bytes in which no two places look alike."""
    return _CONTENT[:size]


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run to the end on a loop of its own."""
    return asyncio.run(work)


@contextmanager
def some_store() -> Iterator[LocalBlobs]:
    """An empty store on the real disk, for one example of a property."""
    with tempfile.TemporaryDirectory() as directory:
        store = LocalBlobs(Path(directory))
        try:
            yield store
        finally:
            store.close()


def blob_in(store: LocalBlobs) -> SealedBlob:
    """Return the one file that most tests write and read."""
    return SealedBlob(store, NAME, KEY, FILE)


async def seal(
    store: LocalBlobs, data: bytes, *, name: str = NAME, file_id: str = FILE, key: bytes = KEY
) -> None:
    """Store `data` as a finished file."""
    writer = await SealedWriter.begin(SealedBlob(store, name, key, file_id), len(data))
    await writer.write(data)
    await writer.finish()


async def unseal(
    store: LocalBlobs, *, name: str = NAME, file_id: str = FILE, key: bytes = KEY
) -> bytes:
    """Return the whole content of a finished file."""
    reader = await SealedReader.open(SealedBlob(store, name, key, file_id))
    return await reader.read(0, reader.size)


def path_of(store: LocalBlobs, name: str = NAME) -> Path:
    """Return where the store keeps a blob, for damaging it."""
    return store._path(name)
