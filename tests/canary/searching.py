"""Finds words in raw bytes, however they are wrapped."""

import base64
import random
import re
import sqlite3
import string
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_LENGTH = 14
_DEEPEST = 3
_MOST_INFLATED = 4 << 20
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_ZIP_MEMBER = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)


def new_word(number: int) -> str:
    """Return a word that occurs nowhere else, a different one for each number."""
    drawn = random.Random(f"canary {number}")
    return "".join(drawn.choices(string.ascii_lowercase, k=_LENGTH)).capitalize()


class Search:
    """Searches bytes for words: as they are, either half (in case a page boundary splits one), in
    UTF-16, in hexadecimal, in base 64, and all of this in whatever inflates."""

    def __init__(self, words: Iterable[str], exactly: Iterable[str] = ()) -> None:
        """`words` come from `new_word`; `exactly` are other texts, searched for as a whole."""
        self._folded: dict[bytes, str] = {}
        self._exact: dict[bytes, str] = {}
        for word in words:
            half = len(word) // 2
            for piece in (word[:half], word[half:]):
                self._folded[piece.lower().encode()] = word
            self._add(word)
        for text in exactly:
            self._folded[text.lower().encode()] = text
            self._add(text)

    def _add(self, word: str) -> None:
        for form in {word, word.lower(), word.upper()}:
            self._folded[form.encode().hex().encode()] = word
            for shift in range(3):
                coded = base64.b64encode(b"\0" * shift + form.encode())
                self._exact[coded[4 if shift else 0 : -4]] = word
        for encoding in ("utf-16-le", "utf-16-be"):
            self._folded[word.lower().encode(encoding)] = word

    def found_in(self, data: bytes, depth: int = 0) -> set[str]:
        """Return the words found in these bytes."""
        folded = data.lower()
        found = {word for form, word in self._folded.items() if form in folded}
        found |= {word for form, word in self._exact.items() if form in data}
        if depth < _DEEPEST:
            for inner in _inflated(data):
                found |= self.found_in(inner, depth + 1)
        return found

    def found_below(self, folder: Path) -> dict[str, set[str]]:
        """Return by file what was found in its name or its bytes."""
        found: dict[str, set[str]] = {}
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder))
            words = self.found_in(name.encode())
            if path.is_file():
                words |= self.found_in(path.read_bytes())
            if words:
                found[name] = words
        return found

    def found_in_rows(self, path: Path) -> dict[str, set[str]]:
        """Return by table what was found in the values of an SQLite database."""
        found: dict[str, set[str]] = {}
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own names
                whole = b"\0".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
                if words := self.found_in(whole):
                    found.setdefault(table, set()).update(words)
        database.close()
        return found


def _inflated(data: bytes) -> Iterator[bytes]:
    for pattern, window in ((_GZIP, 31), (_ZLIB, 15)):
        for start in pattern.finditer(data):
            yield from _inflate(data[start.start() :], window)
    for member in _ZIP_MEMBER.finditer(data):
        skip = int.from_bytes(member[1], "little") + int.from_bytes(member[2], "little")
        yield from _inflate(data[member.end() + skip :], -15)


def _inflate(data: bytes, window: int) -> Iterator[bytes]:
    try:
        inflated = zlib.decompressobj(window).decompress(data, _MOST_INFLATED)
    except zlib.error:
        return
    if len(inflated) > 8:
        yield inflated
