"""Maps a type of file to the module that handles it."""

from importlib import import_module
from typing import Protocol, cast

from bedside.files import media_types as types
from bedside.files.media_types import Kind
from bedside.files.ports import Derivation, Examination


class Specialist(Protocol):
    """A module that handles one kind of file."""

    def examine(self, data: bytes, media_type: str) -> Examination:
        """Parse the whole file. Raises Refused."""
        ...

    def derive(self, data: bytes, media_type: str) -> Derivation:
        """Make pictures and text. May raise whatever its parser raises."""
        ...


_MODULES = {Kind.IMAGE: "images", Kind.PDF: "pdf", Kind.TEXT: "text", Kind.DOCUMENT: "office"}


def specialist(media_type: str) -> Specialist:
    """Return the module for an accepted type that is not a video.

    It is imported only now, so that a photo does not pay for a PDF library.
    """
    name = "dicom" if media_type == types.DICOM else _MODULES[types.MEDIA_TYPES[media_type].kind]
    return cast(Specialist, import_module(f"bedside.adapters.rendering.{name}"))
