"""An entry as the file picker shows it, for either side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from bedside.charts.categories import LABELS
from bedside.edge.rendering import render
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


class Received(Protocol):
    """An entry of a list that begins with the newest."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def received_at(self) -> int:
        """When it came, in milliseconds."""
        ...


Entries = TypeVar("Entries", bound=Received)


def first_page(found: Sequence[Entries]) -> tuple[Sequence[Entries], str]:
    """Return the first `PAGE` of what was found, and the `older=` of those after them; "" if there
    are none."""
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    return found[:PAGE], f"{last.received_at}-{last.id}"


def render_rows(
    request: Request, wanted: Wanted, rows: list[PickRow], *, typed: str, older: str
) -> Response:
    """Render the list of files to choose from."""
    return render(
        request, "file_picker/list.html", rows=rows, wanted=wanted, typed=typed, older=older
    )
