"""Lines of a timeline, as components/surface.html shows them."""

from dataclasses import dataclass


@dataclass(slots=True)
class Moment:
    """One line of the timeline; components/surface.html `timeline` shows it."""

    time: str
    iso: str
    text: str
    detail: str = ""
    new: bool = False
