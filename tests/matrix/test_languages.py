"""Every page in a language that nobody speaks: what is still English on it did not come from the
catalogue.

The pages are those of the matrix, as the right person gets them, and those of everybody who is
refused. What people of the world are called and wrote is in the sources of the tests.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from bedside.kernel import language
from bedside.kernel.pseudo_languages import (
    CLOSING,
    MIRRORED,
    OPENING,
    PseudoCatalogue,
    mirrored,
)
from scripts import catalogues
from tests.matrix.people import Kind, right_kind
from tests.matrix.rows import ROWS
from tests.matrix.test_routes import ask
from tests.matrix.world import Template, entered

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P4")]

_SPOKEN_ATTRIBUTES = frozenset(
    {"alt", "aria-description", "aria-label", "aria-valuetext", "label", "placeholder", "title"}
)
_PROGRAMS = ("/health", "/metrics", "/push/worker.js")
"""Answers that programs read."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_TESTS = Path(__file__).parents[1]


def written_by_tests() -> Iterator[str]:
    """Yield the words of names and texts that the world and the calls of the rows contain: the
    strings of their sources."""
    places = [*_TESTS.glob("matrix/*.py"), *_TESTS.rglob("rows.py"), _TESTS / "house.py"]
    for path in {*places, _TESTS / "requests" / "sending.py"} - {Path(__file__)}:
        tree = ast.parse(path.read_text("utf-8"))
        described = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
                yield from _WORD.findall(text) if id(node) not in described else ()


_MESSAGES = "Open has a request for you Please open it by December at we meet in when is time"
"""Words of messages that were sent in English."""
_EVERYWHERE = "Bedside SHA MB DICOM PDF ar XB"
_AS_IT_IS = frozenset([*written_by_tests(), *_MESSAGES.split(), *_EVERYWHERE.split()])
_VOID = frozenset({"area", "br", "hr", "img", "input", "link", "meta", "source", "wbr"})
_KEY = re.compile(r"[a-z_]+")
_LATIN = re.compile(r"[A-Za-z]")
_NOT_WORDS = re.compile(
    r"\S+@\S+|https?://\S+|\S*localhost\S*|\b[a-z]{3}_[0-9a-z]{26}\b|\b[A-Z]{2}\b"
)
"""Addresses, ids, and the initials of names."""


class Texts(HTMLParser):
    """The texts of a page that a person reads or hears, and those that scripts show; without those
    in another language, names that programs give (`translate="no"`), and the JSON of an editor."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the attributes of an element."""
        known = {name: value or "" for name, value in attrs}
        is_left_out = known.get("translate") == "no" or (tag != "html" and "lang" in known)
        is_left_out = is_left_out or (tag == "textarea" and "hidden" in known)
        is_left_out = is_left_out or bool(self._inside and self._inside[-1][1])
        if tag not in _VOID:
            self._inside.append((tag, is_left_out))
        if is_left_out:
            return
        for name, value in known.items():
            is_pressed = name == "value" and tag == "input" and known.get("type") == "submit"
            if name in _SPOKEN_ATTRIBUTES or is_pressed:
                self.found.append(value)
            elif name.startswith("data-"):
                self.found += words_for_scripts(value)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that nobody closed."""
        if any(inside[0] == tag for inside in self._inside):
            while self._inside.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Collect a text."""
        tag, is_left_out = self._inside[-1] if self._inside else ("", False)
        if tag == "script":
            self.found += words_for_scripts(data)
        elif tag == "dt" and _KEY.fullmatch(data):
            pass  # a detail of the audit log that has no name yet
        elif tag not in ("style", "code") and not is_left_out:
            self.found.append(data)


def words_for_scripts(value: str) -> list[str]:
    """Return the sentences in a value that a script reads: of JSON those in it, and a text that is
    none of the names and numbers that programs use."""
    if value.lstrip().startswith(("{", "[")):
        try:
            return [text for text in strings(json.loads(value)) if " " in text]
        except ValueError:
            return []
    return [value] if " " in value and value[:1].isupper() else []


def strings(value: Any) -> Iterator[str]:
    """Yield the strings in JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def outside(text: str) -> str:
    """Return what of a text is not between the brackets of the catalogue."""
    depth, kept = 0, list[str]()
    for sign in text:
        if sign == OPENING:
            depth += 1
        elif sign == CLOSING:
            depth -= 1
        elif depth == 0:
            kept.append(sign)
    return "".join(kept)


def left_over(answer: httpx.Response) -> list[str]:
    """Return the English words of an answer that are not from the catalogue."""
    kind = answer.headers.get("content-type", "") if answer.content else ""
    if kind.startswith("text/html"):
        texts = Texts(answer.text).found
    elif kind.startswith("application/json"):
        texts = [text for text in strings(answer.json()) if " " in text]
    else:
        return []
    return [" ".join(text.split()) for text in texts if foreign_words(text)]


def foreign_words(text: str) -> set[str]:
    """Return the Latin words of a text that neither came from the catalogue nor are names."""
    words = _WORD.findall(_NOT_WORDS.sub(" ", outside(text)))
    return {word for word in words if _LATIN.search(word) and word not in _AS_IT_IS}


class Listening(PseudoCatalogue):
    """The catalogue, which remembers what it was asked for and does not have."""

    def __init__(self) -> None:
        super().__init__(mirrored)
        self.unknown: set[str] = set()
        self._known = catalogues.read(catalogues.TEMPLATE)

    def gettext(self, message: str) -> str:
        """Translate a text."""
        is_translated = OPENING in message  # with what it was filled in with
        if self._known.get(message) is None and not is_translated and message != "Bedside":
            self.unknown.add(message)
        return super().gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Translate the form that fits `n`."""
        if self._known.get(msgid1) is None:
            self.unknown.add(msgid1)
        return super().ngettext(msgid1, msgid2, n)


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Listening:
    """Everybody reads the language that nobody speaks."""
    made = Listening()
    monkeypatch.setattr(language, "first_spoken", lambda *_languages: MIRRORED)
    monkeypatch.setattr(language, "_catalogue", lambda _language: made)
    return made


_OTHERS = (Kind.ANONYMOUS, Kind.EXPIRED)


async def test_no_page_has_english_left(
    template: Template, tmp_path: Path, catalogue: Listening
) -> None:
    """For the right person, and for others, who read why not."""
    found: dict[str, list[str]] = {}
    async with entered(template, tmp_path / "world") as world:
        for (method, path), row in sorted(ROWS.items()):
            if method != "GET" or path.startswith("/api") or path in _PROGRAMS:
                continue
            for kind in {right_kind(row.access), *_OTHERS}:
                answer = await ask(world, (method, path), row, kind)
                if words := left_over(answer):
                    found[f"{path} for {kind}"] = words
    assert not found, "\n".join(f"{place}: {words}" for place, words in found.items())
    assert not catalogue.unknown, f"mark with _, N_ or ngettext: {sorted(catalogue.unknown)}"


async def test_no_answer_to_a_form_has_english_left(
    template: Template, tmp_path: Path, catalogue: Listening
) -> None:
    """Every form once empty, and once as the right person fills it in, one after the other in one
    world: what has changed meanwhile is an answer too."""
    found: dict[str, list[str]] = {}
    async with entered(template, tmp_path / "world") as world:
        for (method, path), row in sorted(ROWS.items()):
            if method == "GET" or path.startswith("/api"):
                continue
            empty = replace(row, call=lambda _facts: {"data": {"nothing": ""}})
            for asked in (empty, row):
                answer = await ask(world, (method, path), asked, right_kind(row.access))
                if words := left_over(answer):
                    found[f"{method} {path}"] = words
    assert not found, "\n".join(f"{place}: {words}" for place, words in found.items())
    assert not catalogue.unknown, f"mark with _, N_ or ngettext: {sorted(catalogue.unknown)}"


def test_english_on_a_page_is_found() -> None:
    page = (
        "<p>⟦نسر⟧ Overdue</p><p title='Unpaid bills'>⟦نسر Maya Lindqvist⟧</p>"
        "<b data-x='Pay it later'>1</b>"
    )
    answer = httpx.Response(200, headers={"content-type": "text/html"}, text=page)
    assert left_over(answer) == ["⟦نسر⟧ Overdue", "Unpaid bills", "Pay it later"]
