"""The file as it reaches the child process."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_BLOCK = 1024 * 1024


class IncompleteError(Exception):
    """The sender stopped before the file's last byte."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The pages that are wanted, from `first` on; those `skipped` broke an earlier child.
    `is_begun` if there is a preview already."""

    first: int = 1
    skipped: frozenset[int] = frozenset()
    is_begun: bool = False


class Incoming:
    """The file arriving on standard input; `size` bytes in all."""

    def __init__(self, request: dict[str, Any], descriptor: int) -> None:
        self.name: str = request.get("name", "")
        self.media_type: str = request.get("media_type", "")
        self.language: str = request.get("language", "")
        self.size: int = request["size"]
        self.wanted = Wanted(
            request.get("first", 1),
            frozenset(request.get("skipped", ())),
            request.get("is_begun", False),
        )
        self.request = request
        self._descriptor = descriptor
        self._seen = b""

    def head(self, length: int) -> bytes:
        """Return the first `length` bytes, which later reads return again."""
        while len(self._seen) < length:
            block = os.read(self._descriptor, _BLOCK)
            if not block:
                break
            self._seen += block
        return self._seen[:length]

    def blocks(self) -> Iterator[bytes]:
        """Yield everything in blocks. Raises IncompleteError if bytes are missing at the end."""
        received = len(self._seen)
        if self._seen:
            yield self._seen
        self._seen = b""
        while block := os.read(self._descriptor, _BLOCK):
            received += len(block)
            yield block
        if received != self.size:
            raise IncompleteError

    def whole(self) -> bytes:
        """Return everything at once. Raises IncompleteError if bytes are missing at the end."""
        data = bytearray()
        for block in self.blocks():
            data += block
        return bytes(data)
