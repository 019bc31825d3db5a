"""What the demonstration may touch: directories that it marked before it put anything into them.

Whatever else lies in the directory that was named is a real installation, or could be, and is
refused. What it deletes, when it was interrupted and starts over, are the names that it makes.
"""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bedside.errors import Conflict
from bedside.kernel import durable

_MARK = "bedside-demo"
_COMPLETE = "demo-is-complete"
_MADE = (
    "bedside.db",
    "bedside.db-wal",
    "bedside.db-shm",
    "bedside.db-keys.lock",
    "files",
    "keys",
    "set-up-code",
)


class NotTheDemonstrations(Conflict):
    """There is something in the directory that the demonstration did not make."""

    code = "not_the_demonstrations"


def is_complete(data: Path) -> bool:
    """Whether a demonstration is there that can be gone on with."""
    return (data / _COMPLETE).exists()


def is_unfinished(data: Path) -> bool:
    """Whether a demonstration was begun here and did not get ready to be served."""
    return (data / _MARK).exists() and not is_complete(data)


@contextmanager
def filling(data: Path) -> Generator[None]:
    """Fill an empty directory during the block; one that was left half-filled is emptied first.

    Raises NotTheDemonstrations when anything else is there, which stays as it is.
    """
    if data.exists() and not data.is_dir():
        raise NotTheDemonstrations(f"{data} is not a directory. Choose another with --data.")
    if not (data / _MARK).exists():
        if data.exists() and any(data.iterdir()):
            raise NotTheDemonstrations(
                f"{data} holds something that the demonstration did not make; it was left as it "
                "is. Choose another directory with --data, or delete it yourself."
            )
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        durable.put(data / _MARK, b"Made by \xe2\x80\x9cbedside demo\xe2\x80\x9d.\n")
    with durable.only_one(data / _MARK, data) as first:
        if not first:
            raise NotTheDemonstrations(f"Another “bedside demo” is filling {data} right now.")
        _clear(data)
        yield
        durable.put(data / _COMPLETE, b"")


def _clear(data: Path) -> None:
    for name in _MADE:
        path = data / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
