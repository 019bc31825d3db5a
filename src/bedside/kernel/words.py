"""Words of texts: folded for look-ups, and located while a text is read.

A text may come from anybody, so everything here works in slices: with memory that does not grow
with the text, and in steps of about a millisecond, so that a thread doing it lets others work.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

MOST_WORDS = 20_000
"""Most distinct words indexed of one text."""
MOST_FOLDED = 2_000_000
"""Most characters after folding, because one character may become eighteen (U+FDFA)."""
LONGEST = 40
"""Characters kept of a word."""
_MOST_PARTS = 3
_NAMED = re.compile(r"[^\W\d_]{3}")
"""Letters of a name; pieces of dates and numbers would find too much."""
_SLICE = 4_096
_LONGEST_RUN = 2 * _SLICE
_SOFT_HYPHEN = "\u00ad"
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
"""Signs that nobody sees or types: soft hyphens, joiners, and what keeps words together."""
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_VOWELS = "".join(
    character
    for character in map(chr, range(0x0300, 0x10000))
    if unicodedata.category(character) in {"Mn", "Mc"} and not unicodedata.combining(character)
)
"""Signs that belong to a letter and that folding keeps: vowels of Hindi, Thai, Tamil and others."""
_LETTER = rf"\w{_VOWELS}"
_RUN = re.compile(rf"[{_LETTER}.,/:{_SOFT_HYPHEN}-]+")
WORD = re.compile(rf"\w[{_LETTER}.,/:-]*[{_LETTER}]")
BETWEEN = re.compile(rf"[^{_LETTER}]+")
_AS_WRITTEN = re.compile(rf"[{_LETTER}{_UNSEEN.pattern[1:-1]}\u0300-\u036f]+")


def fold(text: str) -> str:
    """Fold case and accents away, so that “ramirez” finds “Ramírez”.

    A text may be folded in pieces: the pieces of the folded text are the folded pieces.
    """
    if text.isascii():
        return text.casefold()
    # Decomposing may produce capitals (from “𝑨”), and folding may compose: hence both sides.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    seen = _UNSEEN.sub("", decomposed)
    return "".join(c for c in seen if not unicodedata.combining(c))


def one_decimal(text: str) -> str:
    """Write decimals with a point, so that “6.1” finds “6,1”; the length stays."""
    return _DECIMAL_COMMA.sub(".", text)


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are indexed: folded, at least two characters long,
    compounds as well as their parts. At most MOST_WORDS from the first MOST_FOLDED characters.

    A word with a soft hyphen, or cut at the end of a line, counts as a whole and by its parts.
    """
    words: dict[str, None] = {}
    for run in _runs(with_whole_words(text)):
        spellings = {run.replace(_SOFT_HYPHEN, ""), run.replace(_SOFT_HYPHEN, " ")}
        for spelling in sorted(spellings, key=len):
            for word in WORD.findall(one_decimal(spelling)):
                words[word[:LONGEST]] = None
                words |= dict.fromkeys(part[:LONGEST] for part in _parts(word))
        if len(words) >= MOST_WORDS:
            break
    return list(words)[:MOST_WORDS]


def _parts(word: str) -> Iterator[str]:
    """Yield the parts of a compound, and those of its pieces that are only searched as a whole:
    “vitamin-d” of “vitamin-d-mangel”."""
    ends = [(found.start(), found.end()) for found in BETWEEN.finditer(word)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(word)]
    for first, start in enumerate(starts):
        if stops[first] - start > 1:
            yield word[start : stops[first]]
        for last in range(first + 1, min(first + _MOST_PARTS, len(starts))):
            piece = word[start : stops[last]]
            if has_short_part(piece) and _NAMED.search(piece):
                yield piece


def has_short_part(word: str) -> bool:
    """Whether a compound has a part too short to be indexed by itself."""
    return any(len(part) < 2 for part in BETWEEN.split(word))


def _runs(text: str) -> Iterator[str]:
    """Yield the folded runs of characters that compounds are made of. A run of many thousand
    characters is nobody's word, and is cut."""
    open_end = ""
    for folded in _folded(text):
        piece = open_end + folded
        open_end = ""
        for found in _RUN.finditer(piece):
            if found.end() == len(piece) and len(found[0]) < _LONGEST_RUN:
                open_end = found[0]
            else:
                yield found[0]
    if open_end:
        yield open_end


def _folded(text: str) -> Iterator[str]:
    left = MOST_FOLDED
    for at in range(0, len(text), _SLICE):
        piece = _SOFT_HYPHEN.join(map(fold, _UNSEEN.split(text[at : at + _SLICE])))[:left]
        yield piece
        left -= len(piece)
        if not left:
            return


def with_whole_words(text: str) -> str:
    """Put words together that are cut at the end of a line. A soft hyphen stays where they were
    cut, so that their parts can be found too; a capital begins a part of its own: “Vitamin-D”, and
    not “VitaminD”."""
    text = text.replace("\r\n", "\n")
    for hyphen in ("\u2010", _SOFT_HYPHEN):
        text = text.replace(f"{hyphen}\n", "-\n")
    pieces = text.split("-\n")
    joined: list[str] = pieces[:1]
    for before, after in pairwise(pieces):
        if before[-1:].isalpha() and after[:1].isalpha():
            joined.append(_SOFT_HYPHEN if after[0].islower() else "-")
        else:
            joined.append("-\n")
        joined.append(after)
    return "".join(joined)


# --- the positions of words in a text ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text: the characters from `start` up to, but not including, `end`."""

    start: int
    end: int


def place_of(text: str, words: list[str]) -> Place | None:
    """Find the first of these folded words that occurs in the text; None if none does.

    The text is read once, however many words there are.
    """
    found: dict[str, Place] = {}
    folded = 0
    for start, end in _slices(text):
        piece = one_decimal(fold(text[start:end]))
        for word in words:
            if word not in found and (at := _whole(piece, word)) >= 0:
                found[word] = _unfolded(text, start, end, at, at + len(word))
        folded += len(piece)
        if words[0] in found or folded > MOST_FOLDED:
            break
    return next((found[word] for word in words if word in found), None)


def _slices(text: str) -> Iterator[tuple[int, int]]:
    """Yield slices of a text that do not end inside a word, unless it is longer than half a
    slice."""
    start = 0
    while start < len(text):
        end = min(start + _SLICE, len(text))
        if end < len(text):
            spaces = (text.rfind(space, start + _SLICE // 2, end) for space in " \n\t")
            end = max(end if (last := max(spaces)) < 0 else last, start + 1)
        yield start, end
        start = end


def _whole(text: str, word: str) -> int:
    """Find a word in a text, by itself or as part of a compound; -1 if it is not there. One of
    LONGEST characters may be the beginning of a longer one."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        begins = at == 0 or not _is_letter(text[at - 1])
        if begins and (len(word) == LONGEST or end == len(text) or not _is_letter(text[end])):
            return at
        at = text.find(word, at + 1)
    return -1


def written_words(text: str) -> Iterator[re.Match[str]]:
    """Yield the words of a text as they are written, with joiners and accents in them."""
    return _AS_WRITTEN.finditer(text)


def _is_letter(character: str) -> bool:
    return character == "_" or character.isalnum() or character in _VOWELS


def _unfolded(text: str, start: int, end: int, first: int, last: int) -> Place:
    """Map characters of a folded slice back to their place in the text."""

    def before(length: int) -> int:
        """Count the characters of the slice that give at least `length` folded ones."""
        low, high = start, end
        while low < high:
            middle = (low + high) // 2
            if len(fold(text[start:middle])) < length:
                low = middle + 1
            else:
                high = middle
        return low

    return Place(max(start, before(first + 1) - 1), before(last))
