"""Commands in a PDF: which of them harm, which are only not run, and the copy without them.

Scripts that print or calculate, jumps into attached files and players of films come with many
official forms. They are never run here, and others get a copy without them. Refused is only what
starts programs, reaches for another computer, or is known from attacks (ISO 32000-1, 12.6).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

_MAX_NESTING = 100
_REFUSED = {"/Launch": "Bedside.PDF.Launch", "/ImportData": "Bedside.PDF.ImportData"}
_TO_FILES = frozenset({"/GoToE", "/GoToR", "/SubmitForm", "/Thread", "/URI"})
_REMOTE = re.compile(r"\A\s*+(?:file:)?+(?:\\\\|//)", re.IGNORECASE)
_FILM = "/RichMedia"

# A form made with Adobe's designer carries three scripts that ask for a newer reader; millions of
# official forms have them. These are the hashes of their shape, without texts, numbers and space.
_FORM_DESIGNER_SHAPES = frozenset(
    {
        "cf7f55bfe11bf04a527985fde5c9c6a8fc16de605e1a232fac536518dfc58880",
        "f9342cd0885061ff5dd69449fd6d36fb06c43b58a02f0ddeff9af3d8ef0fdb3f",
        "ed0c522867e10252c34c61d2f13d97146b5f3683ec0680274c97c2991cbcf9d8",
    }
)
# Scripts are untrusted, so no expression here may try twice what it has matched: possessive repeats
# (*+, ++, ?+) keep each of them linear.
_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*+)("?)')
_LONGEST = 100_000
"""Characters; the scripts of Adobe's designer have some thousand."""
_ADDRESS = re.compile(r"https?://(?:[a-z0-9-]+\.)*adobe\.com(?:/|\Z)", re.IGNORECASE)

# Field formats and sums that every reader implements itself; their arguments are literals only.
_LITERAL = r"""(?:"[^"\\]*"|'[^'\\]*'|-?[\d.]+|true|false)"""
_LITERALS = rf"\s*+{_LITERAL}?+(?:\s*+,\s*+{_LITERAL})*+\s*+"
_LIST = rf"(?:(?:new\s++Array\s*+\(|\[){_LITERALS}[)\]])"
_ARGUMENT = rf"(?:{_LITERAL}|{_LIST})"
_ARGUMENTS = rf"\s*+{_ARGUMENT}?+(?:\s*+,\s*+{_ARGUMENT})*+\s*+"
_FIELD_CALL = rf"AF[A-Za-z]++(?:_[A-Za-z]*+)?+\s*+\({_ARGUMENTS}\)"
_FIELD_SCRIPT = re.compile(rf"\s*+(?:{_FIELD_CALL}\s*+(?:;\s*+)?+)*+\Z")

# Functions that serve attacks and no form: they write and start files, or broke old readers.
_ATTACK = re.compile(
    r"nLaunch\s*+[:=]\s*+[12]"
    r"|Collab\s*+\.\s*+(?:collectEmailInfo|getIcon)"
    r"|util\s*+\.\s*+printf\s*+\(\s*+[\"']%\d{4}"
    r"|media\s*+\.\s*+newPlayer"
    r"|spell\s*+\.\s*+customDictionaryOpen"
    r"|(?:%u[0-9a-f]{4}){6}"
    r"|eval\s*+\(\s*+(?:unescape|String\s*+\.\s*+fromCharCode)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Commands:
    """The commands found: `refused` is the signature of the first that harms, "" if none does;
    `kept` whether there are others that are only not run."""

    refused: str = ""
    kept: bool = False


def commands_of(opened: pikepdf.Pdf) -> Commands:
    """Find the commands of a PDF. Every object is checked, including those within object streams,
    and dictionaries nested in them."""
    found = Commands()
    for dictionary in all_dictionaries(opened):
        signature = _signature(dictionary)
        if signature:
            found.refused = signature
            return found
        found.kept = found.kept or _is_kept(dictionary)
    return found


def all_dictionaries(opened: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every dictionary and stream, also those nested in others."""
    for found in opened.objects:
        yield from _dictionaries(found, 0)


def _dictionaries(value: Any, depth: int) -> Iterator[Any]:
    if depth > _MAX_NESTING:
        return
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        yield value
        children: list[Any] = [child for _, child in value.items()]
    elif isinstance(value, pikepdf.Array):
        children = list(value)
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _dictionaries(child, depth + 1)


def _kind(dictionary: Any) -> str:
    kind = dictionary.get("/S")
    return str(kind) if isinstance(kind, pikepdf.Name) else ""


def _signature(dictionary: Any) -> str:
    """Return the signature of a command that harms, ""."""
    kind = _kind(dictionary)
    if kind in _REFUSED:
        return _REFUSED[kind]
    if kind in _TO_FILES and _is_remote(dictionary.get("/F", dictionary.get("/URI"))):
        return "Bedside.PDF.RemoteFile"
    script = dictionary.get("/JS")
    if script is not None and _ATTACK.search(_text(script)[:_LONGEST]):
        return "Bedside.PDF.Exploit"
    return ""


def _is_remote(place: Any) -> bool:
    """Whether a file is on another computer: opening it gives the user's name and a hash of their
    password away."""
    if isinstance(place, pikepdf.Dictionary):
        if str(place.get("/FS", "")) == "/URL":
            return False
        place = place.get("/UF", place.get("/F"))
    return bool(_REMOTE.match(str(place))) if isinstance(place, pikepdf.String) else False


def _is_kept(dictionary: Any) -> bool:
    """Whether it is a command, or a film with commands, that the copy for others is without."""
    if _kind(dictionary) == "/GoToE" or str(dictionary.get("/Subtype", "")) == _FILM:
        return True
    script = dictionary.get("/JS")
    if script is None:
        return _kind(dictionary) == "/JavaScript"
    return not is_harmless(_text(script))


def remove_commands(opened: pikepdf.Pdf) -> None:
    """Take out the commands that are kept in the original, in place.

    An action becomes one that does nothing, and leads on to those that follow it; a film becomes
    its still picture.
    """
    for dictionary in list(all_dictionaries(opened)):
        if not _is_kept(dictionary):
            continue
        if str(dictionary.get("/Subtype", "")) == _FILM:
            dictionary["/Subtype"] = pikepdf.Name("/Stamp")
            doomed = ("/RichMediaContent", "/RichMediaSettings", "/A", "/AA")
        else:
            # To hide no field at all: an action that every reader knows, and that does nothing.
            doomed = tuple(key for key, _ in dictionary.items() if key not in ("/Next", "/Type"))
        for key in doomed:
            if key in dictionary:
                del dictionary[key]
        if "/Subtype" not in dictionary:
            dictionary["/S"] = pikepdf.Name("/Hide")
            dictionary["/T"] = pikepdf.Array()


def _text(script: Any) -> str:
    if isinstance(script, pikepdf.Stream):
        try:
            return script.read_bytes().decode("utf-8", "replace")
        except (pikepdf.PdfError, pikepdf.DataDecodingError):
            return "unreadable"
    return str(script)


def is_harmless(script: str) -> bool:
    """Whether a script only formats fields, or is the version check of Adobe's form designer."""
    if len(script) > _LONGEST:
        return False
    if _FIELD_SCRIPT.match(script):
        return True
    texts: list[tuple[str, str]] = _TEXT.findall(script)
    if not all(_ADDRESS.match(text) for text, _ in texts if "://" in text):
        return False
    return shape(script) in _FORM_DESIGNER_SHAPES


def shape(script: str) -> str:
    """Return the SHA-256 of a script without its texts, numbers and white space."""
    without_texts = _TEXT.sub(lambda text: '""' if text[2] else text[0], script)
    bare = re.sub(r"\s+", "", re.sub(r"\d+(?:\.\d+)?", "0", without_texts))
    return hashlib.sha256(bare.encode()).hexdigest()
