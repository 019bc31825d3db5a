"""The words of people about a file: of the sender, who chose it, and of staff, who ask for one."""

from dataclasses import dataclass

from bedside.files.names import safe_name

_NAME_OF_TYPE_MAX = 100
WANTED_MAX = 80
"""Characters of what a request is for."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that somebody chose to send: name and type as the browser states them, size in
    bytes."""

    name: str
    media_type: str
    size: int


def told(chosen: Chosen | None, wanted: str = "") -> dict[str, str]:
    """Return what a transfer's record keeps: the chosen file, and in one line what a request is
    for."""
    line = " ".join(wanted.split())[:WANTED_MAX]
    about = {"wanted": line} if line else {}
    if chosen is None:
        return {"name": "", "media_type": "", **about}
    media_type = chosen.media_type[:_NAME_OF_TYPE_MAX]
    return {"name": safe_name(chosen.name), "media_type": media_type, **about}
