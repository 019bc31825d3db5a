"""Files that exist completely or not at all, and a lock that ends with its process."""

import fcntl
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def only_one(lock: Path, beside: Path) -> Generator[bool]:
    """Hold the lock file `lock` during the block; yields False if another process holds it.

    The kernel releases the lock when the process ends, however it ends (flock(2)). The file stays:
    if it were removed, two processes could each hold a lock on a file of that name. It is given to
    the owner of `beside`, so that the service can take it after root did.
    """
    fd = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _give(fd, beside)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(fd)


def create(path: Path) -> BinaryIO:
    """Create a file readable by its owner only. Raises FileExistsError if the name is taken.

    Remove leftovers under a temporary name first: such a file may be readable by others, or be a
    link to somewhere else.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def put(path: Path, data: bytes, *, like: Path | None = None) -> None:
    """Durably replace a file, or create it; for one process at a time.

    `like` is the file whose owner and mode are copied; without it, the file is for its owner only.
    """
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    _write(part, data, like)
    part.replace(path)
    fsync_directory(path.parent)


def put_new(path: Path, data: bytes, *, like: Path | None = None) -> None:
    """Durably create a file that must not exist yet; safe if several processes try at once.

    Raises FileExistsError, and changes nothing then.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    _write(part, data, like)
    try:
        os.link(part, path)
    finally:
        part.unlink()
    fsync_directory(path.parent)


def fsync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _write(part: Path, data: bytes, like: Path | None) -> None:
    with create(part) as file:
        if like is not None:
            _give(file.fileno(), like)
            os.fchmod(file.fileno(), like.stat().st_mode & 0o777)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _give(fd: int, beside: Path) -> None:
    """Give a file to the owner of another; only root can do that, and only root needs to."""
    if os.geteuid() == 0:
        owner = beside.stat()
        os.fchown(fd, owner.st_uid, owner.st_gid)
