"""The index of patients: keyed tokens of what they are looked up by, and of what somebody typed.

Nothing readable is stored; a look-up makes the same tokens. A name has tokens for its beginnings,
from one letter on, and for beginnings with one letter left out, by which a slip is found as well:
two words that differ in a letter are the same once a letter is left out of one or both of them.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from bedside.database.sealed import ClinicKeys
from bedside.kernel import phones
from bedside.kernel.words import fold
from bedside.people.birth_dates import date_in, plain_digits
from bedside.people.names import Name, Word, consonants, name_of, sounded

VERSION = 3
"""Of these tokens. Patients whose tokens are older are indexed again (`reindexing`)."""
HIDDEN = 2**31 - 1
"""Instead of a version: a patient who is not to be found has no tokens, and gets none."""
_LONGEST = 12
"""Letters of a word that its tokens know; who types more finds the same."""
_NEAR = (4, 5, 6, 8)
"""Lengths of the beginnings that are also found with one wrong letter."""
_LEAST_DIGITS = 4
_MOST_WORDS = 8
"""Each word of a look-up is a condition of its statement; more than these narrow nothing down."""
_LEAST_SOUND = 2

Group = list[int]
"""Tokens of which a patient must have one."""


def unread_number(keys: ClinicKeys) -> int:
    """Return the token of patients whose phone number could not be read."""
    return keys.token("patient.phone", "unread")


# --- what is stored ------------------------------------------------------------------------------


def name_tokens(keys: ClinicKeys, name: Name) -> set[int]:
    """Return the tokens of a name, titles included."""
    tokens: set[int] = set()
    for word in (*name.words, *name.left_out):
        for spelling in (*word.spellings, *word.parts):
            tokens |= {_name(keys, begin) for begin in _beginnings(spelling)}
            tokens |= {_near(keys, shorter) for shorter in _shortened(spelling)}
            tokens.add(_whole(keys, spelling))
            if sound := sounded(spelling):
                tokens.add(_sounded(keys, sound))
        if word.sound:
            tokens.add(_sound(keys, word.sound))
    tokens |= {_name(keys, run[:_LONGEST]) for run in name.runs}
    return tokens


def birth_tokens(keys: ClinicKeys, born: date | None) -> set[int]:
    """Return the tokens of a date of birth: the day, and the year; that there is none."""
    if born is None:
        return {_no_birth_date(keys)}
    return {_birth_date(keys, born), _birth_year(keys, born.year)}


def other_tokens(keys: ClinicKeys, phone: str, email: str, identifiers: Iterable[str]) -> set[int]:
    """Return the tokens of what else a patient is found by."""
    tokens = {
        keys.token("patient.phone", digits[-length:])
        for digits in phones.findable(phone)
        for length in range(_LEAST_DIGITS, len(digits) + 1)
    }
    if phone and phones.known(phone) is None:
        tokens.add(unread_number(keys))
    tokens |= {_identifier(keys, fold(value)) for value in identifiers}
    if email:
        tokens.add(keys.token("patient.email", fold(email)))
    return tokens


def _beginnings(spelling: str) -> Iterator[str]:
    for length in range(1, min(len(spelling), _LONGEST) + 1):
        yield spelling[:length]


def _shortened(spelling: str) -> set[str]:
    """Return the beginnings of a word with one letter left out of each. Without their last letter
    they are shorter beginnings, which have a token already."""
    found: set[str] = set()
    for length in _NEAR:
        if len(spelling) >= length:
            begin = spelling[:length]
            found |= {begin[:at] + begin[at + 1 :] for at in range(length - 1)}
    return found


# --- what is looked for --------------------------------------------------------------------------


def exact(keys: ClinicKeys, text: str) -> list[Group]:
    """Return what patients need to have who fit a text: name, date of birth, year, phone, e-mail,
    or a number of theirs."""
    text = plain_digits(text.strip())
    if "@" in text:
        return [[keys.token("patient.email", fold(text))]]
    dates, rest = date_in(text)
    born = [_birth_date(keys, one) for one in dates]
    if not re.search(r"[^\d\s()+/.-]", text):
        return [group] if (group := [*born, *_number(keys, text)]) else []
    groups = [born] if born else []
    for word in _sought(rest):
        groups.append([*_of_word(keys, word), *_number(keys, word.plain)])
    return groups


def whole_words(keys: ClinicKeys, text: str) -> list[Group]:
    """Return what patients need to have whose name has these words as they are: Ek before
    Eklund."""
    dates, rest = date_in(plain_digits(text))
    groups = [[_birth_date(keys, one) for one in dates]] if dates else []
    words = _sought(rest)
    return [*groups, *([_whole(keys, s) for s in word.spellings] for word in words)]


def as_before(keys: ClinicKeys, text: str) -> list[Group]:
    """Return the same for patients who are not indexed again yet: words without accents, and
    nothing else folded."""
    words = list(dict.fromkeys(re.findall(r"\w+", fold(text))))[:_MOST_WORDS]
    words.sort(key=len, reverse=True)
    return [[_name(keys, word[:_LONGEST]), _identifier(keys, word)] for word in words]


def glued(keys: ClinicKeys, text: str) -> Iterator[list[Group]]:
    """Yield what patients need to have whose name has two or three of these words as one: “van
    den Berg” for Vandenberg."""
    dates, rest = date_in(plain_digits(text))
    born = [[_birth_date(keys, one) for one in dates]] if dates else []
    words = list(name_of(rest).words)[:_MOST_WORDS]
    for length in (2, 3):
        for at in range(len(words) - length + 1):
            run = "".join(word.plain for word in words[at : at + length])
            others = [*words[:at], *words[at + length :]]
            yield [*born, [_name(keys, run[:_LONGEST])], *(_of_word(keys, w) for w in others)]


def near(keys: ClinicKeys, text: str) -> list[Group]:
    """Return what patients need to have whose name differs in one letter of each word, or is in
    Arabic; nothing if no word is long enough. Others have it as well: compare names."""
    dates, rest = date_in(plain_digits(text))
    words = _sought(rest)
    if not any(len(word.plain) >= _NEAR[0] for word in words):
        return []
    groups = [[_birth_date(keys, one) for one in dates]] if dates else []
    return [*groups, *(_of_near_word(keys, word) for word in words)]


def same_name(keys: ClinicKeys, name: Name) -> list[Group]:
    """Return what patients need to have who may have this name: each of its words, perhaps
    written as one with its neighbours, or begun."""
    runs = [_name(keys, run[:_LONGEST]) for run in name.runs]
    return [[*_of_word(keys, word), *runs, *_of_parts(keys, word)] for word in name.words]


def born_on(keys: ClinicKeys, dates: Iterable[date], *, or_unknown: bool = False) -> Group:
    """Return what patients have who were born on one of these days, or on nobody knows which."""
    found = [_birth_date(keys, one) for one in dates]
    return [*found, _no_birth_date(keys)] if or_unknown else found


def with_phone(keys: ClinicKeys, phone: str) -> Group:
    """Return what patients have with this number, given in its stored form."""
    found = phones.findable(phone) if phones.known(phone) else set[str]()
    return [keys.token("patient.phone", digits) for digits in sorted(found)]


def with_email(keys: ClinicKeys, email: str) -> Group:
    """Return what patients have with this e-mail address."""
    return [keys.token("patient.email", fold(email))]


def with_identifiers(keys: ClinicKeys, identifiers: Iterable[str]) -> Group:
    """Return what patients have who have one of these numbers in some system."""
    return [_identifier(keys, fold(value)) for value in identifiers]


def some_name(keys: ClinicKeys, name: Name) -> Group:
    """Return what patients have of whose name a word is like one of this name."""
    return [token for word in name.words for token in _of_near_word(keys, word)]


def _sought(text: str) -> list[Word]:
    """Return the words of a look-up, the longest first: fewest patients have it."""
    found = {word.plain: word for word in name_of(text).words[:_MOST_WORDS]}
    return sorted(found.values(), key=lambda word: -len(word.plain))


def _of_word(keys: ClinicKeys, word: Word) -> Group:
    return [_name(keys, spelling[:_LONGEST]) for spelling in word.spellings]


def _of_parts(keys: ClinicKeys, word: Word) -> Group:
    return [_name(keys, part[:_LONGEST]) for part in word.parts if len(part) > 1]


def _of_near_word(keys: ClinicKeys, word: Word) -> Group:
    tokens = dict.fromkeys(_of_word(keys, word))
    for spelling in word.spellings:
        begin = spelling[: _cut(len(spelling))]
        if len(begin) >= _NEAR[0]:
            for text in (begin, *(begin[:at] + begin[at + 1 :] for at in range(len(begin)))):
                tokens |= {_name(keys, text): None, _near(keys, text): None}
        if spoken := sounded(spelling):
            tokens[_sounded(keys, spoken)] = None
        if len(sound := consonants(spelling)) >= _LEAST_SOUND and not word.native:
            tokens[_sound(keys, sound)] = None
    if word.sound:
        tokens[_sound(keys, word.sound)] = None
    return list(tokens)


def _cut(length: int) -> int:
    """Return the longest beginning of a word of this length that is indexed for slips."""
    return max((one for one in _NEAR if one <= length), default=length)


def _number(keys: ClinicKeys, text: str) -> Group:
    """Return what patients have one of whose numbers this is: of the phone, the year of birth, or
    in another system."""
    tokens = [_identifier(keys, fold(text))]
    digits = phones.searched(text)
    if digits:
        tokens += [keys.token("patient.phone", number) for number in sorted(digits)]
        if re.fullmatch(r"1[89]\d\d|20\d\d", text):
            tokens.append(_birth_year(keys, int(text)))
    return tokens


# --- tokens --------------------------------------------------------------------------------------


def _name(keys: ClinicKeys, begin: str) -> int:
    return keys.token("patient.name", begin)


def _whole(keys: ClinicKeys, spelling: str) -> int:
    return keys.token("patient.word", spelling)


def _near(keys: ClinicKeys, shortened: str) -> int:
    return keys.token("patient.near", shortened)


def _sound(keys: ClinicKeys, sound: str) -> int:
    return keys.token("patient.sound", sound)


def _sounded(keys: ClinicKeys, sound: str) -> int:
    return keys.token("patient.sounded", sound)


def _birth_date(keys: ClinicKeys, born: date) -> int:
    return keys.token("patient.birth_date", born.isoformat())


def _no_birth_date(keys: ClinicKeys) -> int:
    return keys.token("patient.birth_date", "")


def _birth_year(keys: ClinicKeys, year: int) -> int:
    return keys.token("patient.birth_year", str(year))


def _identifier(keys: ClinicKeys, value: str) -> int:
    return keys.token("patient.identifier", value)
