"""A clinic's options for links."""

from pydantic import Field

from bedside.people.options import Options


class LinkOptions(Options):
    """Options of links."""

    link_days: int = Field(default=7, ge=1, le=365)
    link_wrong_answers: int = Field(default=5, ge=1, le=20)
    """Wrong dates of birth until a link locks."""
