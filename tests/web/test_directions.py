"""Styles without a left and a right, so that pages can be read from either side."""

import re
from pathlib import Path

import pytest

import bedside.web

pytestmark = pytest.mark.feature("P4")

WEB = Path(bedside.web.__file__).parent
_PHYSICAL = re.compile(
    r"""(?:^|[\s;{])(?:
        (?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)(?:-\w+)?\s*:
      | border-(?:top|bottom)-(?:left|right)-radius\s*:
      | (?:left|right)\s*:
      | (?:text-align|float|clear|caption-side)\s*:\s*(?:left|right)\b
    )""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def physical(style: str) -> list[str]:
    """Return the declarations that name a left or right side."""
    return [found.strip(" \n;{") for found in _PHYSICAL.findall(_COMMENT.sub("", style))]


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(WEB.rglob("*.css")) if "static" not in path.parts],
    ids=lambda path: path.name,
)
def test_styles_name_no_left_and_no_right(path: Path) -> None:
    assert physical(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "style",
    [
        "a { margin-left: 1px; }",
        "a{padding-right:0}",
        "a {\n  left: 0;\n}",
        "a { border-top-left-radius: 4px }",
        "a { color: red; text-align: right; }",
        "a { border-left-color: red }",
        "a { float: left }",
    ],
)
def test_a_side_that_is_named_is_found(style: str) -> None:
    assert physical(style)


@pytest.mark.parametrize(
    "style",
    [
        "a { margin-inline-start: 1px; inset-inline-end: 0; }",
        "a { text-align: start; }",
        "/* the room that is left: none */ a { color: red }",
        "a { background-position: right; transform: translate(1px) }",
    ],
)
def test_sides_of_the_text_are_left_alone(style: str) -> None:
    assert physical(style) == []
