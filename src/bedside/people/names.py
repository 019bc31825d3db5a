"""Names of people, folded so that every usual way of writing one name is seen as the same.

Pure functions; the index of patients, the search, the check-in and the forms of staff all use
these. A word has one or more spellings: “Müller” is *muller* and *mueller*, “Åse” is *ase* and
*aase*. Two words are the same when they share a spelling; a letter is never dropped from what
somebody typed, so that Michael does not become Michal.
"""

import itertools
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from anyascii import anyascii

from bedside.kernel.typed import one_line

MOST_WORDS = 12
"""Words of a name that count; nobody has more."""
_SOUNDED = 5
"""Letters from which on a name is compared by its sound."""
_LONGEST = 40
"""Letters of a word that count."""
_MOST_SPELLINGS = 12
_KEPT = 4_096
_JOINERS = "\u200c\u200d"
_WITHOUT_FORM = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Marks that change at most how the letter before them looks."""
_APOSTROPHES = (
    "'\u2018\u2019\u201b`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u2032\u2035"
    "\uff07\ua78c\u05f3\u02ee\u055a\u07f4\u07f5\u1fbd\u1fbf\u1fef\u1ffd\u1ffe\u0384"
)
_APOSTROPHE = re.compile(f"[{re.escape(_APOSTROPHES)}]+")
_LETTERS = {
    "æ": ("ae",),
    "œ": ("oe",),
    "ø": ("o", "oe"),
    "ł": ("l",),
    "ŀ": ("l",),
    "đ": ("d", "dj"),
    "ð": ("d", "th"),
    "þ": ("th",),
    "ħ": ("h",),
    "ŋ": ("ng", "n"),
    "ı": ("i",),
    "ĸ": ("k", "q"),
    "ß": ("ss",),
    "ŧ": ("t",),
    "ə": ("a", "e"),
    "ƒ": ("f",),
    "ɓ": ("b",),
    "ɗ": ("d",),
    "ƙ": ("k",),
    "ƴ": ("y",),
    "х": ("kh", "h"),
    "ц": ("ts", "c"),
    "щ": ("shch", "sch"),
    "ю": ("yu", "iu", "ju"),
    "я": ("ya", "ia", "ja"),
    "г": ("g", "h"),
    "ґ": ("g",),
    "є": ("ie", "ye"),
    "ж": ("zh", "j"),
    "ь": ("",),
    "ъ": ("",),
}
"""Letters that have no base letter in Unicode, and how they are written in a–z."""
_DIAERESIS, _RING = "\u0308", "\u030a"
_TWO_WAYS = {
    ("a", _DIAERESIS): ("a", "ae"),
    ("o", _DIAERESIS): ("o", "oe"),
    ("u", _DIAERESIS): ("u", "ue"),
    ("o", "\u030b"): ("o", "oe"),
    ("u", "\u030b"): ("u", "ue"),
    ("a", _RING): ("a", "aa"),
    ("е", _DIAERESIS): ("e", "yo"),
    ("и", "\u0306"): ("i", "y"),
    ("і", _DIAERESIS): ("i", "yi"),
}
"""The same for a letter and the mark above it, decomposed. The last three are Cyrillic."""
_SHORT = {
    "st": "saint",
    "ste": "sainte",
    "mohd": "mohammed",
    "md": "mohammed",
    "fco": "francisco",
    "wm": "william",
    "thos": "thomas",
    "chas": "charles",
}
"""Names that people write short, and what they stand for."""
_MARIA = re.compile(r"\bM\.?ª", re.IGNORECASE)
_TITLES = frozenset(
    re.findall(
        r"\w+",
        """dr prof professor doctor doktor docteur dott dipl ing med mr mrs ms miss mx sir madam
        herr frau fraulein fru hr herrn froken dhr mevr mevrouw mme mlle monsieur madame
        mademoiselle sr sra srta senor senora senorita sig signor signora""",
    )
)
"""Before a name; never the only word of one."""
_SUFFIXES = frozenset(("jr", "jnr", "sr", "snr", "ii", "iii", "iv", "phd", "md", "esq"))
"""After a name."""
_CONSONANTAL = re.compile(
    "[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\u0900-\u0dff\ufb1d-\ufdff\ufe70-\ufeff]"
)
"""Arabic, Hebrew and Indic letters: scripts that leave vowels out, or of which they are marks."""
_VIRAMA = 9
"""The combining class of a sign that joins two consonants, and is no accent."""
_CAMEL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name. `spellings`: folded to a–z and digits, the plainest first. `parts`: its
    pieces, if it has any: “O’Brien” is also *o* and *brien*. `native`: how it is written in a
    script that is not Latin; "" for Latin. `sound`: the consonants of an Arabic, Hebrew or Indic
    word."""

    spellings: tuple[str, ...]
    parts: tuple[str, ...] = ()
    native: str = ""
    sound: str = ""

    @property
    def plain(self) -> str:
        """The plainest spelling."""
        return self.spellings[0]

    def is_same(self, other: "Word") -> bool:
        """Whether the words share a spelling, and are not two words of one other script that
        only sound alike."""
        if self.native and other.native:
            return self.native == other.native
        return not set(self.spellings).isdisjoint(other.spellings)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in its folded words: `words` without titles, first names first, also when it was
    typed as “Müller, Jürgen”; `left_out` has the titles."""

    words: tuple[Word, ...]
    left_out: tuple[Word, ...] = ()
    _runs: tuple[str, ...] = field(default=(), repr=False)

    @property
    def runs(self) -> tuple[str, ...]:
        """Two and three neighbouring words written as one: *annamaria*, *delacruz*."""
        return self._runs


def cleaned(typed: str) -> str:
    """Return a name as it is stored: one line, composed letters, nothing that cannot be seen.
    Joiners stay where Persian and Indic scripts need them."""
    line = one_line(_WITHOUT_FORM.sub("", unicodedata.normalize("NFC", typed)))
    kept = [c for at, c in enumerate(line) if c not in _JOINERS or _joins(line, at)]
    return " ".join("".join(kept).split())


def _joins(line: str, at: int) -> bool:
    around = line[max(0, at - 1) : at] + line[at + 1 : at + 2]
    return len(around) == 2 and all(ord(c) > 0x5FF and c.isprintable() for c in around)


def is_name(text: str) -> bool:
    """Whether a cleaned text can be a name: “X” and “王” can, “…” cannot."""
    return any(character.isalnum() for character in cleaned(text))


@lru_cache(_KEPT)
def name_of(text: str) -> Name:
    """Return a name in its folded words."""
    plain = _MARIA.sub("María", cleaned(text))
    given = _turned(unicodedata.normalize("NFKC", plain))
    words = [word for raw in _raw_words(given) if (word := _word(raw)) is not None][:MOST_WORDS]
    kept = _without_titles(words)
    left_out = tuple(word for word in words if not any(word is one for one in kept))
    return Name(tuple(kept), left_out, tuple(_runs_of(kept)))


def first_of(text: str) -> str:
    """Return the first name as it was typed, “Maya” for “Lindqvist, Maya” and “Dr. Maya
    Lindqvist”; "" if there is no name."""
    raw = [word for word in _raw_words(_turned(cleaned(text))) if _word(word) is not None]
    words = [word for one in raw if (word := _word(one)) is not None]
    titles = len(words) - len(_without_titles(words)) if words else 0
    before = next((at for at, word in enumerate(words) if word.plain not in _TITLES), 0)
    return raw[min(before, titles)] if raw else ""


def folded(text: str) -> str:
    """Return a name as it is sorted."""
    return " ".join(word.plain for word in name_of(text).words)


def _turned(text: str) -> str:
    """Return “Müller, Jürgen” as “Jürgen Müller”."""
    family, comma, first = re.sub("[،、，]", ",", text).partition(",")
    if not comma or "," in first or not is_name(family) or not is_name(first):
        return text.replace(",", " ")
    return f"{first} {family}"


def _raw_words(text: str) -> list[str]:
    """Return the words between blanks and punctuation; apostrophes and marks are part of them."""
    pieces = "".join(
        c if c.isalnum() or c in _APOSTROPHES or unicodedata.category(c)[0] == "M" else " "
        for c in text
        if c not in _JOINERS
    )
    return pieces.split()


def _word(raw: str) -> Word | None:
    spellings = _spellings(_APOSTROPHE.sub("", raw))
    if not spellings:
        return None
    if whole := _SHORT.get(spellings[0]):
        spellings = (*spellings, whole)
    parts: list[str] = []
    native = _native(raw)
    split = _APOSTROPHE.sub("", anyascii(raw)) if native else _APOSTROPHE.sub(" ", raw)
    for piece in _CAMEL.sub(" ", split).split():
        parts += _spellings(piece)[:1]
    sound = consonants(spellings[0]) if native and _CONSONANTAL.search(raw) else ""
    pieces = tuple(parts) if len(parts) > 1 else ()
    return Word(spellings, pieces, native, sound if len(sound) > 1 else "")


def _native(raw: str) -> str:
    """Return a word of another script without case and accents, "" if all of it is Latin."""
    plain = _APOSTROPHE.sub("", raw)
    if not any(c.isalpha() and not unicodedata.name(c, "").startswith("LATIN") for c in plain):
        return ""
    decomposed = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(c for c in decomposed if unicodedata.combining(c) in (0, _VIRAMA))


@lru_cache(_KEPT)
def _spellings(raw: str) -> tuple[str, ...]:
    """Return a word's spellings in a–z and digits, the plainest first."""
    ways: list[tuple[str, ...]] = []
    decomposed = unicodedata.normalize("NFKD", raw.casefold())
    for at, letter in enumerate(decomposed):
        if unicodedata.combining(letter):
            continue
        mark = decomposed[at + 1 : at + 2]
        way = _TWO_WAYS.get((letter, mark)) or _LETTERS.get(letter)
        ways.append(way or (letter if letter.isascii() else _latin(letter),))
    found: dict[str, None] = {}
    for choice in _choices(ways):
        spelling = "".join(c for c in choice if c.isalnum())[:_LONGEST]
        if spelling:
            found[spelling] = None
    return tuple(found)


def _choices(ways: list[tuple[str, ...]]) -> list[str]:
    """Return the combinations of the ways to write each letter; with very many of them only
    those in which every letter is written in the same manner."""
    many = 1
    for way in ways:
        many *= len(way)
    if many > _MOST_SPELLINGS:
        return ["".join(way[min(n, len(way) - 1)] for way in ways) for n in (0, 1)]
    return ["".join(choice) for choice in itertools.product(*ways)]


def _latin(letter: str) -> str:
    return anyascii(letter).lower()


def _without_titles(words: list[Word]) -> list[Word]:
    kept = list(words)
    while len(kept) > 1 and kept[0].plain in _TITLES:
        del kept[0]
    while len(kept) > 2 and kept[-1].plain in _SUFFIXES:
        del kept[-1]
    return kept


def _runs_of(words: list[Word]) -> list[str]:
    plain = [word.plain for word in words]
    return [
        "".join(plain[at : at + length])
        for length in (2, 3)
        for at in range(len(plain) - length + 1)
    ]


def consonants(spelling: str) -> str:
    """Return what an Arabic, Hebrew or Indic name and its Latin spellings have in common: محمد,
    Mohammed and Muhammad are all *mhmd*, כהן and Cohen *khn*."""
    plain = re.sub("kh|ch|q|c", "k", _digraphs(spelling))
    plain = re.sub("[aeiouyw]", "", plain).replace("v", "b")
    return re.sub(r"(.)\1+", r"\1", plain).rstrip("h")


def sounded(spelling: str) -> str:
    """Return a name roughly as it sounds, for those that are written in many ways: Muhammad and
    Mohammed are both *muhamad*, Christopher and Kristofer *kristufar*. "" for short ones, which
    would be like too many."""
    if len(spelling) < _SOUNDED:
        return ""
    text = re.sub("ch|kh|ck|q|x|c(?![eiy])", "k", _digraphs(spelling)).replace("c", "s")
    text = re.sub("oo|ou|uo|o|w", "u", text.replace("v", "f"))
    text = re.sub("ee|ei|ey|ie|ai|ay|y", "i", text).replace("e", "a").replace("z", "s")
    return re.sub(r"(.)\1+", r"\1", text)


def _digraphs(spelling: str) -> str:
    return spelling.replace("sh", "s").replace("ph", "f").replace("th", "t")
