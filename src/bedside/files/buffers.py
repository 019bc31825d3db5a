"""Plaintext buffers shared by all uploads of a process."""

from collections import deque

LARGE = 1 << 20
SMALL = 256 << 10
"""Bytes of one segment of a sealed file: nothing smaller can be sealed."""


class Buffer:
    """A buffer on loan. `room` is writable and still holds its previous content."""

    __slots__ = ("_pool", "room")

    def __init__(self, room: memoryview, pool: "BufferPool") -> None:
        self.room = room
        self._pool: BufferPool | None = pool

    def give_back(self) -> None:
        """Return the loan, from any thread; repeating it does nothing. Do not use the buffer
        afterwards."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.take_back(self.room)


class BufferPool:
    """Lends `large` buffers of 1 MiB, and beyond that buffers of one segment.

    An upload never waits for a buffer, it only gets a smaller one: if it waited, a few slow
    senders holding theirs would stop everybody else. So a few parallel uploads are fast, and many
    cost 256 KiB each; `small` is how many of those are kept for the next upload.
    """

    def __init__(self, large: int, small: int) -> None:
        self._unmade = large
        self._large: deque[memoryview] = deque()
        self._small: deque[memoryview] = deque(maxlen=small)

    def take(self) -> Buffer:
        """Lend 1 MiB or 256 KiB. Called from the event loop's thread only."""
        room = self.take_spare()
        if room is not None:
            return room
        if self._small:
            return Buffer(self._small.pop(), self)
        return Buffer(memoryview(bytearray(SMALL)), self)

    def take_spare(self) -> Buffer | None:
        """Lend 1 MiB if available, to a caller that could do without."""
        # Last in, first out: a quiet process keeps touching the same few pages.
        if self._large:
            return Buffer(self._large.pop(), self)
        if self._unmade > 0:
            self._unmade -= 1
            return Buffer(memoryview(bytearray(LARGE)), self)
        return None

    def take_back(self, room: memoryview) -> None:
        """Take a buffer back, for `Buffer.give_back`."""
        (self._large if len(room) == LARGE else self._small).append(room)


plaintext_buffers = BufferPool(large=4, small=16)
