"""The pages of a PDF: its tree walked without trust in it, and planted again where it is broken.

A tree may lead in a circle, or state more pages than there are, while the pages themselves are
sound.
"""

from dataclasses import dataclass, field
from typing import Any

import pikepdf

from bedside.adapters.rendering.limits import MAX_PAGES, Refused

BROKEN = (
    pikepdf.PdfError,
    pikepdf.DataDecodingError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,
)
"""Errors of pikepdf for objects that are not what they should be."""
_DEEPEST = 60
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


@dataclass(slots=True)
class Tree:
    """The pages in their order, None for a reference to nothing, and what each inherits.
    `is_right` if the counts are true and nothing leads back."""

    pages: list[Any] = field(default_factory=list[Any])
    inherited: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    is_right: bool = True


def tree_of(opened: pikepdf.Pdf) -> Tree:
    """Walk the tree of pages.

    Raises Refused for more pages than are opened here, and PdfError if there are none.
    """
    tree = Tree()
    root: Any = opened.Root.get("/Pages")
    if isinstance(root, pikepdf.Dictionary):
        _walk(root, tree, {}, frozenset())
    if not any(isinstance(page, pikepdf.Dictionary) for page in tree.pages):
        raise pikepdf.PdfError("no pages")
    return tree


def _walk(
    node: Any, tree: Tree, inherited: dict[str, Any], above: frozenset[tuple[int, int]]
) -> int:
    """Add the pages below a node, with what each inherits. Returns how many."""
    kids = node.get("/Kids") if isinstance(node, pikepdf.Dictionary) else None
    if not isinstance(kids, pikepdf.Array):
        tree.pages.append(node if isinstance(node, pikepdf.Dictionary) else None)
        if len(tree.pages) > MAX_PAGES:
            raise Refused("too_many_pages")
        tree.inherited.append(inherited)
        return 1
    if (node.is_indirect and node.objgen in above) or len(above) > _DEEPEST:
        tree.is_right = False
        return 0
    inherited = inherited | {key: node[key] for key in _INHERITED if key in node}
    count = 0
    for kid in kids.as_list():
        count += _walk(kid, tree, inherited, above | {node.objgen})
    if node.get("/Count") != count:
        tree.is_right = False
    return count


def plant(opened: pikepdf.Pdf, tree: Tree) -> None:
    """Put the pages into a new tree, flat and with a true count, in place."""
    root: Any = opened.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name("/Pages")))
    kids: list[Any] = []
    for page, inherited in zip(tree.pages, tree.inherited, strict=True):
        if page is None:
            kids.append(opened.make_indirect(pikepdf.Dictionary()))
            continue
        for key, value in inherited.items():
            if key not in page:
                page[key] = value
        page["/Parent"] = root
        kids.append(page if page.is_indirect else opened.make_indirect(page))
    root["/Kids"] = pikepdf.Array(kids)
    root["/Count"] = len(kids)
    opened.Root["/Pages"] = root


def broken_pages(opened: pikepdf.Pdf) -> frozenset[int]:
    """Return the numbers of what stands among the pages and is none. qpdf makes an empty page of
    it, which has no parent."""
    return frozenset(
        number
        for number, page in enumerate(tree_of(opened).pages, 1)
        if page is None or not any(key in page for key in ("/Contents", "/Annots", "/Parent"))
    )
