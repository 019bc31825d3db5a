"""Web pages, drawings and other markup by the beginning of a text."""

import re

_MARKUP_NAMES = {"html": "web_page", "htm": "web_page", "xhtml": "web_page", "mht": "web_page"}
_MARKUP = (
    (re.compile(r"<svg[\s>]", re.IGNORECASE), "svg"),
    (re.compile(r"<(?:!doctype\s+html|html|head|body|script|iframe)[\s>]", re.I), "web_page"),
    (re.compile(r"\A<\?xml\b", re.IGNORECASE), "xml"),
    (re.compile(r"\A<(?:!doctype|!entity)", re.IGNORECASE), "xml"),
    (re.compile(r"\A<[a-z][\w:.-]*(?:\s[^<>]*)?\bxmlns\b", re.IGNORECASE), "xml"),
    (re.compile(r"\A<[a-z][\w:.-]*(?:\s[^<>]*)?/>", re.IGNORECASE), "xml"),
)


def refusal_for_markup(start: str, suffix: str) -> str:
    """Return the refusal of a page, a drawing or other markup; "" for plain text."""
    beginning = re.sub(r"\A(?:\s*<!--.*?-->)+\s*", "", start[:8192], flags=re.DOTALL)
    for pattern, refusal in _MARKUP:
        if pattern.search(beginning[:2048]):
            return refusal
    if _is_xml(beginning) or suffix == "xml":
        return "xml"
    return "svg" if suffix == "svg" else _MARKUP_NAMES.get(suffix, "")


def _is_xml(text: str) -> bool:
    """Whether a text begins with an element that is closed, and not with a word in brackets."""
    first = re.match(r"<([A-Za-z][\w:.-]*)[\s>/]", text)
    return first is not None and re.search(r"</[A-Za-z][\w:.-]*\s*>", text) is not None
