"""Names of files, as people give them and programs write them.

One name has one spelling here (NFC), shows what it holds, and holds what is seen: devices write
letters in two ways, spaces in a dozen, and signs that nobody sees may hide an ending or turn the
direction of a text.
"""

import re
import unicodedata
from collections.abc import Callable
from pathlib import PurePath

from bedside.files import media_types

LONGEST = 180
"""Characters of a name that are kept."""
_LONGEST_ENDING = 20
_JOINER, _NON_JOINER = "\u200d", "\u200c"
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show nothing, of which a name could be made that nobody sees."""
_NOT_IN_NAMES = frozenset('<>:"|?*')
_VIRAMA = 9
"""The combining class of the signs that join consonants in Indic scripts."""
_ALSO_CALLED = {
    ".jpg": (".jpeg", ".jfif"),
    ".tiff": (".tif",),
    ".heic": (".heif", ".hif"),
    ".mp4": (".m4v", ".3gp", ".3gpp", ".3g2"),
    ".mov": (".qt",),
}
_ARABIC = "AL"
_PICTOGRAPHS = frozenset({"So", "Sk"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})


def safe_name(name: str) -> str:
    """Return a file name without path, unseen signs or excess length; never empty.

    Every kind of space becomes a plain one: some are not seen to be different, and systems write
    them between a time and its “PM”.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(_kept(last, at) for at in range(len(last)))
    return shortened(kept.strip(" ."), LONGEST).strip(" .") or "file"


def titled(title: str, ending: str) -> str:
    """Return the name of a file that has a title, such as “Blood test of 3/12”: a slash in it
    begins no folder."""
    return safe_name(re.sub(r"[/\\]", "-", title) + ending)


def _kept(name: str, at: int) -> str:
    """Return what becomes of one character."""
    character = name[at]
    if character in "\t\n\r" or unicodedata.category(character) in _SPACES:
        return " "
    if character in (_JOINER, _NON_JOINER):
        return character if _joins(name, at) else ""
    is_seen = character.isprintable() and character not in _BLANK
    return character if is_seen and character not in _NOT_IN_NAMES else ""


def _joins(name: str, at: int) -> bool:
    """Whether a joiner stands where it changes what is seen: between pictures that make up one, in
    Indic syllables, and between letters of scripts that connect them (RFC 5892, A.1 and A.2)."""
    before, after = name[at - 1 : at], name[at + 1 : at + 2]
    if not before or not after:
        return False
    if name[at] == _JOINER and _is_pictograph(name[:at]) and _is_pictograph(after):
        return True
    if _VIRAMA in (unicodedata.combining(before), unicodedata.combining(after)):
        return True
    base = next((c for c in reversed(name[:at]) if not unicodedata.combining(c)), "")
    sides = [one for one in (base, after) if one]
    is_word = len(sides) == 2 and all(one.isalnum() for one in sides)
    return is_word and any(unicodedata.bidirectional(one) == _ARABIC for one in sides)


def _is_pictograph(text: str) -> bool:
    last = text.rstrip("\ufe0f")[-1:]
    return bool(last) and unicodedata.category(last) in _PICTOGRAPHS


def split_ending(name: str) -> tuple[str, str]:
    """Return a name's stem and its ending with the dot; an ending that is too long is none."""
    ending = PurePath(name).suffix
    if not 1 < len(ending) <= _LONGEST_ENDING:
        return name, ""
    return name[: -len(ending)], ending


def shortened(name: str, most: int, measure: Callable[[str], int] = len) -> str:
    """Return a name of at most `most` characters, or of what `measure` counts, with its ending.

    Nothing is cut within what is seen as one letter or picture.
    """
    if measure(name) <= most:
        return name
    stem, ending = split_ending(name)
    low, high = 0, len(stem)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(stem[:middle] + ending) <= most else (low, middle - 1)
    while low and _continues(stem, low):
        low -= 1
    return stem[:low].rstrip() + ending


def _continues(text: str, at: int) -> bool:
    """Whether the character at `at` belongs to the one before it."""
    character = text[at : at + 1]
    if not character:
        return False
    is_part = unicodedata.category(character) in {"Mn", "Mc", "Me"}
    is_modifier = "\U0001f3fb" <= character <= "\U0001f3ff"
    joined = _JOINER in (character, text[at - 1]) or unicodedata.combining(text[at - 1]) == _VIRAMA
    return is_part or is_modifier or joined


def name_of_type(name: str, media_type: str) -> str:
    """Return a file's name, or a label in its place, with the extension of its true type."""
    extension = media_types.extension(media_type)
    path = PurePath(name)
    if path.suffix.lower() in (extension, *_ALSO_CALLED.get(extension, ())):
        return name
    known = {t.extension for t in media_types.MEDIA_TYPES.values()} | {".jpeg", ".tif"}
    stem = path.stem if path.suffix.lower() in known else name
    return f"{stem}{extension}"
