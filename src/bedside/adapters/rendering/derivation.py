"""Derivatives of a file for people to see, read and search."""

from collections.abc import Iterator

from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.specialists import specialist
from bedside.files import media_types as types
from bedside.files.media_types import Kind, kind
from bedside.files.ports import Derivation


def steps(incoming: Incoming) -> Iterator[Derivation]:
    """Make pictures and text of the file in `incoming`, page by page; nothing for a video."""
    if kind(incoming.media_type) in {None, Kind.VIDEO}:
        return
    data, media_type = incoming.whole(), incoming.media_type
    if media_type == types.DICOM:
        from bedside.adapters.rendering import dicom

        yield from dicom.steps(data, incoming.wanted)
    elif kind(media_type) is Kind.PDF:
        from bedside.adapters.rendering import pdf

        yield from pdf.steps(data, incoming.wanted)
    elif kind(media_type) is Kind.IMAGE:
        from bedside.adapters.rendering import images

        yield from images.steps(data, media_type, incoming.wanted)
    elif kind(media_type) is Kind.TEXT:
        from bedside.adapters.rendering import text

        yield text.derive(data, media_type, incoming.language)
    else:
        yield specialist(media_type).derive(data, media_type)
