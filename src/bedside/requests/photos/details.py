"""The details of a photo request, as sealed with the request."""

from dataclasses import dataclass

from bedside.requests.records import Content

KEY = "photo"
PREFIX = "req"
"""The prefix of photo requests' ids, from before there were other kinds."""


@dataclass(frozen=True, slots=True)
class PhotoDetails:
    """`template` is a key of `texts.PHOTO_TEMPLATES`; `instructions` are the words of the person
    asking."""

    template: str
    body_part: str
    instructions: str

    @classmethod
    def of(cls, content: Content) -> "PhotoDetails":
        """Return the details of a photo request."""
        return cls(**content.details)
