"""Filling a body in: fields, and optional parts. Everything here is pure.

“[[day of the visit]]” is a field, “[[day of the visit??We saw you that day.]]” an optional part:
its words stay if what its name asks for is known, and go if it is not. What has another name is
for whoever writes to decide, and nothing leaves before that. A field never stands inside an
optional part, as at https://www.notifications.service.gov.uk/using-notify/optional-content.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any

from bedside.kernel.text_fields import FIELD, TextFields
from bedside.kernel.typed import says_nothing, visible
from bedside.printing.body import Body

_OPTIONAL = re.compile(r"\[\[([^\[\]\n?]{1,60})\?\?([^\[\]]*)\]\]")
_OPEN = re.compile(f"{_OPTIONAL.pattern}|{FIELD.pattern}")
_WITH_WORDS = ("paragraph", "heading")
_WHOLE = ("doc", "table", "table_row")
"""Nodes that stay although nothing is left in them."""
_Node = dict[str, Any]
_Sign = tuple[str, Any]
"""One letter with its marks; “\\n” stands for a line break."""
_Line = list[_Sign]
_NameOf = Callable[[str], str]


def filled(body: Body, fields: TextFields, values: Mapping[str, str]) -> Body:
    """Return a body with its fields filled and its optional parts decided, as far as `values`
    know; a paragraph or an item of which nothing is left goes."""
    key_of = fields.key_of()

    def fill(line: _Line) -> _Line:
        return _fill(_decide(line, key_of, values), key_of, values)

    return _with_lines(body, fill)


def filled_line(words: str, fields: TextFields, values: Mapping[str, str]) -> str:
    """Return the same of one line of words, such as a title."""
    key_of = fields.key_of()
    line: _Line = [(sign, ()) for sign in words]
    return _said(_fill(_decide(line, key_of, values), key_of, values))


def stored(body: Body, fields: TextFields) -> Body:
    """Return a body with the names of known fields, in any language, replaced by their keys."""
    key_of = fields.key_of()
    return _named(body, lambda name: key_of(name) or name.strip())


def readable(body: Body, fields: TextFields) -> Body:
    """Return a stored body with the names of its fields in the current language."""
    return _named(body, fields.name)


def cleaned(body: Body) -> Body:
    """Return a body without invisible characters: see `kernel.typed.one_line`."""

    def clean(line: _Line) -> _Line:
        return [one for one in line if one[0] == "\n" or visible(one[0].replace("\t", " "))]

    return _with_lines(body, clean)


def open_parts(body: Body) -> list[str]:
    """Return the names of fields that are not filled, and of optional parts that nobody has
    decided, in their order."""
    return [name for line in _lines(_plain(body)) for name in open_in(_said(line))]


def open_in(words: str) -> list[str]:
    """Return the same of one line of words."""
    return [(found[1] or found[3]).strip() for found in _OPEN.finditer(words)]


def is_empty(body: Body) -> bool:
    """Whether there are no words in a body."""
    return all(says_nothing(_said(line)) for line in _lines(_plain(body)))


# --- lines ---------------------------------------------------------------------------------------


def _decide(line: _Line, key_of: _NameOf, values: Mapping[str, str]) -> _Line:
    """Decide the optional parts of a line whose name is that of a field."""

    def decided(found: re.Match[str]) -> _Line | None:
        key = key_of(found[1])
        if not key:
            return None
        return line[found.start(2) : found.end(2)] if key in values else []

    return _replaced(line, _OPTIONAL, decided)


def _fill(line: _Line, key_of: _NameOf, values: Mapping[str, str]) -> _Line:
    """Fill the fields of a line; a value has the marks of the bracket whose place it takes."""

    def value(found: re.Match[str]) -> _Line | None:
        said = values.get(key_of(found[1]))
        return [(sign, line[found.start()][1]) for sign in said] if said else None

    return _replaced(line, FIELD, value)


def _named(body: Body, name_of: _NameOf) -> Body:
    def named(line: _Line) -> _Line:
        def name(found: re.Match[str]) -> _Line:
            group = 1 if found[1] else 3
            start, end = found.span(group)
            marks = line[start][1]
            return [
                *line[found.start() : start],
                *((sign, marks) for sign in name_of(found[group])),
                *line[end : found.end()],
            ]

        return _replaced(line, _OPEN, name)

    return _with_lines(body, named)


def _replaced(
    line: _Line, pattern: re.Pattern[str], by: Callable[[re.Match[str]], _Line | None]
) -> _Line:
    """Replace what a pattern finds in a line; None leaves it."""
    made: _Line = []
    end = 0
    for found in pattern.finditer(_said(line)):
        new = by(found)
        if new is not None:
            made += [*line[end : found.start()], *new]
            end = found.end()
    return made + line[end:]


def _said(line: _Line) -> str:
    return "".join(sign for sign, _marks in line)


# --- bodies --------------------------------------------------------------------------------------


def _plain(body: Body) -> _Node:
    return body.model_dump(mode="json")


def _with_lines(body: Body, change: Callable[[_Line], _Line]) -> Body:
    return Body.model_validate(_changed(_plain(body), change))


def _changed(node: _Node, change: Callable[[_Line], _Line]) -> _Node | None:
    """Return a node with its lines changed; None if nothing is left of it."""
    if node["type"] in _WITH_WORDS:
        after = _nodes_of(change(_line_of(node)))
        return {**node, "content": after} if after or not node["content"] else None
    if "content" not in node:
        return node
    kept = [one for part in node["content"] if (one := _changed(part, change)) is not None]
    if kept or node["type"] in _WHOLE:
        return {**node, "content": kept}
    is_cell = node["type"].startswith("table")
    return {**node, "content": [{"type": "paragraph", "content": []}]} if is_cell else None


def _lines(node: _Node) -> Iterator[_Line]:
    if node["type"] in _WITH_WORDS:
        yield _line_of(node)
    else:
        for part in node.get("content", ()):
            yield from _lines(part)


def _line_of(node: _Node) -> _Line:
    line: _Line = []
    for one in node["content"]:
        marks = one.get("marks", ())
        line += [("\n", ())] if one["type"] == "hard_break" else [(s, marks) for s in one["text"]]
    return line


def _nodes_of(line: _Line) -> list[_Node]:
    made: list[_Node] = []
    for (is_break, marks), signs in groupby(line, lambda sign: (sign[0] == "\n", sign[1])):
        said = "".join(sign for sign, _marks in signs)
        if is_break:
            made += [{"type": "hard_break"} for _break in said]
        else:
            made.append({"type": "text", "text": said, "marks": marks})
    return made
