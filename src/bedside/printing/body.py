"""The body of what is written to a patient: a closed schema in the shape of ProseMirror's
documents, so that nothing in it is ever markup.

https://prosemirror.net/docs/guide/#doc.data_structures
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bedside.errors import WrongInput
from bedside.kernel.language import N_

LONGEST = 200_000
"""Characters of a body as JSON."""
_DEEPEST = 5
"""Lists within lists, and lists in tables."""
_MOST_COLUMNS = 8
_LINK = r"^(?i:https?://|mailto:|tel:)[^\s\x00-\x1f]+$"
_NOT_READ = N_("This text could not be read. Nothing was changed. Please load the page again.")


class _Node(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Strong(_Node):
    """Emphasis."""

    type: Literal["strong"] = "strong"


class LinkAddress(_Node):
    """Where a link leads."""

    href: Annotated[str, Field(max_length=2_000, pattern=_LINK)]


class Link(_Node):
    """A link to a web page, an e-mail address or a telephone number."""

    type: Literal["link"] = "link"
    attrs: LinkAddress


Mark = Annotated[Strong | Link, Field(discriminator="type")]


class Text(_Node):
    """Words."""

    type: Literal["text"] = "text"
    text: Annotated[str, Field(min_length=1)]
    marks: Annotated[tuple[Mark, ...], Field(max_length=2)] = ()


class HardBreak(_Node):
    """A new line in the same paragraph."""

    type: Literal["hard_break"] = "hard_break"


Inline = Annotated[Text | HardBreak, Field(discriminator="type")]


class Paragraph(_Node):
    """A paragraph."""

    type: Literal["paragraph"] = "paragraph"
    content: tuple[Inline, ...] = ()


class HeadingLevel(_Node):
    """The level of a heading."""

    level: Literal[1, 2]


class Heading(_Node):
    """A heading below the title, of two levels."""

    type: Literal["heading"] = "heading"
    attrs: HeadingLevel
    content: Annotated[tuple[Inline, ...], Field(min_length=1)]


class ListItem(_Node):
    """An item of a list: a paragraph, and what belongs to it."""

    type: Literal["list_item"] = "list_item"
    content: Annotated[tuple["ItemBlock", ...], Field(min_length=1)]


class BulletList(_Node):
    """A list."""

    type: Literal["bullet_list"] = "bullet_list"
    content: Annotated[tuple[ListItem, ...], Field(min_length=1)]


class OrderedList(_Node):
    """Numbered steps."""

    type: Literal["ordered_list"] = "ordered_list"
    content: Annotated[tuple[ListItem, ...], Field(min_length=1)]


ItemBlock = Annotated[Paragraph | BulletList | OrderedList, Field(discriminator="type")]


class Cell(_Node):
    """A cell of a table."""

    type: Literal["table_cell", "table_header"]
    content: Annotated[tuple[ItemBlock, ...], Field(min_length=1)]


class Row(_Node):
    """A row of a table."""

    type: Literal["table_row"] = "table_row"
    content: Annotated[tuple[Cell, ...], Field(min_length=1, max_length=_MOST_COLUMNS)]


class Table(_Node):
    """A table whose first row names its columns."""

    type: Literal["table"] = "table"
    content: Annotated[tuple[Row, ...], Field(min_length=1)]


class PageBreak(_Node):
    """The end of a page."""

    type: Literal["page_break"] = "page_break"


Block = Annotated[
    Paragraph | Heading | BulletList | OrderedList | Table | PageBreak,
    Field(discriminator="type"),
]


class Body(_Node):
    """The words below the title."""

    type: Literal["doc"] = "doc"
    content: tuple[Block, ...] = ()


def parsed(said: str) -> Body:
    """Return the body that an editor sent as JSON. Raises WrongInput for anything else."""
    try:
        if len(said) > LONGEST:
            raise ValueError
        body = Body.model_validate_json(said)
        for block in body.content:
            _check(block, 0)
    except (ValidationError, ValueError, RecursionError) as error:
        raise WrongInput(_NOT_READ) from error
    return body


def _check(node: Block | ListItem | Cell | Row, depth: int) -> None:
    """Raise ValueError for what cannot be set: lists too deep, rows of unequal length, columns
    without names."""
    if depth > 2 * _DEEPEST:
        raise ValueError("too deep")
    match node:
        case BulletList() | OrderedList() | ListItem() | Row() | Cell():
            for part in node.content:
                _check(part, depth + 1)
        case Table():
            first, *rest = node.content
            if any(len(row.content) != len(first.content) for row in rest):
                raise ValueError("unequal rows")
            if any(cell.type != "table_header" for cell in first.content):
                raise ValueError("columns without names")
            for row in node.content:
                _check(row, depth + 1)
        case _:
            pass


def of_plain(text: str) -> Body:
    """Return plain words as a body: an empty line begins a paragraph, line breaks are kept."""
    paragraphs = (part.strip("\n") for part in re.split(r"\n(?:[ \t]*\n)+", _lines(text)))
    return Body(content=tuple(_paragraph(part) for part in paragraphs if part.strip()))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _paragraph(text: str) -> Paragraph:
    content: list[Text | HardBreak] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            content.append(HardBreak())
        if line:
            content.append(Text(text=line))
    return Paragraph(content=tuple(content))
