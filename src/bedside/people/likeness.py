"""How alike two people are, by name and date of birth, and why: for the door of a waiting room and
for adding a patient. Nothing here decides; staff do."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rapidfuzz.distance import OSA

from bedside.kernel.language import N_
from bedside.people.names import Name, Word, consonants, name_of, sounded

_SHORTEST = 4
"""Letters from which on a word may differ in one: Anna and Anne, but not Bo and Jo."""
_SHORTEST_GLUED, _LEAST_SOUND = 8, 2
_MOST_LEFT_OUT = 3
_MOST_REASONS = 2


class Reason(StrEnum):
    """Why two people are not quite equal."""

    LETTER_FIRST = "letter_first"
    LETTER_FAMILY = "letter_family"
    LETTER = "letter"
    LEFT_OUT = "left_out"
    INITIAL = "initial"
    SOUND = "sound"
    SPELLING = "spelling"
    DAY_MONTH = "day_month"
    DATE_DIGIT = "date_digit"
    NO_DATE_TYPED = "no_date_typed"
    NO_DATE_KNOWN = "no_date_known"
    OTHER_DATE = "other_date"
    EARLIER_NAME = "earlier_name"
    SAME_NUMBER = "same_number"


REASONS = {
    Reason.LETTER_FIRST: N_("first name differs in one letter"),
    Reason.LETTER_FAMILY: N_("family name differs in one letter"),
    Reason.LETTER: N_("name differs in one letter"),
    Reason.LEFT_OUT: N_("one of the names is left out"),
    Reason.INITIAL: N_("one of the names is an initial"),
    Reason.SOUND: N_("the name is written in another script"),
    Reason.SPELLING: N_("a name sounds alike and is written differently"),
    Reason.DAY_MONTH: N_("day and month are swapped"),
    Reason.DATE_DIGIT: N_("date of birth differs in one digit"),
    Reason.NO_DATE_TYPED: N_("no date of birth was given"),
    Reason.NO_DATE_KNOWN: N_("the chart has no date of birth"),
    Reason.OTHER_DATE: N_("same phone number, another date of birth"),
    Reason.EARLIER_NAME: N_("earlier name"),
    Reason.SAME_NUMBER: N_("one of the numbers is the same"),
}
_KOREAN = {
    "gim": "kim",
    "yi": "lee",
    "bag": "park",
    "bak": "park",
    "choe": "choi",
    "jeong": "jung",
    "gang": "kang",
    "jo": "cho",
    "yun": "yoon",
    "jang": "chang",
    "im": "lim",
    "sin": "shin",
    "gwon": "kwon",
    "an": "ahn",
    "mun": "moon",
    "u": "woo",
    "no": "roh",
}
"""Syllables of Korean family names, and how their bearers mostly write them."""
_HANGUL = re.compile("[\u1100-\u11ff]")
"""Decomposed, as `Word.native` is."""
_OF_DATES = frozenset(
    (
        Reason.DAY_MONTH,
        Reason.DATE_DIGIT,
        Reason.NO_DATE_TYPED,
        Reason.NO_DATE_KNOWN,
        Reason.OTHER_DATE,
    )
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two people are: equal without `reasons`. `earlier` is the earlier name of the
    chart that fits, "" if it is the name of today."""

    reasons: tuple[Reason, ...] = ()
    earlier: str = ""

    @property
    def equal(self) -> bool:
        """Whether names and dates are the same."""
        return not self.reasons

    @property
    def same_name(self) -> bool:
        """Whether the names are the same."""
        return _OF_DATES.issuperset(self.reasons)

    @property
    def same_date(self) -> bool:
        """Whether the dates of birth are known, and the same."""
        return _OF_DATES.isdisjoint(self.reasons) and Reason.SAME_NUMBER not in self.reasons


def likeness(name: str, born: date | None, known: str, known_born: date | None) -> Likeness | None:
    """Compare what was typed with a chart. Returns None if it is somebody else.

    Nearly equal names need the same date; another date, or none, needs equal names.
    """
    names = compare(name_of(name), name_of(known))
    if names is None:
        return None
    dates = _of_dates(born, known_born)
    if dates is None or (names and dates):
        return None
    return Likeness(names + dates)


def likeness_to(
    name: str, born: date | None, known: str, earlier: Iterable[str], known_born: date | None
) -> Likeness | None:
    """Compare what was typed with the names of a chart, those of before included."""
    best = likeness(name, born, known, known_born)
    for other in earlier:
        alike = likeness(name, born, other, known_born)
        if alike is not None and (best is None or len(alike.reasons) + 1 < len(best.reasons)):
            best = Likeness((Reason.EARLIER_NAME, *alike.reasons), other)
    return best


def _of_dates(born: date | None, known: date | None) -> tuple[Reason, ...] | None:
    if born is None:
        return (Reason.NO_DATE_TYPED,)
    if known is None:
        return (Reason.NO_DATE_KNOWN,)
    if born == known:
        return ()
    if (born.year, born.month, born.day) == (known.year, known.day, known.month):
        return (Reason.DAY_MONTH,)
    one, other = f"{born:%d%m%Y}", f"{known:%d%m%Y}"
    return (Reason.DATE_DIGIT,) if OSA.distance(one, other, score_cutoff=1) <= 1 else None


def dates_near(born: date) -> Iterator[date]:
    """Yield the dates that `likeness` takes for a slip of this one."""
    written = f"{born:%d%m%Y}"
    near = {written[2:4] + written[:2] + written[4:]}
    for at in range(8):
        near |= {written[:at] + digit + written[at + 1 :] for digit in "0123456789"}
        near.add(written[:at] + written[at : at + 2][::-1] + written[at + 2 :])
    for text in sorted(near - {written}):
        if text[4] == "0":
            continue
        try:
            yield date(int(text[4:]), int(text[2:4]), int(text[:2]))
        except ValueError:
            continue


# --- names ---------------------------------------------------------------------------------------


def compare(typed: Name, known: Name) -> tuple[Reason, ...] | None:
    """Compare names: no reasons if they are equal, None if they are two people's."""
    ours, theirs = list(typed.words), list(known.words)
    if not ours or not theirs:
        return None
    _take_out(ours, theirs, Word.is_same)
    _take_out_runs(ours, theirs)
    _take_out_runs(theirs, ours)
    if (not ours and not theirs) or _are_equal(typed, known):
        return ()
    reasons: dict[Reason, None] = {}
    whole = len(typed.words) - len(ours)
    if _take_out(ours, theirs, _sounds_alike):
        whole += 1
        reasons[Reason.SOUND] = None
    for word in list(theirs):
        if _take_out(ours, [word], _differs_in_a_letter):
            reasons[_letter(word, known)] = None
            theirs.remove(word)
    if _take_out(ours, theirs, _is_spelled_otherwise):
        reasons[Reason.SPELLING] = None
    if ours and theirs and (glued := _glued_alike(typed, known)):
        return (glued,)
    if whole or reasons:
        if _take_out(ours, theirs, _is_initial):
            reasons[Reason.INITIAL] = None
        if whole and (ours or theirs):
            reasons[Reason.LEFT_OUT] = None
    return _allowed(tuple(reasons), ours, theirs)


def _allowed(
    reasons: tuple[Reason, ...], ours: Sequence[Word], theirs: Sequence[Word]
) -> tuple[Reason, ...] | None:
    left = len(ours) + len(theirs)
    if (ours and theirs) or left > _MOST_LEFT_OUT or len(reasons) > _MOST_REASONS:
        return None
    if left and Reason.LEFT_OUT not in reasons:
        return None
    return reasons or None


def _take_out(ours: list[Word], theirs: list[Word], fits: object) -> bool:
    """Remove the words of both lists that fit each other. Returns whether there were any."""
    assert callable(fits)  # noqa: S101 - for pyright
    found = False
    for word in list(ours):
        for other in theirs:
            if fits(word, other):
                ours.remove(word)
                theirs.remove(other)
                found = True
                break
    return found


def _take_out_runs(ours: list[Word], theirs: list[Word]) -> None:
    """Remove neighbouring words that are one in the other name: Anna Maria and Annamaria."""
    for other in list(theirs):
        for length in (2, 3):
            for at in range(len(ours) - length + 1):
                run = ours[at : at + length]
                if "".join(word.plain for word in run) in other.spellings:
                    del ours[at : at + length]
                    theirs.remove(other)
                    break
            else:
                continue
            break


def _are_equal(typed: Name, known: Name) -> bool:
    """Whether names are equal once their words are taken apart, or written as one."""
    if _glued(typed) == _glued(known):
        return True
    both_native = any(w.native for w in typed.words) and any(w.native for w in known.words)
    if both_native:
        return False
    korean = any(_HANGUL.search(w.native) for w in (*typed.words, *known.words))
    return _pieces(typed, korean=korean) == _pieces(known, korean=korean)


def _pieces(name: Name, *, korean: bool) -> list[str]:
    """Return the smallest words, in any order: 王芳 is also Fang Wang, 김민준 Min-jun Kim."""
    pieces = (piece for word in name.words for piece in word.parts or (word.plain,))
    return sorted(_KOREAN.get(piece, piece) if korean else piece for piece in pieces)


def _glued(name: Name) -> str:
    return "".join(word.native or word.plain for word in name.words)


def _sounds_alike(one: Word, other: Word) -> bool:
    """Whether one word is another's in another script, or both are in one and sound the same."""
    if one.native and other.native:
        return not set(one.spellings).isdisjoint(other.spellings)
    arabic, latin = (one, other) if one.sound else (other, one)
    return bool(arabic.sound) and not latin.native and arabic.sound == consonants(latin.plain)


def _is_spelled_otherwise(one: Word, other: Word) -> bool:
    sound = "" if one.native or other.native else sounded(one.plain)
    return bool(sound) and sound == sounded(other.plain)


def _glued_alike(typed: Name, known: Name) -> Reason | None:
    """Compare names whose words are divided differently: Abd al-Rahman and Abdulrahman, عبد الله
    and Abdullah."""
    one, other = ("".join(word.plain for word in name.words) for name in (typed, known))
    if min(len(one), len(other)) < _SHORTEST_GLUED or len(typed.words) == len(known.words):
        one, other = consonants(one), consonants(other)
        mixed = any(w.sound for w in typed.words) != any(w.sound for w in known.words)
        return Reason.SOUND if mixed and one == other and len(one) > _LEAST_SOUND else None
    if _is_near(one, other):
        return Reason.LETTER
    return Reason.SOUND if consonants(one) == consonants(other) else None


def _differs_in_a_letter(one: Word, other: Word) -> bool:
    if one.native and other.native:
        return len(one.native) >= _SHORTEST and _is_near(one.native, other.native)
    return any(_is_near(ours, theirs) for ours in one.spellings for theirs in other.spellings)


def _is_near(one: str, other: str) -> bool:
    if max(len(one), len(other)) < _SHORTEST:
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _is_initial(one: Word, other: Word) -> bool:
    initial, whole = sorted((one.plain, other.plain), key=len)
    return len(initial) == 1 and len(whole) > 1 and whole.startswith(initial)


def _letter(word: Word, known: Name) -> Reason:
    if len(known.words) == 1:
        return Reason.LETTER
    return Reason.LETTER_FAMILY if word is known.words[-1] else Reason.LETTER_FIRST
