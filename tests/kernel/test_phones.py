"""Phone numbers as people type them, from many countries."""

import pytest

from bedside.kernel import phones

pytestmark = pytest.mark.feature("N1")


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("070-123 45 67", "SE", "+46701234567"),
        ("07700 900123", "GB", "+447700900123"),
        ("(415) 555-0100", "US", "+14155550100"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("0171/1234567", "DE", "+491711234567"),
        ("347 123 4567", "IT", "+393471234567"),
        ("06 6982 0000", "IT", "+390669820000"),
        ("8 912 345-67-89", "RU", "+79123456789"),
        ("021 123 4567", "NZ", "+64211234567"),
        ("98765 43210", "IN", "+919876543210"),
        ("11 96123-4567", "BR", "+5511961234567"),
        ("612 34 56 78", "ES", "+34612345678"),
        ("+45 20 12 34 56", "SE", "+4520123456"),
        # the zero of the country, kept in brackets or by mistake
        ("+44 (0)7700 900123", "SE", "+447700900123"),
        ("0044 (0) 7700 900123", "SE", "+447700900123"),
        ("+46 0701234567", "GB", "+46701234567"),
        ("+460701234567", "GB", "+46701234567"),
        ("+380 (050) 123 45 67", "SE", "+380501234567"),
        ("+41 (0)79 123 45 67", "DE", "+41791234567"),
        # dialled from abroad
        ("00 46 70 123 45 67", "SE", "+46701234567"),
        ("011 46 70 123 45 67", "US", "+46701234567"),
        ("0046701234567", "US", "+46701234567"),
        ("++46701234567", "SE", "+46701234567"),
        ("46701234567", "SE", "+46701234567"),
        # what is beside the number
        ("Mobile: +46 70 1234567", "SE", "+46701234567"),
        ("Handy: 0171 1234567", "DE", "+491711234567"),
        ("tel:+46701234567", "SE", "+46701234567"),
        ("tel. 070 123 45 67", "SE", "+46701234567"),
        ("Portable : 06 12 34 56 78", "FR", "+33612345678"),
        ("+46701234567 mobil", "SE", "+46701234567"),
        ("06 12 34 56 78 (portable)", "FR", "+33612345678"),
        # signs that nobody sees, and those of other scripts
        ("\u202a+46 70 123 45 67\u202c", "SE", "+46701234567"),
        ("\u200e+46701234567", "SE", "+46701234567"),
        ("\ufeff070\u00a0123\u202f45\u200967", "SE", "+46701234567"),
        ("070\u2011123\u201345\u221267", "SE", "+46701234567"),
        ("＋４６ ７０ １２３ ４５ ６７", "SE", "+46701234567"),
        ("٠٧٠ ١٢٣ ٤٥ ٦٧", "SE", "+46701234567"),
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", "+989123456789"),
        ("९८७६५ ४३२१०", "IN", "+919876543210"),
        # extensions are kept apart
        ("+1 415 555 0100 ext. 12", "SE", "+14155550100;ext=12"),
        ("+1 415 555 0100 x12", "SE", "+14155550100;ext=12"),
        ("+1 415 555 0100,12", "SE", "+14155550100;ext=12"),
        ("(415) 555-0100 #345", "US", "+14155550100;ext=345"),
        ("030 901820 Durchwahl 12", "DE", "+4930901820;ext=12"),
        ("+14155550100;ext=12", "US", "+14155550100;ext=12"),
    ],
)
def test_what_is_clear_is_read(typed: str, country: str, stored: str) -> None:
    assert phones.read(typed, country).stored == stored
    assert phones.read(phones.shown(stored), "").stored == stored, "what is shown can be saved"


@pytest.mark.parametrize(
    ("typed", "country", "why"),
    [
        ("070 1 / 070 2", "SE", phones.TWO_NUMBERS),
        ("070 123 45 67 / 08 123 456 78", "SE", phones.TWO_NUMBERS),
        ("0701234567 0707654321", "SE", phones.TWO_NUMBERS),
        ("06 12 34 56 78 ou 01 23 45 67 89", "FR", phones.TWO_NUMBERS),
        ("0171/1234567 oder 030 901820", "DE", phones.TWO_NUMBERS),
        ("+46701234567, +46707654321", "SE", phones.TWO_NUMBERS),
        ("O70 123 45 67", "SE", phones.LETTER_O),
        ("0612 34 56 7o", "NL", phones.LETTER_O),
        ("call my sister 0701234567 please", "SE", phones.WORDS),
        ("1-800-FLOWERS", "US", phones.WORDS),
        ("abc", "SE", phones.WORDS),
        ("", "SE", phones.TOO_SHORT),
        ("1234", "SE", phones.TOO_SHORT),
        ("00000", "SE", phones.TOO_SHORT),
        ("+46", "SE", phones.TOO_SHORT),
        ("123456789012345678", "SE", phones.TOO_LONG),
        ("+46 70 123 45 6", "SE", phones.NO_NUMBER),
        ("1234567890", "US", phones.NO_NUMBER),
        ("+1 123 456 7890", "SE", phones.NO_NUMBER),
        ("+999 12345678", "SE", phones.NO_NUMBER),
        ("070-123 45 67", "", phones.NO_COUNTRY),
    ],
)
def test_what_is_not_clear_is_refused_in_words(typed: str, country: str, why: str) -> None:
    with pytest.raises(phones.Unreadable) as refused:
        phones.read(typed, country)
    assert refused.value.sentence == why
    assert "{" not in phones.hint(why, country)


def test_a_number_is_shown_grouped_and_dialled_whole() -> None:
    assert phones.shown("+46701234567") == "+46 70 123 45 67"
    assert phones.shown("+14155550100;ext=12") == "+1 415-555-0100 ext. 12"
    assert phones.shown("ask her sister") == "ask her sister"
    assert phones.dialled("+14155550100;ext=12") == "+14155550100;ext=12"
    assert phones.dialled("+44 (0)7700 900123") == "+447700900123"
    assert phones.dialled("08-123 456", "SE") == "+468123456"
    assert phones.dialled("08-123 456 (växel)") == "08123456"


@pytest.mark.parametrize(
    ("stored", "country", "spellings"),
    [
        ("+46701119988", "SE", ["0701119988", "+46 70 111 99 88", "070-111 99 88", "9988"]),
        ("+447700900123", "GB", ["+44 (0)7700 900123", "07700900123", "00447700900123"]),
        ("+46701119988", "SE", ["٠٧٠١١١٩٩٨٨", "\u202a0701119988\u202c", "Mobile: 070 111 99 88"]),
        ("+79123456789", "RU", ["8 912 345-67-89", "+7 912 345 67 89"]),
        ("+36201234567", "HU", ["06 20 123 4567", "+36 20 123 4567"]),
    ],
)
def test_a_number_is_found_in_any_spelling(stored: str, country: str, spellings: list[str]) -> None:
    endings = {
        number[-length:]
        for number in phones.findable(stored)
        for length in range(4, len(number) + 1)
    }
    for spelling in spellings:
        assert phones.searched(spelling) & endings, spelling
    assert not phones.searched("Maya")


def test_an_example_is_a_number_of_the_country() -> None:
    for country in ("SE", "US", "NZ", "IN", ""):
        assert phones.read(phones.example(country), country)


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("49 171 1234567", "DE", "+491711234567"),
        ("491711234567", "DE", "+491711234567"),
        ("0491 1234567", "DE", "+494911234567"),
        ("43 664 1234567", "AT", "+436641234567"),
        ("47 912 34 567", "NO", "+4791234567"),
        ("47 12 34 56", "NO", "+4747123456"),
        ("9198765432", "IN", "+919198765432"),
        ("+52 1 55 1234 5678", "MX", "+525512345678"),
        ("0052 1 55 1234 5678", "SE", "+525512345678"),
    ],
)
def test_the_country_s_own_code_without_a_plus(typed: str, country: str, stored: str) -> None:
    assert phones.read(typed, country).stored == stored


@pytest.mark.parametrize("typed", ["*31#0701234567", "#31#0701234567", "*#31#070 123 45 67"])
def test_a_code_of_the_network_is_no_other_country(typed: str) -> None:
    with pytest.raises(phones.Unreadable) as raised:
        phones.read(typed, "SE")
    assert raised.value.sentence == phones.WORDS
