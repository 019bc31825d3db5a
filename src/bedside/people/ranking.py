"""The order of what a search has found: whole words first, then beginnings, then slips."""

from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from bedside.people.birth_dates import date_in, plain_digits
from bedside.people.names import Name, Word, consonants, name_of, sounded

_WHOLE, _BEGINS, _NEARLY, _NEARLY_BEGINS = 8.0, 4.0, 2.0, 1.0
_EARLIER = 0.5
_SHORTEST = 4
"""Letters from which on a word may have a wrong one."""


class Ranking:
    """Compares names with the words of one search."""

    def __init__(self, text: str) -> None:
        _dates, rest = date_in(plain_digits(text))
        self._words = name_of(rest).words

    def fits(self, name: str, earlier: Sequence[str] = (), *, whole: bool = False) -> bool:
        """Whether each word is one of the name or begins one, with at most one wrong letter.
        `whole`: with a wrong letter, all of the word is needed."""
        least = _NEARLY if whole else _NEARLY_BEGINS
        known = [name_of(one) for one in (name, *earlier)]
        return all(max(_best(word, one) for one in known) >= least for word in self._words)

    def order(self, name: str, earlier: Sequence[str] = ()) -> tuple[float, str]:
        """Return a key: the better first, and then by the alphabet. An earlier name counts less
        than the name of today."""
        known = name_of(name)
        totals = [self._total(known), *(self._total(name_of(e)) - _EARLIER for e in earlier)]
        return -max(totals), " ".join(word.plain for word in known.words)

    def earlier_fit(self, name: str, earlier: Sequence[str]) -> str:
        """Return which earlier name fits better than the name of today, "" if none does."""
        best, fit = self._total(name_of(name)), ""
        for one in earlier:
            if (total := self._total(name_of(one))) > best:
                best, fit = total, one
        return fit

    def _total(self, known: Name) -> float:
        return sum(_best(word, known) for word in self._words)


def _best(word: Word, name: Name) -> float:
    words = (*name.words, *name.left_out)
    best = max((_of_words(word, one) for one in words), default=0.0)
    for run in name.runs:
        best = max(best, *(_WHOLE if run == s else 0.0 for s in word.spellings))
    return max(best, _in_pieces(word, words))


def _of_words(typed: Word, known: Word) -> float:
    theirs = (*known.spellings, *known.parts)
    best = max(_of_spellings(mine, other) for mine in typed.spellings for other in theirs)
    if not best and known.sound and not typed.native and consonants(typed.plain) == known.sound:
        return _NEARLY
    if not best and not (typed.native or known.native) and (sound := sounded(typed.plain)):
        return _NEARLY if sound in map(sounded, known.spellings) else best
    return best


def _of_spellings(typed: str, known: str) -> float:
    if typed == known:
        return _WHOLE
    if known.startswith(typed):
        return _BEGINS
    if len(typed) < _SHORTEST:
        return 0.0
    if OSA.distance(typed, known, score_cutoff=1) <= 1:
        return _NEARLY
    lengths = range(len(typed) - 1, len(typed) + 2)
    if any(OSA.distance(typed, known[:n], score_cutoff=1) <= 1 for n in lengths):
        return _NEARLY_BEGINS
    return 0.0


def _in_pieces(typed: Word, words: Iterable[Word]) -> float:
    """Return what a word such as 王芳 or O’Brien is worth if its pieces are words of the name."""
    if not typed.parts:
        return 0.0
    known = {spelling for word in words for spelling in (*word.spellings, *word.parts)}
    return _BEGINS if known.issuperset(typed.parts) else 0.0
