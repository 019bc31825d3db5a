"""Reads the fields of a PDF form: from the pages, because that is where people see them.

A hostile form may have thousands of fields, parents in a circle, and strings of megabytes: what is
read is bounded everywhere.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from bedside.adapters.rendering.form_places import PageFrame
from bedside.adapters.rendering.pdf_pages import BROKEN, tree_of

MOST_PAGES = 100
MOST_WIDGETS = 5_000
_DEEPEST = 30
_LONGEST_STRING = 2_000
READ_ONLY, REQUIRED = 1, 1 << 1
LINES, PASSWORD, FILE_SELECT, COMB = 1 << 12, 1 << 13, 1 << 20, 1 << 24
RADIO, PUSH = 1 << 15, 1 << 16
COMBO, EDIT, SEVERAL = 1 << 17, 1 << 18, 1 << 21
_ONE_ROW = 9
"""Thousandths of a page within which fields are on one row."""
_HIDDEN = 1 << 1 | 1 << 5
"""Flags of an annotation that nobody sees."""
_DATE = re.compile(r"AFDate_\w{1,30}\(\s{0,5}[\"']([A-Za-z0-9 .,:/-]{2,30})[\"']")
_INHERITED = ("/FT", "/Ff", "/V", "/DV", "/MaxLen", "/Opt", "/DA", "/Q", "/TU", "/AA")


@dataclass(slots=True)
class Widget:
    """One place of a field on a page (ISO 32000-1, 12.5.6.19)."""

    object: Any
    page: int
    frame: PageFrame


@dataclass(slots=True)
class Field:
    """A field: the dictionary that has its value, what it inherits, and its widgets. Some programs
    make several dictionaries of one name, which are one field: `twins` are the others."""

    name: str
    object: Any
    facts: dict[str, Any]
    widgets: list[Widget] = field(default_factory=list[Widget])
    twins: list[Any] = field(default_factory=list[Any])

    def set_value(self, value: Any) -> None:
        """Write the value, and drop what would contradict it: the same with formats, and which of
        a list is chosen."""
        for own in (self.object, *self.twins):
            own["/V"] = value
            for key in ("/RV", "/I"):
                if key in own:
                    del own[key]

    @property
    def type(self) -> str:
        """The type: /Tx, /Btn, /Ch, /Sig."""
        return str(self.facts.get("/FT", ""))

    @property
    def flags(self) -> int:
        """The flags of the field."""
        return whole(self.facts.get("/Ff"), 0)


def whole(value: Any, otherwise: int) -> int:
    """Return a whole number of a PDF."""
    with suppress(*BROKEN, OverflowError):
        return int(value)
    return otherwise


def _listed(value: Any) -> list[Any]:
    return list(value.as_list()) if isinstance(value, pikepdf.Array) else []


def text(value: Any) -> str:
    """Return a text of a PDF, cut where it is too long for any form."""
    with suppress(*BROKEN):
        if isinstance(value, pikepdf.Stream):
            return value.read_bytes()[: 4 * _LONGEST_STRING].decode("utf-8", "replace")
        if isinstance(value, pikepdf.String):
            return str(value)[: 4 * _LONGEST_STRING].replace("\r\n", "\n").replace("\r", "\n")
    return ""


def fields_of(opened: pikepdf.Pdf) -> list[Field]:
    """Return the fields that are seen on the pages, in the order in which they are filled in."""
    found: dict[str, Field] = {}
    for widget in _widgets(opened):
        with suppress(*BROKEN, AttributeError):
            one = _field_of(widget.object)
            if one is not None:
                known = found.setdefault(one.name, one)
                known.widgets.append(widget)
                if one.object.objgen not in {own.objgen for own in (known.object, *known.twins)}:
                    known.twins.append(one.object)
    return list(found.values())


def _widgets(opened: pikepdf.Pdf) -> Iterator[Widget]:
    seen = 0
    for number, page in enumerate(tree_of(opened).pages[:MOST_PAGES], 1):
        if page is None:
            continue
        with suppress(*BROKEN, AttributeError, IndexError):
            frame = PageFrame.of(opened.pages[number - 1])
            listed: Any = page.get("/Annots")
            those = [
                Widget(one, number, frame)
                for one in _listed(listed)
                if seen < MOST_WIDGETS and _is_seen(one)
            ]
            seen += len(those)
            yield from _in_order(those, str(page.get("/Tabs", "")))


def _is_seen(annotation: Any) -> bool:
    with suppress(*BROKEN, AttributeError):
        return (
            isinstance(annotation, pikepdf.Dictionary)
            and annotation.get("/Subtype") == "/Widget"
            and not whole(annotation.get("/F"), 0) & _HIDDEN
        )
    return False


def _in_order(widgets: list[Widget], tabs: str) -> list[Widget]:
    """Sort by what people see: row by row, or by columns if the page wants that (12.5.1).

    The order in which a page lists its fields is often that in which somebody made them.
    """

    def place(widget: Widget) -> tuple[int, int]:
        left, top, _width, height = widget.frame.place(widget.object.get("/Rect"))
        return left, top + height // 2

    placed = [(place(widget), widget) for widget in widgets]
    if tabs == "/C":
        return [one for _place, one in sorted(placed, key=lambda found: found[0])]
    rows: list[list[tuple[int, Widget]]] = []
    begins = -_ONE_ROW - 1
    for (left, middle), widget in sorted(placed, key=lambda found: found[0][1]):
        if middle - begins > _ONE_ROW:
            rows.append([])
            begins = middle
        rows[-1].append((left, widget))
    return [one for row in rows for _left, one in sorted(row, key=lambda found: found[0])]


def _field_of(widget: Any) -> Field | None:
    """Return the field of a widget: itself, or the nearest of its parents with a name."""
    names: list[str] = []
    facts: dict[str, Any] = {}
    own: Any = None
    node, depth = widget, 0
    while isinstance(node, pikepdf.Dictionary) and depth < _DEEPEST:
        for key in _INHERITED:
            if key in node and key not in facts:
                facts[key] = node[key]
        if "/T" in node:
            names.append(text(node["/T"])[:_LONGEST_STRING])
            own = node if own is None else own
        node, depth = node.get("/Parent"), depth + 1
    if own is None or depth == _DEEPEST:
        return None
    name = ".".join(reversed(names))
    return Field(name, own, facts)


# --- what a field says ----------------------------------------------------------------------------


def on_state(widget: Any) -> str:
    """Return the name of the state in which a button is on; "" if it has none."""
    with suppress(*BROKEN, AttributeError):
        states = [str(key) for key in widget["/AP"]["/N"].keys()]  # noqa: SIM118 - of pikepdf
        return next((state[1:] for state in states if state != "/Off"), "")
    return ""


def options(one: Field) -> tuple[tuple[str, str], ...]:
    """Return the choices of a list: value and label."""
    listed = one.facts.get("/Opt")
    pairs: list[tuple[str, str]] = []
    for choice in _listed(listed):
        if isinstance(choice, pikepdf.Array) and len(choice) == 2:
            pairs.append((text(choice[0]), text(choice[1])))
        else:
            pairs.append((text(choice), text(choice)))
    return tuple(dict(pairs).items())


def values(one: Field) -> tuple[str, ...]:
    """Return what a field is filled with."""
    value = one.facts.get("/V")
    if isinstance(value, pikepdf.Name):
        return () if value == "/Off" else (str(value)[1:],)
    listed = _listed(value) or [value]
    return tuple(found for found in map(text, listed) if found)


def date_format(one: Field) -> str:
    """Return the format of a date that the form's own script asks for."""
    with suppress(*BROKEN, AttributeError):
        for key in ("/F", "/K"):
            action = one.facts.get("/AA", {}).get(key, {})
            found = _DATE.search(text(action.get("/JS")))
            if found:
                return found[1]
    return ""


def is_calculated(one: Field) -> bool:
    """Whether a script of the form works its value out."""
    actions = one.facts.get("/AA")
    return isinstance(actions, pikepdf.Dictionary) and "/C" in actions
