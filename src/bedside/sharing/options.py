"""A clinic's options for what patients share and ask."""

from pydantic import Field

from bedside.people.options import Options


class SharingOptions(Options):
    """Options of sharing."""

    access_answer_days: int = Field(default=7, ge=1, le=60)
    """Days until a question about an access is due."""
