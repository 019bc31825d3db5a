"""The true type of a file: detected again, parsed completely, and judged by more than its
parser."""

import re
from dataclasses import replace

from bedside.adapters.rendering.incoming import Incoming
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.polyglots import is_polyglot
from bedside.adapters.rendering.second_opinion import objection
from bedside.adapters.rendering.specialists import specialist
from bedside.files import media_types as types
from bedside.files.beginnings import has_table_of_pdf, start_of_pdf, start_of_picture
from bedside.files.media_types import Kind, kind
from bedside.files.ports import Examination
from bedside.files.sniffing import HEAD_SIZE, sniff, sniff_text

_NAMED_OTHERWISE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|hei[cf]|webp|tiff?|bmp|docx?|odt|mp4|mov|m4v|webm|dcm)\s*\Z", re.I
)
"""The names of kinds that are never a text."""


def examine(incoming: Incoming) -> Examination:
    """Examine the file in `incoming`. Raises IncompleteError."""
    sniffed = sniff(incoming.head(HEAD_SIZE), incoming.name)
    if sniffed.refusal:
        return Examination(sniffed.media_type, refusal=sniffed.refusal)
    try:
        return _parsed(incoming, sniffed.media_type)
    except Refused as refused:
        return Examination(sniffed.media_type, refusal=refused.key)


def _parsed(incoming: Incoming, media_type: str) -> Examination:
    if kind(media_type) is Kind.VIDEO:
        from bedside.adapters.rendering.video import examine_video

        return examine_video(incoming, media_type)
    data = incoming.whole()
    try:
        found = specialist(media_type).examine(data, media_type)
    except Refused:
        text = _text_about_pdf(data, incoming.name) if media_type == types.PDF else ""
        if not text:
            raise
        found = specialist(text).examine(data, text)
    # What stands before a file was judged already, and would be mistaken for the whole.
    at = max(0, start_of_pdf(data)) if found.media_type == types.PDF else start_of_picture(data)
    is_picture = kind(found.media_type) is Kind.IMAGE
    if is_polyglot(data[at:] if is_picture else data, found.media_type):
        raise Refused("polyglot")
    refusal = objection(data[at:], found.media_type)
    if refusal:
        raise Refused(refusal)
    if found.media_type == types.PLAIN and _NAMED_OTHERWISE.search(incoming.name):
        found = replace(found, note=f"{found.note} text_in_place".strip())
    return found


def _text_about_pdf(data: bytes, name: str) -> str:
    """Return the type of a text that quotes the objects of a PDF; "" for a damaged PDF."""
    if start_of_pdf(data) >= 0 or has_table_of_pdf(data):
        return ""
    sniffed = sniff_text(data[:HEAD_SIZE], name)
    return sniffed.media_type if sniffed and not sniffed.refusal else ""
