"""How well a text reads in a language, by its letters beyond ASCII: the frequent ones count most,
foreign ones and signs within words count against it."""

import re
from collections.abc import Callable
from functools import cache

SIGNS = "µ°§€£©®±×²³½¼¾·•…–—„“”‚‘’«»‹›¿¡ºª\xa0\xad№≤≥"
_IN_WORD = re.compile(r"[^\W\d_](?=[^\s\x00-\x7f])[^\w'’\xad–—…·\u0300-\u036f\u0e31-\u0e4e]\w")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_TWO_SCRIPTS = re.compile(r"[A-Za-z][^\W\d_a-zA-Z]|[^\W\d_a-zA-Z][A-Za-z]")
_MOSTLY_LATIN = 0.6
_LATIN_ENDS = "\u024f"
_CASE = re.compile(r"[^\W\d_A-Z]([^\W\d_A-Za-z])")
_FOREIGN, _CONTROL, _SIGN = -1.5, -3.0, 0.3

WESTERN = ("cp1252", "iso8859_15", "cp850", "mac_roman")
CENTRAL = ("cp1250", "iso8859_2", "cp852", "mac_latin2")
CYRILLIC = ("cp1251", "koi8_u", "iso8859_5", "cp866", "mac_cyrillic")
NORTHERN = ("cp1252", "cp850", "cp865", "mac_roman")

ALPHABETS: dict[str, tuple[tuple[str, ...], str]] = {
    "de": (WESTERN, "üäöß"),
    "fr": (WESTERN, "éèàêçôâîœûùëïüÿæ"),
    "es": (WESTERN, "óíáéñúü"),
    "pt": (WESTERN, "ãçáéíóêõâúôàü"),
    "it": (WESTERN, "èàùòìé"),
    "nl": (WESTERN, "ëéïüöèó"),
    "sv": (NORTHERN, "äåöé"),
    "da": (NORTHERN, "åøæé"),
    "is": (WESTERN, "ðáíóæþúéöý"),
    "pl": (CENTRAL, "łęążóśćńź"),
    "cs": (CENTRAL, "áíěéščřžýůúóťďň"),
    "sk": (CENTRAL, "áíéčšžýúôťľäňóďĺŕ"),
    "hu": (CENTRAL, "áéőöóüíúű"),
    "ro": ((*CENTRAL, "iso8859_16"), "ăîâşţșț"),
    "hr": (CENTRAL, "čžšćđ"),
    "tr": (("cp1254", "iso8859_9", "cp857"), "ıüşğçöâî"),
    "lt": (("cp1257", "iso8859_13"), "ėšįžųūčąę"),
    "lv": (("cp1257", "iso8859_13"), "āīšēņūļžčķģ"),
    "et": (("cp1257", "iso8859_13", "cp1252"), "äõüöšž"),
    "ru": (CYRILLIC, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"),
    "uk": (CYRILLIC, "оаинтвірескдлмупязьбгчжхйцшюєїщфґ"),
    "bg": (CYRILLIC, "аоиентрсвлпдкмзгуъячбщжхцйшюфь"),
    "sr": (CYRILLIC, "аиоенрстјвкупдмлзбчгшцћжљњђхфџ"),
    "el": (("cp1253", "iso8859_7", "cp737"), "αοιετσνηυρπκμλςωίόέγάδχήύθώφβξζψϊΐ"),
    "he": (("cp1255", "iso8859_8", "cp862"), "יוהלאמתרבשנדחקעפטגסכזםןצךףץ"),
    "ar": (("cp1256", "iso8859_6"), "اليمونترببدعهسفةكقحأىجشذصضخزطثءغظئإآؤ،ـًٌٍَُِّْ؛؟"),
    "fa": (("cp1256",), "ایردنهمتوسبکشلگزخفآچعپقحطصجژذءغثضظئأكي،\u200c"),
    "th": (("cp874",), "".join(map(chr, (*range(0xE01, 0xE3B), *range(0xE40, 0xE5C))))),
    "vi": (("cp1258",), "đăâêôơư\u0301\u0300\u0309\u0303\u0323áàéèíóòúùý"),
}
"""By language: the codecs in which it is usually stored, and its letters, the frequent ones
first."""


def score(text: str, letters: str) -> float:
    """Return how well the letters beyond ASCII fit: about 1 for a text in the language, below 0
    for one that is not."""
    weights = _weights(letters)
    text = _WORDS.sub(lambda word: word[0].lower() if word[0].isupper() else word[0], text)
    beyond = [letter for letter in text if letter > "\x7f"]
    if not beyond:
        return 0.0
    total = sum(weights.get(letter, _FOREIGN) for letter in beyond)
    total += sum(_CONTROL for letter in beyond if letter <= "\x9f")
    total -= 2.0 * len(_IN_WORD.findall(text))
    # A capital behind a small letter is what small letters of another codec turn into.
    total -= 1.5 * sum(found[1].isupper() and found[0][0].islower() for found in _cases(text))
    if letters[0] > _LATIN_ENDS:
        total -= 2.0 * len(_TWO_SCRIPTS.findall(text))
    return total / len(beyond)


def _cases(text: str) -> list[re.Match[str]]:
    return list(_CASE.finditer(text))


@cache
def _weights(letters: str) -> dict[str, float]:
    weights = dict.fromkeys(SIGNS, _SIGN)
    weights |= dict.fromkeys("µ°", 0.8)  # what values are written with
    slope = 0.6 if letters[0] > _LATIN_ENDS else 0.4
    for place, letter in enumerate(letters):
        weight = 1.0 - slope * place / len(letters)
        weights[letter] = weight
        if letter.upper() != letter and len(letter.upper()) == 1:
            weights[letter.upper()] = 0.7 * weight
    return weights


def _level(letter: str, codec: str, common: range, weights: tuple[float, float]) -> float:
    """Weigh an ideograph by whether a national standard lists it among the common ones."""
    try:
        lead = letter.encode(codec)[0]
    except UnicodeEncodeError:
        return -1.0
    return weights[0] if lead in common else weights[1]


def _punctuation(letter: str) -> float | None:
    if "\u3000" <= letter <= "\u3011" or "\uff01" <= letter <= "\uff5e":
        return 0.5
    return 0.2 if letter in SIGNS else None


def _chinese(letter: str) -> float:
    if "\u4e00" <= letter <= "\u9fff":
        return _level(letter, "gb2312", range(0xB0, 0xD8), (0.8, -0.2))
    return -1.0


def _taiwanese(letter: str) -> float:
    if "\u4e00" <= letter <= "\u9fff":
        return _level(letter, "big5", range(0xA4, 0xC7), (0.8, -0.3))
    return -1.0


def _japanese(letter: str) -> float:
    if "\u3041" <= letter <= "\u3096":
        return 1.0
    if "\u30a1" <= letter <= "\u30fc":
        return 0.7
    if "\u4e00" <= letter <= "\u9fff":
        return _level(letter, "euc_jp", range(0xB0, 0xD0), (0.6, -0.3))
    return -1.0


def _korean(letter: str) -> float:
    if "\uac00" <= letter <= "\ud7a3":
        return _level(letter, "euc_kr", range(0xB0, 0xC9), (0.9, -1.0))
    return -0.5 if "\u4e00" <= letter <= "\u9fff" else -1.0


IDEOGRAPHS: tuple[tuple[tuple[str, ...], Callable[[str], float]], ...] = (
    (("cp932", "euc_jp"), _japanese),
    (("gb18030",), _chinese),
    (("cp950", "big5hkscs"), _taiwanese),
    (("cp949",), _korean),
)
"""Codecs of two bytes a letter, and how well a letter fits."""


def score_ideographs(text: str, fit: Callable[[str], float]) -> float:
    """Return how well a text of ideographs fits a language."""
    beyond = [letter for letter in text if letter > "\x7f"]
    if not beyond:
        return 0.0
    total = 0.0
    for letter in beyond:
        known = _punctuation(letter)
        total += fit(letter) if known is None else known
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    return total / len(beyond) - (_MOSTLY_LATIN if latin > 5 * len(beyond) else 0.0)
