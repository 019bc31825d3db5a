"""How the catalogues write: the signs of each language, formal address, one word for one thing.

What is one word for one thing stands in docs/contributing/languages.md.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bedside.notifications.sms_parts import sms_parts
from scripts import catalogues

pytestmark = pytest.mark.feature("P4")

_TABLE = Path(__file__).parents[2] / "docs" / "contributing" / "languages.md"
_COLUMNS = ("es", "fr", "de")
_FAMILIAR = {
    "es": r"\b(?:tú|tu|tus|te|ti|contigo|vosotros|vosotras|vuestr\w+|haz)\b",
    "fr": r"\b(?:tu|te|toi|ton|ta|tes)\b",
    "de": r"\b(?:du|dich|dir|dein\w*|euch|euer|eure\w*)\b",
}
_QUOTATION_MARKS = {"es": "«»", "fr": "«»", "de": "„“"}
_ALL_QUOTATION_MARKS = '«»„“”"'
_BARE_SIGN = re.compile(r"(?<!\u202f)[:;?!»](?=\s|<|$)|«(?!\u202f)|\w'\w")
_ALSO_A_MESSAGE = "There is something for you here:"
"""Sent by SMS, and has no field by which that could be told."""
_ONLY_A_SUBJECT = "{clinic}: back to your visit"
"""Of an e-mail."""
_NAMED = re.compile("“([^”]+)”")
_ADDRESS = re.compile(r"https?://|\w\?\w")


@cache
def sentences(language: str) -> tuple[tuple[str, str], ...]:
    """Return the English of each translation (of the plural, if there is one), and each form."""
    found: list[tuple[str, str]] = []
    for message in catalogues.read(catalogues.path_of(language), language):
        if message.id and isinstance(message.string, str):
            found.append((str(message.id), message.string))
        elif message.id:
            found += [(message.id[-1], form) for form in message.string]
    return tuple(found)


def is_plain_message(text: str) -> bool:
    """Return whether a text can be an SMS in the alphabet of 160 signs."""
    return sms_parts(text * 20).because_of == ""


# --- signs ----------------------------------------------------------------------------------------


def french_faults(text: str) -> list[str]:
    """Return the signs of a French text that have another space than the narrow one, or none."""
    if is_plain_message(text) and "{" in text:
        return []
    return _BARE_SIGN.findall(_ADDRESS.sub("", text))


def test_french_has_its_spaces_and_apostrophes() -> None:
    for english, text in sentences("fr"):
        assert english == _ALSO_A_MESSAGE or french_faults(text) == [], text


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("Qui est-ce\u202f?", True),
        ("Qui est-ce?", False),
        ("Qui est-ce ?", False),
        ("Qui est-ce\u00a0?", False),
        ("«\u202fAutoriser\u202f»", True),
        ("« Autoriser »", False),
        ("l’appel de 8:30", True),
        ("l'appel terminé à l’hôpital", False),
        ("{clinic} : l'appel commence", True),
        ("{clinic} : l'hôpital", False),
    ],
)
def test_what_is_wrong_in_french_is_found(text: str, is_right: bool) -> None:
    assert (french_faults(text) == []) == is_right


def test_text_messages_in_french_stay_in_the_short_alphabet() -> None:
    """One sign outside of it halves what a part of an SMS holds."""
    for english, text in sentences("fr"):
        if english.startswith("{clinic}:") and english != _ONLY_A_SUBJECT:
            assert is_plain_message(text), text


def test_spanish_opens_what_it_asks() -> None:
    for _english, text in sentences("es"):
        without = _ADDRESS.sub("", text).replace("??", "")  # of an optional part of a letter
        assert without.count("¿") == without.count("?"), text
        assert without.count("¡") == without.count("!"), text


@pytest.mark.parametrize("language", _COLUMNS)
def test_quotations_have_the_marks_of_the_language(language: str) -> None:
    opening, closing = _QUOTATION_MARKS[language]
    for _english, text in sentences(language):
        without = re.sub(r"<[^<>]*>", "", text)
        others = set(without) & set(_ALL_QUOTATION_MARKS) - {opening, closing}
        assert not others, text
        assert without.count(opening) == without.count(closing), text


@pytest.mark.parametrize(("language", "between"), [("es", ""), ("fr", "\u202f"), ("de", ".")])
def test_thousands_are_set_apart_as_the_language_does(language: str, between: str) -> None:
    """Four digits stay together in Spanish."""
    for english, text in sentences(language):
        if re.search(r"\b\d,\d{3}\b", english):
            assert re.search(rf"\b\d{re.escape(between)}\d{{3}}\b", text), text


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", _COLUMNS)
def test_nobody_is_addressed_familiarly(language: str) -> None:
    familiar = re.compile(_FAMILIAR[language], re.IGNORECASE)
    for english, text in sentences(language):
        said = set(familiar.findall(text)) - set(re.findall(r"\w+", english))
        assert not said, text


@pytest.mark.parametrize("language", _COLUMNS)
def test_a_button_is_called_the_same_where_a_sentence_names_it(language: str) -> None:
    labels = {english: text.replace("\u00ad", "") for english, text in sentences(language)}
    for english, text in sentences(language):
        for named in set(_NAMED.findall(english)) & set(labels):
            assert labels[named].casefold() in text.casefold(), text


def table() -> Iterator[tuple[str, str, list[str], list[str]]]:
    """Yield the language, the English, the words and those not used, of each cell of the table."""
    lines = _TABLE.read_text("utf-8").splitlines()
    start = lines.index("| English | Spanish | French | German |")
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return
        english, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        for language, cell in zip(_COLUMNS, cells, strict=True):
            never = re.findall(r"~~([^~]+)~~", cell)
            plain = re.sub(r"~~[^~]+~~|\([^)]*\)", "", cell)
            used = [word.strip() for word in plain.split(",") if word.strip()]
            yield language, english, used, never


def test_the_table_has_its_words() -> None:
    assert len(list(table())) > 100


@pytest.mark.parametrize("language", _COLUMNS)
def test_one_word_is_used_for_one_thing(language: str) -> None:
    texts = [text.casefold() for _english, text in sentences(language)]
    whole = "\n".join(texts)
    for spoken, english, used, never in table():
        if spoken != language:
            continue
        for word in used:
            assert word.casefold() in whole, f"{english}: nobody says “{word}”"
        for word in never:
            stands = re.compile(rf"\b{re.escape(word.casefold())}")
            assert not [text for text in texts if stands.search(text)], f"{english}: “{word}”"
