"""Files attached in a PDF (ISO 32000-1, 7.11.4)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pikepdf

from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.packed_programs import Found, look_into
from bedside.adapters.rendering.pdf_actions import all_dictionaries
from bedside.adapters.rendering.pdf_pages import BROKEN

_MOST = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached in a PDF; `data` is None if it cannot be unpacked."""

    name: str
    data: bytes | None


def attachments_of(opened: pikepdf.Pdf) -> Iterator[Attachment]:
    """Yield the attached files, whatever refers to them. Others follow one that is broken."""
    seen: set[tuple[int, int]] = set()
    for dictionary in all_dictionaries(opened):
        embedded = dictionary.get("/EF")
        if not isinstance(embedded, pikepdf.Dictionary):
            continue
        name = str(dictionary.get("/UF", dictionary.get("/F", "")))
        for _, stream in embedded.items():
            if not isinstance(stream, pikepdf.Stream) or stream.objgen in seen:
                continue
            seen.add(stream.objgen)
            yield Attachment(name, _content(stream))
            if len(seen) >= _MOST:
                return


def _content(stream: Any) -> bytes | None:
    with suppress(*BROKEN):
        content: bytes = stream.read_bytes()
        return content
    return None


def refuse_programs(attached: list[Attachment]) -> bool:
    """Refuse a PDF that carries a program, or an archive with one. Returns whether some of what is
    attached could not be looked into. Raises Refused."""
    worst = Found.NOTHING
    for one in attached:
        found = look_into(one.data or b"", one.name)
        if found is Found.PROGRAM:
            raise Refused("pdf_with_program")
        worst = max(worst, Found.UNREAD if one.data is None else found)
    return worst is not Found.NOTHING
