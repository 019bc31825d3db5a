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
    """Lends `large` buffers of 1 MiB, and past that buffers of one segment.

    An upload never waits for a buffer, it only gets a smaller one: were it to wait, a few slow
    senders that sit on theirs would stop everybody else. So a few uploads at once are fast, and
    many cost 256 KiB each; `small` is how many of those are kept for the next upload.
    """

    def __init__(self, large: int, small: int) -> None:
        self._unmade = large
        self._large: deque[memoryview] = deque()
        self._small: deque[memoryview] = deque(maxlen=small)

    def take(self) -> Buffer:
        """A loan of 1 MiB or of 256 KiB. Called from the event loop's thread only."""
        room = self.take_spare()
        if room is not None:
            return room
        if self._small:
            return Buffer(self._small.pop(), self)
        return Buffer(memoryview(bytearray(SMALL)), self)

    def take_spare(self) -> Buffer | None:
        """A loan of 1 MiB while there is one, for who could do without."""
        # Last in, first out: a quiet process keeps touching the same few pages.
        if self._large:
            return Buffer(self._large.pop(), self)
        if self._unmade > 0:
            self._unmade -= 1
            return Buffer(memoryview(bytearray(LARGE)), self)
        return None

    def take_back(self, room: memoryview) -> None:
        """What `Buffer.give_back` calls."""
        (self._large if len(room) == LARGE else self._small).append(room)


plaintext_buffers = BufferPool(large=4, small=16)
