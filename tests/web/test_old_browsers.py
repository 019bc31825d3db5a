"""Scripts use nothing that is newer than the browsers that they are built for."""

import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "src" / "bedside" / "web"
NEWER = re.compile(
    r"AbortSignal\.(timeout|any)|\.checkVisibility\(|\.findLast(Index)?\(|\.to(Sorted|Reversed|Spliced)\("
    r"|(Object|Map)\.groupBy\(|Promise\.withResolvers|Array\.fromAsync|URL\.canParse"
)
"""Newer than Chrome 99, Firefox 97 or Safari 15.4, the targets in assets/build.mjs: the builder
lowers the language, not what browsers offer. Staff's pages need newer ones for [popover], on
computers."""


def test_the_targets_are_those_that_the_list_was_made_for() -> None:
    build = (WEB / "assets" / "build.mjs").read_text()
    assert 'target: ["chrome99", "firefox97", "safari15.4"]' in build


def test_scripts_use_nothing_newer_than_their_targets() -> None:
    sources = [one for one in WEB.rglob("*.ts") if ".test." not in one.name]
    found = [
        f"{one.relative_to(WEB)}: {hit.group()}"
        for one in sources
        for hit in NEWER.finditer(_code(one.read_text()))
    ]
    assert found == []


def _code(text: str) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
