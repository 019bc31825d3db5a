"""Streams of bytes."""

from collections.abc import AsyncIterator


async def one_piece(content: bytes) -> AsyncIterator[bytes]:
    """Yield bytes that are there already, for what takes a stream."""
    yield content
