"""Plaintext buffers shared by all uploads of a process."""

from collections import deque

LARGE = 1 << 20
SMALL = 256 << 10
"""Bytes of one segment of a sealed file: nothing smaller can be sealed."""


class Buffer:
    """A buffer on loan. `room` is writable and holds whatever was in it before."""

    __slots__ = ("_pool", "room")

    def __init__(self, room: memoryview, pool: "BufferPool") -> None:
        self.room = room
        self._pool: BufferPool | None = pool

    def give_back(self) -> None:
        """Return the loan, from any thread; doing so again does nothing. Do not use it after."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.take_back(self.room)


class BufferPool:
    """Lends up to `count` buffers of 1 MiB; past that, buffers of one segment.

    An upload never waits for a buffer, it only gets a smaller one: were it to wait, a few slow
    senders that sit on theirs would stop everybody else. So memory is `count` MiB, plus 256 KiB
    for each upload beyond.
    """

    def __init__(self, count: int) -> None:
        self._free: deque[memoryview] = deque()
        self._unmade = count

    def take(self) -> Buffer:
        """A loan of 1 MiB or of 256 KiB. Called from the event loop's thread only."""
        if self._free:
            # Last in, first out: a quiet process keeps touching the same few pages.
            return Buffer(self._free.pop(), self)
        if self._unmade > 0:
            self._unmade -= 1
            return Buffer(memoryview(bytearray(LARGE)), self)
        return Buffer(memoryview(bytearray(SMALL)), self)

    def take_back(self, room: memoryview) -> None:
        """What `Buffer.give_back` calls."""
        if len(room) == LARGE:
            self._free.append(room)


plaintext_buffers = BufferPool(16)
