"""The built-in signatures, matched against a file as it arrives."""

from collections.abc import Iterator
from pathlib import Path

import yara_x

from bedside.adapters.rendering.incoming import Incoming

_RULES = Path(__file__).parents[1] / "rules" / "built_in.yar"
_OVERLAP = 64 * 1024
"""Longer than any signature, so that none hides in the seam between two windows."""
_WINDOW = 4 * 1024 * 1024


def scan(incoming: Incoming) -> str:
    """The name of the first signature found, "" when there is none."""
    rules = yara_x.compile(_RULES.read_text(encoding="utf-8"))
    for window in _windows(incoming.blocks()):
        found = rules.scan(window).matching_rules
        if found:
            return found[0].identifier.replace("_", ".")
    return ""


def _windows(blocks: Iterator[bytes]) -> Iterator[bytes]:
    window = b""
    for block in blocks:
        window += block
        if len(window) >= _WINDOW:
            yield window
            window = window[-_OVERLAP:]
    yield window
