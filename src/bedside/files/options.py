"""A clinic's options for uploads into charts."""

from pydantic import Field

from bedside.people.options import MB, Options


class UploadOptions(Options):
    """Options of uploads by staff."""

    upload_bytes_limit: int = Field(default=50 * MB, ge=MB, le=2_000 * MB)
    """Of one file."""
