"""Directories that the demonstration may touch: those it marked before putting anything into them.

Any other content of the given directory is, or could be, a real installation, and is refused. If
it was interrupted and starts over, it deletes only the names that it creates itself.
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
    """The directory contains something that the demonstration did not create."""

    code = "not_the_demonstrations"


def is_complete(data: Path) -> bool:
    """Whether there is a demonstration that can be continued."""
    return (data / _COMPLETE).exists()


def is_unfinished(data: Path) -> bool:
    """Whether a demonstration was begun here and never became ready to be served."""
    return (data / _MARK).exists() and not is_complete(data)


@contextmanager
def filling(data: Path) -> Generator[None]:
    """Fill an empty directory during the block; a half-filled one is emptied first.

    Raises NotTheDemonstrations if there is anything else, which stays as it is.
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
