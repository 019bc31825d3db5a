"""Sealed blobs in a local directory."""

import asyncio
import ctypes
import errno
import fcntl
import os
import re
import stat
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import ParamSpec, TypeVar

from bedside.errors import Conflict, NotFound, StorageFull, Unavailable
from bedside.files.ports import BlobWriter, MakeChunks
from bedside.kernel.language import N_

_KEY = re.compile(r"[a-z0-9_][a-z0-9_/.-]{0,199}")
_SHARD = re.compile(r"[0-9a-f]{2}")
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_THREADS = 4
_NOWAIT = getattr(os, "RWF_NOWAIT", 0)

_P = ParamSpec("_P")
_T = TypeVar("_T")


def _find_sync_file_range() -> Callable[[int, int, int], None] | None:
    """Find Linux's sync_file_range(2), which Python does not offer."""
    if not sys.platform.startswith("linux"):
        return None
    function = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if function is None:
        return None
    function.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)

    def start_writing_back(fd: int, start: int, length: int) -> None:
        # Only a hint: if it fails and that matters, the fsync fails too.
        function(fd, start, length, 2)  # SYNC_FILE_RANGE_WRITE

    return start_writing_back


_start_writing_back = _find_sync_file_range()


class LocalBlobs:
    """A `BlobStore` under one directory, in 256 sub-directories by a hash of the key.

    Directories are 0700 and files 0600; a symbolic link in place of a file is refused. Works on a
    local file system: an fsync over a network promises less.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="blobs")
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def append(self, key: str, at: int, *, seen: int | None = None) -> BlobWriter:
        """See `BlobStore.append`. A blob being resumed is opened and truncated at once."""
        writer = _LocalWriter(self._path(key), at, seen, self._threads)
        if at:
            await writer.open()
        return writer

    async def size(self, key: str) -> int | None:
        """See `BlobStore.size`."""
        try:
            found = self._path(key).lstat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _named(error) from error
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    async def read(self, key: str, start: int, length: int) -> bytes:
        """See `BlobStore.read`. What the page cache holds is read inline, because a hop to a
        thread costs more than the read; anything else is read in a thread."""
        try:
            fd = os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise _named(error) from error
        if _is_cached(fd, start, length):
            return _read_and_close(fd, start, length)
        return await self._in_thread(_read_and_close, fd, start, length)

    async def delete(self, key: str) -> None:
        """See `BlobStore.delete`."""
        await self._in_thread(self._path(key).unlink, missing_ok=True)

    async def keys(self) -> AsyncIterator[str]:
        """See `BlobStore.keys`."""
        for shard in await self._in_thread(_names, self._directory):
            if _SHARD.fullmatch(shard):
                for name in await self._in_thread(_names, self._directory / shard):
                    yield name.replace("+", "/")

    def close(self) -> None:
        """Stop the threads once they have finished what they are doing."""
        self._threads.shutdown()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a blob key")
        shard = blake2b(key.encode(), digest_size=1).hexdigest()
        return self._directory / shard / key.replace("/", "+")

    async def _in_thread(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return await _run(self._threads, work, *args, **kwargs)


class _LocalWriter:
    """See `BlobWriter`. The lock keeps calls in order even if a cancelled caller left one running:
    a descriptor is never closed, and its number reused for another file, during a write."""

    def __init__(self, path: Path, at: int, seen: int | None, threads: ThreadPoolExecutor) -> None:
        self._path = path
        self._at = at
        self._seen = seen
        self._threads = threads
        self._lock = threading.Lock()
        self._fd: int | None = None
        self._closed = False

    async def open(self) -> None:
        """Open and truncate now, not with the first write."""
        await _run(self._threads, self._locked, self._open)

    async def write(self, make: MakeChunks) -> None:
        await _run(self._threads, self._locked, self._write, make)

    async def commit(self, make: MakeChunks | None = None) -> None:
        await _run(self._threads, self._locked, self._commit, make)

    async def close(self) -> None:
        if self._fd is not None or not self._closed:
            await _run(self._threads, self._locked, self._close)

    def _locked(self, work: Callable[_P, object], *args: _P.args, **kwargs: _P.kwargs) -> None:
        with self._lock:
            work(*args, **kwargs)

    def _open(self) -> int:
        if self._closed:
            raise ValueError("this writer is closed")
        if self._fd is None:
            self._fd = _open_for_append(self._path, self._at, self._seen)
        return self._fd

    def _write(self, make: MakeChunks) -> None:
        fd = self._open()
        begun = self._at
        for chunk in make():
            data = memoryview(chunk)
            while data:
                written = os.pwrite(fd, data, self._at)
                self._at += written
                data = data[written:]
        if _start_writing_back is not None:
            _start_writing_back(fd, begun, self._at - begun)

    def _commit(self, make: MakeChunks | None) -> None:
        if make is not None:
            self._write(make)
        os.fsync(self._open())
        _fsync_directory(self._path.parent)
        self._close()

    def _close(self) -> None:
        self._closed = True
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


async def _run(
    threads: ThreadPoolExecutor, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
) -> _T:
    try:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, partial(work, *args, **kwargs))
    except OSError as error:
        raise _named(error) from error


def _named(error: OSError) -> Exception:
    """Translate an error of the operating system into one of the port."""
    if error.errno in _NO_ROOM:
        return StorageFull()
    if error.errno == errno.ENOENT:
        return NotFound()
    return Unavailable(N_("The clinic's file storage does not answer. Please try again shortly."))


def _open_for_append(path: Path, at: int, seen: int | None) -> int:
    """Open and lock `path` and truncate it to `at` bytes; with `at` 0 it may be new. `seen` as in
    `BlobStore.append`."""
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    if at:
        fd = os.open(path, flags)
    else:
        try:
            fd = os.open(path, flags | os.O_CREAT, 0o600)
        except FileNotFoundError:
            try:
                path.parent.mkdir(mode=0o700, exist_ok=True)
            except (
                FileNotFoundError
            ) as error:  # the whole directory is gone, for instance its mount
                raise OSError(errno.EIO, os.strerror(errno.EIO)) from error
            _fsync_directory(path.parent.parent)
            fd = os.open(path, flags | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        size = os.fstat(fd).st_size
        if seen is not None and size != max(0, seen):
            raise Conflict(N_("More of this file has arrived over another connection."))
        if size < at:
            raise NotFound
        if size > at:
            os.ftruncate(fd, at)
    except BlockingIOError:
        os.close(fd)
        raise Conflict(N_("This file is still being received over another connection.")) from None
    except BaseException:
        os.close(fd)
        raise
    return fd


def _fsync_directory(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _is_cached(fd: int, start: int, length: int) -> bool:
    """Whether both ends of a range are in the page cache, so that reading it will not block."""
    byte = bytearray(1)
    for at in (start, start + length - 1):
        try:
            os.preadv(fd, (byte,), at, _NOWAIT)
        except OSError:
            # EAGAIN: not cached. EOPNOTSUPP: a file system that cannot tell.
            return False
    return True


def _read_and_close(fd: int, start: int, length: int) -> bytes:
    try:
        data = os.pread(fd, length, start)
        while len(data) < length and (more := os.pread(fd, length - len(data), start + len(data))):
            data += more
        return data
    finally:
        os.close(fd)


def _names(directory: Path) -> list[str]:
    return os.listdir(directory)
