"""Rich Text Format (Microsoft's specification 1.9.1)."""

import re

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
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t", b"page": "\f"}
_MAX_DEPTH = 5_000


def check(data: bytes) -> None:
    """Raise Refused if an object is embedded or the groups are not balanced."""
    if _OBJECT.search(data):
        raise Refused("active_content")
    if not data.rstrip(b"\x00\r\n\t ").endswith(b"}"):
        raise Refused("damaged_document")


def words(data: bytes) -> str:
    """Extract the text that a reader sees."""
    out: list[str] = []
    silent_above: list[bool] = []
    silent, skip = False, 0
    for token in _TOKEN.finditer(data):
        brace, word = token["brace"], token["word"]
        if brace == b"{":
            silent_above.append(silent)
            if len(silent_above) > _MAX_DEPTH:
                break
        elif brace == b"}":
            silent = silent_above.pop() if silent_above else False
        elif token["symbol"] == b"*" or word in _SILENT:
            silent = True
        elif silent:
            continue
        elif word == b"u" and token["number"]:
            out.append(chr(int(token["number"]) % 65_536))
            skip = 1
        elif word is not None:
            out.append(_BREAKS.get(word, ""))
        else:
            text = _literal(token)
            out.append(text[skip:])
            skip = 0 if text else skip
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _literal(token: re.Match[bytes]) -> str:
    if token["hex"]:
        return bytes([int(token["hex"], 16)]).decode("cp1252", "replace")
    if token["text"]:
        return token["text"].decode("cp1252", "replace")
    symbol = token["symbol"]
    if symbol in {b"\\", b"{", b"}"}:
        return symbol.decode()
    return {b"~": " ", b"_": "-"}.get(symbol or b"", "")
