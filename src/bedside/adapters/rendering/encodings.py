"""The encoding of a text: by its mark, by its bytes, by the language in which its letters make
sense, and else by charset-normalizer, which needs longer texts."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bedside.adapters.rendering import letters as letters_of

_MARKS = (
    (codecs.BOM_UTF8, "utf_8_sig"),
    (codecs.BOM_UTF32_LE, "utf_32"),
    (codecs.BOM_UTF32_BE, "utf_32"),
    (codecs.BOM_UTF16_LE, "utf_16"),
    (codecs.BOM_UTF16_BE, "utf_16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_ENDS = b"\x00\x1a"
_HL7 = b"\x0b\x1c"
"""Around a message of HL7 on the wire (MLLP)."""
_MIN_SURE = 0.25
_OWN, _RARER = 0.35, 0.02
_SAMPLE = 8 * 1024

NAMES = {
    "ascii": "ASCII",
    "utf_8": "UTF-8",
    "utf_8_sig": "UTF-8",
    "utf_16": "UTF-16",
    "utf_16_le": "UTF-16",
    "utf_16_be": "UTF-16",
    "utf_32": "UTF-32",
    "mac_roman": "Mac Roman",
    "koi8_r": "KOI8-R",
    "koi8_u": "KOI8-U",
    "shift_jis": "Shift-JIS",
    "cp932": "Shift-JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "big5hkscs": "Big5",
    "cp949": "EUC-KR",
    "cp950": "Big5",
    "mac_latin2": "Mac Central European",
    "mac_cyrillic": "Mac Cyrillic",
    "euc_kr": "EUC-KR",
    "euc_jp": "EUC-JP",
    "iso2022_jp": "ISO-2022-JP",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the codec it was read by, and whether that was a guess."""

    text: str
    codec: str
    guessed: bool = False

    @property
    def name(self) -> str:
        """The encoding's name for a person, e.g. “Windows-1250”; "" for plain ASCII."""
        if self.codec == "ascii":
            return ""
        known = NAMES.get(self.codec)
        if known:
            return known
        page = re.fullmatch(r"cp(12\d\d|874)", self.codec)
        if page:
            return f"Windows-{page[1]}"
        return self.codec.upper().replace("ISO8859_", "ISO-8859-").replace("_", "-")


def decoded(data: bytes, language: str = "") -> Decoded | None:
    """Decode a text; None if it is none in any usual encoding. `language` is the clinic's."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _strictly(data, codec, guessed=False)
    data = data.rstrip(_ENDS) if not _is_wide(data) else data
    if _is_wide(data):
        return _wide(data)
    data = data.strip(_HL7 + b"\r\n") if data[:1] == b"\x0b" else data
    if b"\x00" in data:
        return None
    if b"\x1b$" in data and (japanese := _strictly(data, "iso2022_jp")):
        return japanese
    for codec in ("ascii", "utf_8"):
        if found := _strictly(data, codec, guessed=False):
            return found
    return _guessed(data, language)


def _strictly(data: bytes, codec: str, *, guessed: bool = True) -> Decoded | None:
    try:
        text = data.decode(codec)
    except (UnicodeError, LookupError):
        return None
    return Decoded(_readable(text), codec, guessed)


def _readable(text: str) -> str:
    """Return text without the signs that only devices need: an end of file, a backspace, frames of
    a protocol. Letters struck with a backspace become one."""
    text = text.rstrip("\x00\x1a")
    text = re.sub(r"[^\x08\n]\x08", "", text)
    return text.translate({0x08: None, 0x0B: "\n", 0x1C: "\n", 0x1A: None, 0x85: "\n"})


def _is_wide(data: bytes) -> bool:
    """Whether every second byte is mostly zero or alike: UTF-16 without its mark."""
    sample = data[: 4096 - len(data) % 2] if len(data) > 4096 else data
    if len(sample) < 4 or (len(data) % 2 and len(data) < 4096):
        return False
    half = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return max(even, odd) > 0.3 * half and min(even, odd) < 0.1 * half


def _wide(data: bytes) -> Decoded | None:
    sample = data[:4096]
    codec = "utf_16_le" if sample[1::2].count(0) > sample[::2].count(0) else "utf_16_be"
    found = _strictly(data[: len(data) - len(data) % 2], codec)
    return found if found and "\x00" not in found.text else None


def _guessed(data: bytes, language: str) -> Decoded | None:
    sample = _sample(data)
    best, highest = "", _MIN_SURE
    for codec, reached in _scores(sample, language):
        if reached > highest:
            best, highest = codec, reached
    if best and (found := _strictly(data, best)):
        return found
    # Imported only now: few texts need it, and it takes longer to load than to read them.
    from charset_normalizer import from_bytes

    likely = from_bytes(sample).best()
    for codec in (likely.encoding if likely else "", best, "cp1252"):
        if codec and is_text(text := data.decode(codec, "replace")):
            return Decoded(_readable(text), codec, guessed=True)
    return None


def _scores(sample: bytes, language: str) -> Iterator[tuple[str, float]]:
    """Yield how well the sample reads in each usual codec; the clinic's language is likelier."""
    read: dict[str, str | None] = {}
    for known, (codecs_of, letters) in letters_of.ALPHABETS.items():
        for place, codec in enumerate(codecs_of):
            if codec not in read:
                read[codec] = _text_in(sample, codec)
            if (text := read[codec]) is not None:
                likelier = _OWN if known == language else 0.0
                yield codec, letters_of.score(text, letters) + likelier - place * _RARER
    for codecs_of, fit in letters_of.IDEOGRAPHS:
        for codec in codecs_of:
            if (text := _text_in(sample, codec)) is not None:
                yield codec, letters_of.score_ideographs(text, fit)


def _text_in(sample: bytes, codec: str) -> str | None:
    try:
        return sample.decode(codec)
    except UnicodeError:
        return None


def _sample(data: bytes) -> bytes:
    """Return the first lines with letters beyond ASCII."""
    lines = [line for line in data.splitlines(keepends=True) if not line.isascii()]
    sample = b""
    for line in lines:
        if len(sample) + len(line) > _SAMPLE:
            break
        sample += line
    return sample or data[:_SAMPLE]


def is_text(text: str) -> bool:
    """Whether this looks like something that people write, and not like bytes of a program."""
    controls = len(_CONTROLS.findall(text))
    unknown = text.count("\ufffd")
    return controls <= len(text) // 500 and unknown <= len(text) // 50 + 1
