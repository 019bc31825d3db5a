"""Setting sheets as PDF by typst: PDF/A-2a for the archive, PDF/UA-1 for screen readers.

https://typst.app/docs/reference/pdf/
"""

import json
import re
from pathlib import Path
from typing import Any, cast

import typst

from bedside.adapters.rendering.directions import is_from_right
from bedside.adapters.rendering.typefaces import FONTS, families_of, not_drawn, shown

_SOURCE = Path(__file__).with_name("sheet.typ")
_IN_PACKAGE = "DejaVu Sans Mono"
"""A font that typst brings along, for a computer without the others."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_TOO_LONG = re.compile(r"[^\s\u200b]{40,}")
_PIECE = re.compile(r"[^\s\u200b]{20}")
_MAY_BREAK = "\u200b"
_AS_IT_IS = ("href", "written_on")


def set_as_pdf(said: bytes) -> bytes:
    """Return a sheet, given as JSON (`adapters.sheet_printer`), as PDF."""
    sheet = _prepared(json.loads(said))
    families = families_of(json.dumps(sheet, ensure_ascii=False))
    sheet["fonts"] = [*families, _IN_PACKAGE]
    folders = sorted({str(FONTS[name].parent) for name in families})
    made, _warnings = typst.compile_with_warnings(
        _SOURCE.read_bytes(),
        format="pdf",
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=folders),
        sys_inputs={"sheet": json.dumps(sheet)},
        pdf_standards=["a-2a", "ua-1"],
    )
    return bytes(made)


def not_drawn_in(said: bytes) -> str:
    """Return the letters of a sheet that no font of this computer has, each once."""
    words = json.dumps(json.loads(said), ensure_ascii=False)
    return not_drawn(words)


def _prepared(said: Any) -> Any:
    """Return the same with words that can be set, and the direction of each paragraph."""
    match said:
        case str():
            return _set(said)
        case list():
            return [_prepared(one) for one in cast(list[Any], said)]
        case dict():
            return _prepared_node(cast(dict[str, Any], said))
        case _:
            return said


def _prepared_node(said: dict[str, Any]) -> dict[str, Any]:
    made = {name: one if name in _AS_IT_IS else _prepared(one) for name, one in said.items()}
    if said.get("type") in ("paragraph", "heading"):
        words = "".join(part.get("text", "") for part in said["content"])
        made["from_right"] = is_from_right(words)
    return made


def _set(said: str) -> str:
    """Return words that a font draws, without control characters, and with places at which what is
    longer than a line may be broken."""
    seen = _CONTROL.sub("", said.replace("\t", " "))
    return _TOO_LONG.sub(_broken, shown(seen))


def _broken(found: re.Match[str]) -> str:
    return _PIECE.sub(lambda piece: piece[0] + _MAY_BREAK, found[0])
