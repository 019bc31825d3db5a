"""Rich Text Format (Microsoft's specification 1.9.1)."""

import codecs
import re
from dataclasses import dataclass, replace

from bedside.adapters.rendering.limits import Refused

_OBJECT = re.compile(rb"\\(?:objdata|objupdate|objocx|objautlink|objlink)\b")
_TOKEN = re.compile(
    rb"\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,10})? ?"
    rb"|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<symbol>[^a-z])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+",
    re.DOTALL,
)
_SILENT = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"themedata", b"datastore"}
    | {b"colorschememapping", b"listtable", b"listoverridetable", b"generator", b"xmlnstbl"}
    | {b"latentstyles", b"rsidtbl", b"fldinst", b"object", b"objdata", b"filetbl"}
)
_SIGNS = {
    **{b"par": "\n", b"line": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t", b"page": "\f"},
    **{b"emdash": "—", b"endash": "–", b"bullet": "•"},
    **{b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”"},
}
_PAGES = {b"mac": "mac_roman", b"pc": "cp437", b"pca": "cp850"}
_CHARSETS = {
    **{0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030"},
    **{136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256"},
    **{186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850"},
}
_FONT = re.compile(
    rb"\\f(\d{1,5})(?:\\[a-eg-z][a-z]*-?\d*|\\f(?!charset|\d)[a-z]+\d*|[ \r\n])*?"
    rb"\\fcharset(\d{1,3})"
)
_FONT_TABLE_WITHIN = 1024 * 1024
_TEMPLATE = re.compile(rb"(\{\\\*\s*\\template\b)([^{}]*)", re.IGNORECASE)
_LOCAL_TEMPLATE = re.compile(rb"\s*+(?:[A-Za-z]:\\\\[^\\]|[\w .-]*+\s*+$)")
_MAX_DEPTH = 5_000


def check(data: bytes) -> None:
    """Raise Refused if an object is embedded or the groups are not balanced."""
    if _OBJECT.search(data):
        raise Refused("active_content")
    if not data.rstrip(b"\x00\r\n\t ").endswith(b"}"):
        raise Refused("damaged_document")


def words(data: bytes) -> str:
    """Extract the text that a reader sees."""
    reader = _Reader(_fonts(data))
    for token in _TOKEN.finditer(data):
        if not reader.take(token):
            break
    reader.flush()
    text = "".join(reader.out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.strip()


@dataclass(slots=True)
class _State:
    """The properties that a group inherits and may change for itself."""

    silent: bool = False
    codec: str = ""
    replaced: int = 1
    """Bytes that stand for a \\u letter in readers that do not know it (\\uc)."""


class _Reader:
    def __init__(self, fonts: dict[int, str]) -> None:
        self.out: list[str] = []
        self._fonts = fonts
        self._state = _State()
        self._above: list[_State] = []
        self._page = "cp1252"
        self._bytes = bytearray()
        self._skip = 0

    def take(self, token: re.Match[bytes]) -> bool:
        """Read one token. Returns False where groups are nested too deeply."""
        brace, word = token["brace"], token["word"]
        if brace == b"{":
            self.flush()
            self._above.append(replace(self._state))
            return len(self._above) <= _MAX_DEPTH
        if brace == b"}":
            self.flush()
            self._state = self._above.pop() if self._above else _State()
        elif token["symbol"] == b"*" or word in _SILENT:
            self._state.silent = True
        elif word is not None:
            self._word(word, token["number"])
        elif not self._state.silent:
            self._literal(token)
        return True

    def flush(self) -> None:
        """Decode the bytes read so far: letters of some code pages take two of them."""
        if self._bytes:
            codec = self._state.codec or self._page
            self.out.append(self._bytes.decode(codec, "replace"))
            self._bytes.clear()

    def _word(self, word: bytes, number: bytes | None) -> None:
        value = int(number) if number else 0
        if word in _PAGES:
            self._page = _PAGES[word]
        elif word == b"ansicpg":
            self._page = _codec(f"cp{value}") or self._page
        elif word in {b"f", b"plain"}:
            self.flush()
            self._state.codec = self._fonts.get(value, "") if word == b"f" else ""
        elif word == b"uc":
            self._state.replaced = min(value, 8)
        elif not self._state.silent:
            self.flush()
            if word == b"u" and number:
                self.out.append(chr(value % 65_536))
                self._skip = self._state.replaced
            else:
                self.out.append(_SIGNS.get(word, ""))

    def _literal(self, token: re.Match[bytes]) -> None:
        symbol = token["symbol"]
        letters = bytes([int(token["hex"], 16)]) if token["hex"] else token["text"] or b""
        if symbol in {b"\\", b"{", b"}"}:
            letters = symbol
        skipped = min(self._skip, len(letters))
        self._skip -= skipped
        self._bytes += letters[skipped:]
        if symbol in {b"~", b"_"}:
            self.flush()
            self.out.append(" " if symbol == b"~" else "-")


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _fonts(data: bytes) -> dict[int, str]:
    """Return the codec of each font of the table that has one of its own."""
    found: dict[int, str] = {}
    for font, charset in _FONT.findall(data[:_FONT_TABLE_WITHIN]):
        codec = _CHARSETS.get(int(charset), "")
        if codec:
            found[int(font)] = codec
    return found


def without_template(data: bytes) -> bytes:
    """Return the document with the template blanked if it is on another computer."""

    def blanked(found: re.Match[bytes]) -> bytes:
        if _LOCAL_TEMPLATE.match(found[2]):
            return found[0]
        return found[1] + b" " * len(found[2])

    return _TEMPLATE.sub(blanked, data)
