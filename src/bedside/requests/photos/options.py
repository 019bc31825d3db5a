"""A clinic's options for photo requests."""

from pydantic import Field

from bedside.people.options import MB, Options


class PhotoOptions(Options):
    """Options of photo requests."""

    photo_limit: int = Field(default=10, ge=1, le=100)
    photo_bytes_limit: int = Field(default=15 * MB, ge=MB, le=500 * MB)
    """Of all photos of one request."""
