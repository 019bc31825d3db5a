"""What a photo request asks for, as it is sealed with the request."""

from dataclasses import dataclass

from bedside.requests.records import Content

KEY = "photo"
PREFIX = "req"
"""Ids of photo requests begin so: they are from before there were other kinds."""


@dataclass(frozen=True, slots=True)
class PhotoDetails:
    """`template` is a key of `texts.PHOTO_TEMPLATES`; `instructions` are the words of the one who
    asks."""

    template: str
    body_part: str
    instructions: str

    @classmethod
    def of(cls, content: Content) -> "PhotoDetails":
        """Those of a photo request."""
        return cls(**content.details)
