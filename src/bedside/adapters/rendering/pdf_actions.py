"""Actions that a PDF triggers by itself when a reader opens or uses it (ISO 32000-1, 12.6)."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

_MAX_NESTING = 100
_ACTIONS = {
    "/Launch": "Bedside.PDF.Launch",
    "/ImportData": "Bedside.PDF.ImportData",
    "/GoToE": "Bedside.PDF.EmbeddedTarget",
}
_SCRIPT = "Bedside.PDF.JavaScript"

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


def harmful_action(opened: pikepdf.Pdf) -> str:
    """Return the signature of the first action that runs something, "" if there is none.

    Every object is checked, including those within object streams, and dictionaries nested in
    them.
    """
    for found in opened.objects:
        for dictionary in _dictionaries(found, 0):
            signature = _judge(dictionary)
            if signature:
                return signature
    return ""


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


def _judge(dictionary: Any) -> str:
    kind = dictionary.get("/S")
    if isinstance(kind, pikepdf.Name) and str(kind) in _ACTIONS:
        return _ACTIONS[str(kind)]
    if str(dictionary.get("/Subtype", "")) == "/RichMedia":
        return "Bedside.PDF.RichMedia"
    script = dictionary.get("/JS")
    if script is None or is_harmless(_text(script)):
        return ""
    return _SCRIPT


def _text(script: Any) -> str:
    if isinstance(script, pikepdf.Stream):
        try:
            return script.read_bytes().decode("utf-8", "replace")
        except pikepdf.PdfError:
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
