"""An entry as the file picker shows it, for either side."""

from dataclasses import dataclass

from starlette.requests import Request

from bedside.charts.categories import LABELS
from bedside.files import media_types
from bedside.files.media_types import Kind
from bedside.kernel.ids import is_id

PAGE = 40
MOST_FOUND = 200
LONGEST_QUERY = 200
"""Characters."""
_ICONS = {Kind.IMAGE: "image", Kind.VIDEO: "video"}


@dataclass(frozen=True, slots=True)
class PickRow:
    """A file that can be chosen."""

    id: str
    title: str
    category: str
    received_at: int
    size: int
    icon: str
    thumbnail: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """The choices in an address: a category, PDFs only, one file instead of several, and the last
    file of the part before."""

    category: str
    only: str
    single: bool
    older: tuple[int, str] | None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The media types that may be chosen, () for all."""
        return (media_types.PDF,) if self.only == "pdf" else ()


def wanted_of(request: Request) -> Wanted:
    """Return the choices of a request, without what makes no sense."""
    query = request.query_params
    category = query.get("category", "")
    at, _dash, than = query.get("older", "").partition("-")
    right = at.isascii() and at.isdecimal() and len(at) < 16 and is_id(than, "ent")
    return Wanted(
        category if category in LABELS else "",
        "pdf" if query.get("only") == "pdf" else "",
        query.get("single") == "yes",
        (int(at), than) if right else None,
    )


def icon_of(media_type: str) -> str:
    """Return the icon for a kind of file."""
    shown_as = media_types.kind(media_type)
    return _ICONS.get(shown_as, "file-text") if shown_as else "file-text"
