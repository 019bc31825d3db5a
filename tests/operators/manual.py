"""The operators' manual as its readers use it: configuration blocks to copy."""

import re
from pathlib import Path

_MANUAL = Path(__file__).parents[2] / "docs" / "operators"


def block(page: str, holding: str) -> str:
    """Return the one block of a page (its name without .md) that contains this text, verbatim."""
    text = (_MANUAL / f"{page}.md").read_text()
    found = [one for one in re.findall(r"^```\n(.*?)^```", text, re.S | re.M) if holding in one]
    assert len(found) == 1, f"{len(found)} blocks of {page}.md hold “{holding}”"
    return found[0]
