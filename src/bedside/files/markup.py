"""Web pages, drawings and other markup by the beginning of a text, and the tables and documents
that programs store as such under the name of an office file."""

import re

_NAMES = {"html": "web_page", "htm": "web_page", "xhtml": "web_page", "mht": "web_page"}
_MARKUP = (
    (re.compile(r"<svg[\s>]", re.IGNORECASE), "svg"),
    (re.compile(r"<(?:!doctype\s+html|html|head|body|script|iframe)[\s>]", re.I), "web_page"),
    (re.compile(r"\A<(?:table|div|style|meta|center|font)(?:>|\s+[a-z-]+\s*=)", re.I), "web_page"),
    (re.compile(r"\A<\?xml\b", re.IGNORECASE), "xml"),
    (re.compile(r"\A<(?:!doctype|!entity)", re.IGNORECASE), "xml"),
    (re.compile(r"\A<[a-z][\w:.-]*(?:\s[^<>]*)?\bxmlns\b", re.IGNORECASE), "xml"),
    (re.compile(r"\A<[a-z][\w:.-]*(?:\s[^<>]*)?/>", re.IGNORECASE), "xml"),
)
_TABLE_NAMES = frozenset({"xls", "xlsx", "xlsm", "xlt", "csv", "tsv", "ods"})
_DOCUMENT_NAMES = frozenset({"doc", "docx", "docm", "dot", "rtf", "odt"})
_TABLE_XML = re.compile(
    r"urn:schemas-microsoft-com:office:spreadsheet|progid=[\"']Excel\.Sheet|spreadsheetml/2006/main"
    r"|opendocument\.spreadsheet"
)
_DOCUMENT_XML = re.compile(
    r"office/word/2003/wordml|progid=[\"']Word\.Document|office/2006/xmlPackage|opendocument\.text"
)
_TABLE_PAGE = re.compile(r"urn:schemas-microsoft-com:office:excel|\bmso-number-format\b")
_HEADING = re.compile(r"\A(?:[\w-]{2,40}:[^\n]*(?:\r?\n[ \t][^\n]*)*\r?\n){1,40}")


def refusal_for_markup(start: str, suffix: str) -> str:
    """Return the refusal of a page, a drawing or other markup; "" for plain text. `start` is the
    beginning of a text without blanks before it."""
    kind = "web_page" if _is_archived_page(start[:8192]) else _kind(start[:8192], suffix)
    if kind == "web_page":
        if suffix in _TABLE_NAMES or _TABLE_PAGE.search(start[:4096]):
            return "table_as_web_page"
        return "document_as_web_page" if suffix in _DOCUMENT_NAMES else kind
    if kind == "xml":
        if _TABLE_XML.search(start[:8192]):
            return "table_as_xml"
        return "document_as_xml" if _DOCUMENT_XML.search(start[:8192]) else kind
    return kind


def _kind(start: str, suffix: str) -> str:
    beginning = re.sub(r"\A(?:\s*<!--.*?-->)+\s*", "", start, flags=re.DOTALL)
    for pattern, refusal in _MARKUP:
        if pattern.search(beginning[:2048]):
            return refusal
    if _is_xml(beginning) or suffix == "xml":
        return "xml"
    return "svg" if suffix == "svg" else _NAMES.get(suffix, "")


def _is_xml(text: str) -> bool:
    """Whether a text begins with an element that is closed, and not with a word in brackets."""
    first = re.match(r"<([A-Za-z][\w:.-]*)[\s>/]", text)
    return first is not None and re.search(r"</[A-Za-z][\w:.-]*\s*>", text) is not None


def _is_archived_page(start: str) -> bool:
    """Whether a text is a page with its pictures (MHTML, RFC 2557), and no e-mail, which is sent
    to somebody."""
    heading = _HEADING.match(start)
    if heading is None or "multipart/related" not in heading[0].lower():
        return False
    return re.search(r"^(?:to|received|delivered-to):", heading[0], re.I | re.M) is None
