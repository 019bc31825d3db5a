"""Derivatives of a file for people to see, read and search."""

from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.specialists import specialist
from bedside.files.media_types import Kind, kind
from bedside.files.ports import Derivation


def derive(incoming: Incoming) -> Derivation:
    """Make pictures and text of the file in `incoming`; nothing for a video."""
    if kind(incoming.media_type) in {None, Kind.VIDEO}:
        return Derivation()
    if kind(incoming.media_type) is Kind.TEXT:
        from bedside.adapters.rendering import text

        return text.derive(incoming.whole(), incoming.media_type, incoming.language)
    return specialist(incoming.media_type).derive(incoming.whole(), incoming.media_type)
