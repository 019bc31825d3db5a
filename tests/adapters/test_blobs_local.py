"""Blobs in a directory: modes, links, full disks, and nothing half-written."""

import asyncio
import os
import resource
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bedside.adapters.blobs_local import LocalBlobs
from bedside.errors import Conflict, NotFound, StorageFull, Unavailable
from bedside.files.ports import BlobStore
from bedside.files.receiving import receive
from bedside.files.sealing import SealedBlob, SealedReader, SealedWriter, resume_point

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F6")]

KEY = bytes(32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalBlobs]:
    blobs = LocalBlobs(tmp_path / "blobs")
    yield blobs
    blobs.close()


async def put(store: BlobStore, key: str, data: bytes, at: int = 0) -> None:
    writer = await store.append(key, at)
    await writer.commit(lambda: iter([data]))


def only_file(directory: Path) -> Path:
    (path,) = (path for path in directory.rglob("*") if not path.is_dir())
    return path


async def test_what_is_written_is_read_and_measured(store: LocalBlobs) -> None:
    assert await store.size("cli_1/fil_1") is None
    writer = await store.append("cli_1/fil_1", 0)
    await writer.write(lambda: iter([b"01", b"234"]))
    await writer.commit(lambda: iter([b"56789"]))
    assert await store.size("cli_1/fil_1") == 10
    assert await store.read("cli_1/fil_1", 0, 10) == b"0123456789"
    assert await store.read("cli_1/fil_1", 7, 100) == b"789"
    assert await store.read("cli_1/fil_1", 10, 5) == b""
    assert await store.read("cli_1/fil_1", 1000, 5) == b""


async def test_appending_cuts_what_lies_beyond(store: LocalBlobs) -> None:
    await put(store, "a", b"0123456789")
    await put(store, "a", b"xyz", at=4)
    assert await store.read("a", 0, 100) == b"0123xyz"
    await put(store, "a", b"new")
    assert await store.read("a", 0, 100) == b"new"


async def test_a_gap_cannot_be_made(store: LocalBlobs) -> None:
    await put(store, "a", b"0123")
    with pytest.raises(NotFound):
        await store.append("a", 5)
    with pytest.raises(NotFound):
        await store.append("missing", 1)
    assert await store.read("a", 0, 100) == b"0123"


async def test_a_missing_blob_is_not_found_and_deleting_it_is_no_error(store: LocalBlobs) -> None:
    with pytest.raises(NotFound):
        await store.read("missing", 0, 1)
    await store.delete("missing")
    await put(store, "a", b"0")
    await store.delete("a")
    assert await store.size("a") is None


async def test_all_keys_are_listed(store: LocalBlobs) -> None:
    keys = {f"cli_{number % 3}/fil_{number}.thumb-1" for number in range(50)} | {"_", "0"}
    for key in keys:
        await put(store, key, b"0")
    listing = store.keys()
    assert {key async for key in listing} == keys


@pytest.mark.parametrize(
    "key", ["", ".", "..", "../a", "/etc/passwd", "A", "a\0", "a b", "a+b", "ä", "a" * 201, "a\n"]
)
async def test_only_plain_keys_are_taken(store: LocalBlobs, key: str) -> None:
    for attempt in (store.append(key, 0), store.size(key), store.read(key, 0, 1)):
        with pytest.raises(ValueError, match="key"):
            await attempt
    with pytest.raises(ValueError, match="key"):
        await store.delete(key)


async def test_a_key_cannot_leave_the_directory(store: LocalBlobs, tmp_path: Path) -> None:
    await put(store, "a/../../../b", b"0")
    assert only_file(tmp_path).is_relative_to(tmp_path / "blobs")


async def test_only_the_owner_may_look(store: LocalBlobs, tmp_path: Path) -> None:
    await put(store, "cli_1/fil_1", b"0")
    path = only_file(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "blobs").stat().st_mode) == 0o700


async def test_a_symbolic_link_is_not_followed(store: LocalBlobs, tmp_path: Path) -> None:
    await put(store, "a", b"0")
    path = only_file(tmp_path / "blobs")
    path.unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"not ours")
    path.symlink_to(elsewhere)
    with pytest.raises(Unavailable):
        await store.read("a", 0, 10)
    with pytest.raises(Unavailable):
        await put(store, "a", b"overwritten")
    assert await store.size("a") is None
    assert elsewhere.read_bytes() == b"not ours"


async def test_two_cannot_append_to_one_blob(store: LocalBlobs, tmp_path: Path) -> None:
    await put(store, "a", b"0123")
    writer = await store.append("a", 4)
    with pytest.raises(Conflict):
        await store.append("a", 2)
    other_process = LocalBlobs(tmp_path / "blobs")
    with pytest.raises(Conflict):
        await put(other_process, "a", b"")
    assert await store.size("a") == 4
    await writer.close()
    await put(other_process, "a", b"45", at=4)
    assert await store.read("a", 0, 10) == b"012345"
    other_process.close()


async def test_a_closed_writer_writes_nothing(store: LocalBlobs) -> None:
    writer = await store.append("a", 0)
    await writer.commit(lambda: iter([b"0"]))
    await writer.close()
    await writer.close()
    with pytest.raises(ValueError, match="closed"):
        await writer.write(lambda: iter([b"1"]))
    assert await store.read("a", 0, 10) == b"0"


async def test_nothing_stays_open(store: LocalBlobs, tmp_path: Path) -> None:
    await put(store, "warm", b"0")
    before = len(os.listdir("/proc/self/fd"))
    for number in range(20):
        await put(store, f"fil_{number}", b"0")
        await store.read(f"fil_{number}", 0, 1)
        abandoned = await store.append(f"fil_{number}", 1)
        await abandoned.close()
        with pytest.raises(NotFound):
            await store.append(f"fil_{number}", 2)
        unused = await store.append(f"new_{number}", 0)
        await unused.close()
    assert len(os.listdir("/proc/self/fd")) == before


async def test_what_is_not_cached_is_read_all_the_same(store: LocalBlobs, tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    await put(store, "a", data)
    fd = os.open(only_file(tmp_path), os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)
    assert await store.read("a", 1_000_000, 500_000) == data[1_000_000:1_500_000]


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), 100_000):
        yield data[at : at + 100_000]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 3 MB."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(directory)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield directory
    subprocess.run(["umount", "-l", str(directory)], check=True)


@pytest.mark.feature("F14")
async def test_a_full_disk_says_so_keeps_what_came_and_heals(small_disk: Path) -> None:
    data = os.urandom(2_500_000)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    store = LocalBlobs(small_disk / "blobs")
    blob = SealedBlob(store, "a", KEY, "a")
    writer = await SealedWriter.begin(blob, len(data))
    with pytest.raises(StorageFull):
        await receive(_pieces(data), writer, limit=len(data))
    point = await resume_point(blob, 0, b"")
    assert 1_000_000 < point.offset < len(data)
    # still full: it says so again, and still keeps what it has
    for _ in range(2):
        writer = await SealedWriter.resume(blob, point.offset, point.tail, len(data))
        with pytest.raises(StorageFull):
            await receive(_pieces(data[point.offset :]), writer, limit=len(data))
        assert (await resume_point(blob, 0, b"")).offset >= point.offset
    ballast.unlink()
    point = await resume_point(blob, 0, b"")
    writer = await SealedWriter.resume(blob, point.offset, point.tail, len(data))
    assert (await receive(_pieces(data[point.offset :]), writer, limit=len(data))).finished
    reader = await SealedReader.open(blob, size=len(data))
    assert await reader.read(0, len(data)) == data
    store.close()


_WITH_A_LIMIT = """
import asyncio, resource, sys
from pathlib import Path
from bedside.adapters.blobs_local import LocalBlobs
from bedside.errors import StorageFull
from bedside.files.sealing import SealedBlob, SealedWriter, resume_point

async def main():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
    blob = SealedBlob(LocalBlobs(Path(sys.argv[1])), "a", bytes(32), "a")
    writer = await SealedWriter.begin(blob, 4_000_000)
    try:
        for _ in range(40):
            await writer.write(bytes(100_000))
        await writer.finish()
    except StorageFull as error:
        await writer.abandon()
        print(error.status, (await resume_point(blob, 0, b"")).offset)

asyncio.run(main())
"""


async def test_a_quota_is_a_full_disk(tmp_path: Path) -> None:
    """Limit the size of a file, as for users without root: EFBIG in the middle of a record."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WITH_A_LIMIT, str(tmp_path), stdout=subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert said.split() == [b"507", str(5 * 262_144).encode()]
