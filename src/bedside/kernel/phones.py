"""Phone numbers: read as people type them, stored in one form, displayed in another.

The stored form is E.164, with an extension as in RFC 3966: `+14155550100;ext=12`. Messages go to
the number alone. What cannot be read stays as it was typed and is never dialled.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from bedside.kernel.language import N_
from bedside.kernel.typed import one_line

LONGEST = 60
"""Characters of a field for a number; one with words around it is refused with a reason."""
_STORED = re.compile(r"(\+[1-9][0-9]{5,14})(?:;ext=([0-9]{1,7}))?")
_LABEL = re.compile(
    r"(?:tel|phone|telephone|telefon\w*|tél\w*|téléphone|fone|mob|mobil\w*|móvil|cell\w*|handy|natel|"
    r"portable|gsm|sms|whatsapp|home|work|privat\w*|number|no|nr|n°|num\w*|numéro|número)\b[.:\s]*",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(r"[^\W\d_]{2,20}\s*:\s*")
_EXTENSION = re.compile(
    r"(?<![\s,;(])[\s,;(]*(?:;\s*ext=|(?:ext(?:ension|n)?|x|#|durchwahl|dw|poste|ankn(?:ytning)?|"
    r"int(?:erno)?|wew)[.:\s]*+|,{1,3}|;)\s*([0-9]{1,7})\)?",
    re.IGNORECASE,
)
_BETWEEN_TWO = re.compile(
    r"(?:(?<!\s)\s+)?[/,;|&\n]\s*|(?<!\s)\s+(?:or|and|och|eller|und|oder|et|ou|y|o|e|i|lub)\s+",
    re.IGNORECASE,
)
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u00ad\u30fc_~]")

TWO_NUMBERS = N_("These look like two numbers. Enter one of them here.")
LETTER_O = N_("There is a letter O in this number. Type the digit 0 instead.")
WORDS = N_("Enter the number alone, without words, for example {example}.")
TOO_SHORT = N_("This number is too short. Check it, for example {example}.")
TOO_LONG = N_("This number is too long. Enter one number, for example {example}.")
NO_COUNTRY = N_("Begin the number with + and the country code, for example {example}.")
NO_NUMBER = N_(
    "No phone has this number. Check each digit. A number of another country begins with +, for "
    "example {example}."
)
_EXAMPLE = "+46 70 123 45 67"


class Unreadable(ValueError):
    """No single phone number can be read from what was typed. `sentence` says why, not translated
    yet, with `{example}` for a number of the clinic's country."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number: `number` in E.164, `extension` digits or "". Its repr omits both."""

    number: str
    extension: str = ""

    @property
    def stored(self) -> str:
        """The form in which it is stored."""
        return f"{self.number};ext={self.extension}" if self.extension else self.number

    def __repr__(self) -> str:
        return "Phone()"


def read(typed: str, country: str) -> Phone:
    """Return the number that somebody typed. One without a country code is of `country` (ISO
    3166-1), if that is known. Raises Unreadable."""
    text, extension = _without_extension(_plain(typed))
    if "*" in text.rstrip("* ") or "#" in text:  # a code of the network, such as *31#
        raise Unreadable(WORDS)
    _must_be_digits(text)
    parts = [part for part in _BETWEEN_TWO.split(text) if part]
    if len(parts) > 1 and all(_found(part, country) for part in parts):
        raise Unreadable(TWO_NUMBERS)
    found = _found(" ".join(parts), country)
    if found is None:
        raise Unreadable(_reason(text, country))
    return Phone(phonenumbers.format_number(found, PhoneNumberFormat.E164), extension)


def known(stored: str) -> Phone | None:
    """Return a stored number; None for one that could not be read."""
    match = _STORED.fullmatch(stored)
    return Phone(match[1], match[2] or "") if match else None


def kept(text: str) -> str:
    """Return the stored form of a number with a country code, however it is written; any other text
    as it is, for somebody who knows the country."""
    if not text or known(text):
        return text
    try:
        return read(text, "").stored
    except Unreadable:
        return text


@lru_cache(1_000)
def shown(stored: str) -> str:
    """Return a stored number as it is displayed everywhere, grouped; other text as it is."""
    phone = known(stored)
    if phone is None:
        return stored
    try:
        number = phonenumbers.parse(phone.number)
    except phonenumbers.NumberParseException:
        return stored
    grouped = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return f"{grouped} ext. {phone.extension}" if phone.extension else grouped


def dialled(text: str, country: str = "") -> str:
    """Return what follows `tel:` in a link for a stored number, or for one as somebody typed it."""
    phone = known(text)
    if phone is None:
        try:
            phone = read(text, country)
        except Unreadable:
            return re.sub(r"[^0-9+]", "", _digits(text))
    return phone.stored


def searched(text: str) -> set[str]:
    """Return the digits by which a number is looked for, as somebody typed it; none if it is no
    number."""
    text = _plain(text)
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) < 4 or re.search(r"[^0-9\s()+/.-]", text):
        return set()
    found = {digits, digits.lstrip("0")} - {""}
    number = _found(text, "")
    if number is not None:
        found.add(phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:])
    return found


def findable(stored: str) -> set[str]:
    """Return the digits by which a stored number is found: with the country, and as it is dialled
    within it."""
    phone = known(stored)
    if phone is None:
        return {re.sub(r"[^0-9]", "", _digits(stored))} - {""}
    number = phonenumbers.parse(phone.number)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return {phone.number[1:], re.sub(r"[^0-9]", "", national)}


def hint(sentence: str, country: str) -> str:
    """Return a translated sentence with an example of the country in it."""
    return sentence.format(example=example(country))


@lru_cache(300)
def example(country: str) -> str:
    """Return a mobile number of the country, for hints: with the country code."""
    number = country and phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    if not number:
        return _EXAMPLE
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def countries() -> frozenset[str]:
    """Return the countries whose numbers can be read, ISO 3166-1."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


# --- reading ---------------------------------------------------------------------------------


def _digits(text: str) -> str:
    """Return the text with all digits in ASCII, whatever the script."""
    return "".join(
        str(unicodedata.decimal(c, "")) if unicodedata.decimal(c, None) is not None else c
        for c in text
    )


def _plain(typed: str) -> str:
    """Return what of a number is visible, in plain signs, without a label such as “Mobile:”."""
    text = _digits(one_line(unicodedata.normalize("NFKC", typed)))
    text = _DASHES.sub("-", text).strip(" .:-")
    for label in (_LABEL, _OTHER_LABEL):
        match = label.match(text)
        if match:
            text = text[match.end() :].strip()
    after = re.search(r"(?<![\s(])[\s(]++([^\W\d_]{2,20})[.)]*$", text)
    if after and _LABEL.fullmatch(after[1]):
        text = text[: after.start()]
    return re.sub(r"^\+[+\s]*", "+", text)


def _without_extension(text: str) -> tuple[str, str]:
    match = _EXTENSION.search(text)
    if match and match.end() == len(text) and sum(c.isdigit() for c in text[: match.start()]) > 5:
        return text[: match.start()], match[1]
    return text, ""


def _must_be_digits(text: str) -> None:
    """Raise Unreadable for letters: phonenumbers would take them for the keys of a phone."""
    bare = _BETWEEN_TWO.sub(" ", text)
    letters = {c for c in bare if c.isalpha()}
    if not letters:
        return
    digits = sum(c.isdigit() for c in bare)
    raise Unreadable(LETTER_O if letters <= set("oOОо") and digits > 3 else WORDS)


def _found(text: str, country: str) -> PhoneNumber | None:
    """Return the first reading that is a number: as it is, then with the prefixes by which other
    countries dial abroad, then with a + too many or too few."""
    bare = text.strip()
    digits = re.sub(r"[^0-9]", "", bare)
    readings = [bare]
    if _begins_with_own_code(digits, country):
        readings.insert(0, "+" + digits)
    if digits.removeprefix("00").startswith("521") and len(digits.removeprefix("00")) == 13:
        readings.append("+52" + digits.removeprefix("00")[3:])  # Mexico's mobile mark until 2019
    readings += ["+" + digits[len(p) :] for p in ("00", "011") if digits.startswith(p)]
    if bare.startswith("+0"):
        readings.append(digits)
    elif not bare.startswith("+") and len(digits) > 9:
        readings.append("+" + digits)
    for reading in readings:
        number = _parsed(reading, country)
        if number is not None:
            return number
    return None


def _begins_with_own_code(digits: str, country: str) -> bool:
    """Whether digits without a + are the country's own code and a mobile number: 49 171 1234567 is
    no number of Leer in Germany, whose area code is 0491 and is dialled with the 0."""
    code = str(phonenumbers.country_code_for_region(country)) if country else "0"
    if code in ("0", "1") or not digits.startswith(code):
        return False
    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) in _MOBILE


def _parsed(reading: str, country: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(reading, country or None)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) or _is_plausible(number) else None


def _is_plausible(number: PhoneNumber) -> bool:
    """Whether it is as long as a mobile number and begins like one that exists: ranges that are
    new, or set aside for examples such as 07700 900123, are in no list of valid ones."""
    if (
        phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
        != ValidationResult.IS_POSSIBLE
    ):
        return False
    national = phonenumbers.national_significant_number(number)
    for digit in "0123456789":
        other = PhoneNumber()
        other.merge_from(number)
        other.national_number = int(national[:4] + digit * (len(national) - 4))
        if phonenumbers.number_type(other) in _MOBILE:
            return True
    return False


_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def _reason(text: str, country: str) -> str:
    """Return why no number can be read: a sentence that is translated where it is displayed."""
    if len([part for part in _BETWEEN_TWO.split(text) if sum(map(str.isdigit, part)) > 2]) > 1:
        return TWO_NUMBERS
    pieces = text.split()
    for place in range(1, len(pieces)):
        both = (" ".join(pieces[:place]), " ".join(pieces[place:]))
        if all(_found(piece, country) for piece in both):
            return TWO_NUMBERS
    digits = sum(c.isdigit() for c in text)
    if digits < 7:
        return TOO_SHORT
    if digits > 17:
        return TOO_LONG
    if not country and not text.startswith(("+", "00")):
        return NO_COUNTRY
    return NO_NUMBER
