"""A second opinion on file types: libmagic and Google's Magika.

They only ever refuse: a file that its own parser accepted is refused if one of them sees something
dangerous in it.
"""

import ctypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bedside.files import media_types as types

_MAGIC_MIME_TYPE = 0x10
_LOOKED_AT = 1024 * 1024
_REFUSALS = {
    "application/x-dosexec": "executable",
    "application/vnd.microsoft.portable-executable": "executable",
    "application/x-executable": "executable",
    "application/x-pie-executable": "executable",
    "application/x-sharedlib": "executable",
    "application/x-mach-binary": "executable",
    "application/java-archive": "executable",
    "application/x-java-applet": "executable",
    "application/x-ms-shortcut": "executable",
    "application/x-msi": "executable",
    "application/x-rar": "archive",
    "application/x-7z-compressed": "archive",
    "application/x-tar": "archive",
    "application/gzip": "archive",
    "text/html": "web_page",
    "image/svg+xml": "svg",
    "text/x-shellscript": "script",
    "text/x-msdos-batch": "script",
    "text/x-php": "script",
    "text/x-perl": "script",
    "text/x-ruby": "script",
    "application/javascript": "script",
    "application/hta": "script",
}
_SURE = 0.95
_CODE = frozenset(
    {"batch", "powershell", "shell", "javascript", "typescript", "vba", "php", "python", "perl"}
    | {"ruby", "lua", "hta", "applescript", "autohotkey", "html", "postscript", "asp", "jsp"}
)
_MIN_CODE = 64  # with fewer bytes Magika guesses


def objection(data: bytes, media_type: str) -> str:
    """Return the key of a refusal that the other judges call for, "" if they have none.

    Magika takes 0.2 s to load and is asked for text only: no structure distinguishes a letter from
    a program there. Everything else was parsed completely before.
    """
    seen = _libmagic(data[:_LOOKED_AT])
    refusal = _REFUSALS.get(seen, "")
    if refusal or media_type not in {types.PLAIN, types.CSV}:
        return refusal
    return "script" if len(data) >= _MIN_CODE and _is_code(data) else ""


@cache
def _library() -> tuple[ctypes.CDLL, int] | None:
    """Return libmagic and its open database, both from the wheel; None without the wheel."""
    found = find_spec("pylibmagic")
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0])
    try:
        library = ctypes.CDLL(str(folder / "libmagic.so.1"))
    except OSError:
        return None
    library.magic_open.restype = ctypes.c_void_p
    library.magic_load.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    library.magic_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    library.magic_buffer.restype = ctypes.c_char_p
    cookie = library.magic_open(_MAGIC_MIME_TYPE)
    if library.magic_load(cookie, str(folder / "magic.mgc").encode()) != 0:
        return None
    return library, cookie


def _libmagic(data: bytes) -> str:
    opened = _library()
    if opened is None:
        return ""
    library, cookie = opened
    seen: bytes | None = library.magic_buffer(cookie, data, len(data))
    return seen.decode() if seen else ""


def _is_code(data: bytes) -> bool:
    from magika import Magika

    seen = Magika().identify_bytes(data)
    return seen.ok and seen.output.label in _CODE and seen.score >= _SURE
