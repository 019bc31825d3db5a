"""Texts as the world writes them: every usual encoding, with and without a hint."""

import os

import pytest

from bedside.adapters.rendering.encodings import decoded
from bedside.adapters.rendering.limits import Refused
from bedside.adapters.rendering.text import derive, examine
from bedside.files import media_types as types
from bedside.files.readings import reading_of
from bedside.files.sniffing import HEAD_SIZE, sniff

pytestmark = pytest.mark.feature("F10")

TEXTS = {
    "Pacjent zgłasza ból głowy od środy, gorączkę i kaszel.": ("cp1250", "iso8859_2", "cp852"),
    "zgłasza ból głowy": ("cp1250", "iso8859_2"),
    "Pacient má příznaky chřipky, teplota 38,5 °C, kašel a rýmu.": ("cp1250", "iso8859_2"),
    "A beteg nőgyógyászati vizsgálata: fűtés, jól érzi magát.": ("cp1250", "iso8859_2"),
    "Pacijent ima kašlje već četiri dana, žedan.": ("cp1250", "iso8859_2"),
    "Prüfung der Gefäße: Größe 5 µm für Frau Öz.": ("cp1252", "cp850", "mac_roman"),
    "Le patient présente une fièvre élevée, douleur à l'épaule.": ("cp1252", "mac_roman"),
    "El niño tiene fiebre desde el miércoles, ¿alergias?": ("cp1252", "cp850", "mac_roman"),
    "O paciente não tem alergias; medicação às noites.": ("cp1252", "mac_roman"),
    "Patienten är trött och har ont i örat sedan påsk.": ("cp1252", "mac_roman"),
    "Patienten har smerter i øret og føler sig dårlig.": ("cp1252", "cp865"),
    "Пациент жалуется на головную боль и кашель.": ("cp1251", "koi8_r", "iso8859_5", "cp866"),
    "ВЫПИСКА ИЗ ИСТОРИИ БОЛЕЗНИ": ("cp1251", "koi8_r"),
    "Пацієнт скаржиться на головний біль.": ("cp1251", "koi8_u"),
    "Ο ασθενής παραπονιέται για πονοκέφαλο.": ("cp1253", "iso8859_7"),
    "Hastanın şikayeti: baş ağrısı, öksürük ve ateş.": ("cp1254",),
    "Pacientas skundžiasi galvos skausmu, čiaudėjimu.": ("cp1257",),
    "المريض يشكو من صداع شديد وسعال منذ يومين.": ("cp1256", "iso8859_6"),
    "המטופל מתלונן על כאב ראש חזק.": ("cp1255", "iso8859_8"),
    "患者は三日前から頭痛を訴えています。薬：なし": ("cp932", "euc_jp", "iso2022_jp"),
    "患者自述头痛三天，无发热。": ("gbk", "gb18030"),
    "病人自述頭痛三天，沒有發燒。": ("big5",),
    "환자는 사흘 전부터 두통을 호소합니다.": ("cp949",),
    "ผู้ป่วยมีอาการปวดศีรษะมาสามวัน": ("cp874",),
}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    ("text", "codec"), [(text, codec) for text, codecs in TEXTS.items() for codec in codecs]
)
def test_a_line_of_text_is_read(text: str, codec: str, language: str) -> None:
    data = text.encode(codec)
    assert sniff(data, "a.txt").media_type == types.PLAIN
    found = decoded(data, language)
    assert found is not None
    assert (found.text, found.guessed) == (text, True)


@pytest.mark.parametrize("codec", ["cp1252", "cp850", "mac_roman"])
def test_the_clinics_language_decides_what_one_word_leaves_open(codec: str) -> None:
    found = decoded("Größe;Müller;Köln".encode(codec), "de")
    assert found is not None
    assert found.text == "Größe;Müller;Köln"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Größe 1,80".encode("utf-16-le"), "Größe 1,80"),
        ("Größe 1,80 m".encode("utf-16-be"), "Größe 1,80 m"),
        ("Größe".encode("utf-32"), "Größe"),
        (b"all well\r\n\x1a", "all well\r\n"),
        (b"all well\x00", "all well"),
        ("Größe\r\n\x1a".encode("cp850"), "Größe\r\n"),
        (b"\x0bMSH|^~\\&|LAB\rPID|1\r\x1c\r", "MSH|^~\\&|LAB\rPID|1"),
        (b"page 1\x0cpage 2", "page 1\x0cpage 2"),
        (b"so\x08 it is _\x08important", "s it is important"),
    ],
)
def test_what_devices_add_to_texts_is_no_obstacle(data: bytes, text: str) -> None:
    assert sniff(data, "a.txt").media_type == types.PLAIN
    found = decoded(data, "de")
    assert found is not None
    assert found.text == text
    examine(data, types.PLAIN)


def test_bytes_of_no_text_are_refused() -> None:
    for data in (os.urandom(3000), bytes(range(256)), b"a\x00b\x00\x00c", b"\xff\xfe\x00\xd8"):
        assert sniff(data[:HEAD_SIZE], "a.txt").refusal or decoded(data) is None
        with pytest.raises(Refused, match="damaged_text"):
            examine(data, types.PLAIN)


def test_the_reading_names_the_encoding() -> None:
    made = derive("Größe".encode("cp850"), types.PLAIN, "de")
    reading = reading_of(made.derivatives[0].data)
    assert (reading.encoding, reading.guessed, made.text) == ("CP850", True, "Größe")
    plain = reading_of(derive(b"all well", types.PLAIN).derivatives[0].data)
    assert plain.encoding == ""
    marked = reading_of(derive("Größe".encode("utf-16"), types.PLAIN).derivatives[0].data)
    assert (marked.encoding, marked.guessed) == ("UTF-16", False)


def test_a_long_text_is_read_by_its_first_lines() -> None:
    text = "plain words only\n" * 50_000 + "Überweisung für Frau Müller\n" * 1_000
    found = decoded(text.encode("cp1252"), "en")
    assert found is not None
    assert found.text == text
