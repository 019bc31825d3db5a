"""E-mails saved as a text (.eml, RFC 5322): what they say, and which files are sent with them."""

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import unescape

from bedside.adapters.rendering.limits import MAX_TEXT, Refused
from bedside.adapters.rendering.packed_programs import Found, look_into

_FIRST = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:received|return-path|delivered-to|mime-version|message-id|from|to|cc"
    rb"|subject|date|reply-to|x-[\w-]{1,40}|arc-[\w-]{1,40}|dkim-signature|content-type):",
    re.IGNORECASE,
)
_TYPE = re.compile(rb"^content-type:\s{0,8}[\w.+-]+/[\w.+-]+", re.IGNORECASE | re.MULTILINE)
_HEADING_WITHIN = 64 * 1024
_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_UNSEEN = re.compile(r"<(/?)(style|script|head|title)\b", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MOST_PARTS = 500


def is_mail(data: bytes) -> bool:
    """Whether a text is an e-mail with a heading that says how it is stored."""
    if not _FIRST.match(data):
        return False
    heading = re.split(rb"\r?\n\r?\n", data[:_HEADING_WITHIN], maxsplit=1)[0]
    return _TYPE.search(heading) is not None


def note_on(data: bytes) -> str:
    """Return the note on an e-mail with which files are sent. Raises Refused for a program among
    them."""
    note = ""
    for part in _parts(data):
        name = part.get_filename() or ""
        if not name and part.get_content_maintype() in {"text", "multipart", "message"}:
            continue
        content = part.get_payload(decode=True)
        found = look_into(content if isinstance(content, bytes) else b"", name)
        if found is Found.PROGRAM:
            raise Refused("embedded_program")
        note = "mail_with_files"
    return note


def words_of(data: bytes) -> str:
    """Return the heading that people read, what the e-mail says, and the names of its files."""
    parts = list(_parts(data))
    if not parts:
        return ""
    lines = [f"{name}: {parts[0][name]}" for name in _SHOWN if parts[0][name]]
    plain = [part for part in parts if _is_words(part, "text/plain")]
    pages = [part for part in parts if _is_words(part, "text/html")]
    said = [_content(part) for part in plain] or [_without_tags(_content(part)) for part in pages]
    names = [part.get_filename() or "" for part in parts]
    files = [f"[{name}]" for name in names if name]
    return "\n".join([*lines, "", *said, *files])[:MAX_TEXT]


def _parts(data: bytes) -> Iterator[EmailMessage]:
    message = BytesParser(policy=policy.default).parsebytes(data)
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            return
        yield part


def _is_words(part: EmailMessage, media_type: str) -> bool:
    return part.get_content_type() == media_type and not part.get_filename()


def _content(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:  # an encoding that nobody knows
        return content.decode("latin-1")


def _without_tags(page: str) -> str:
    text = _TAG.sub("", _BREAK.sub("\n", _without_unseen(page)))
    return re.sub(r"\n\s*\n+", "\n\n", unescape(text)).strip()


def _without_unseen(page: str) -> str:
    """Return a page without its head, styles and scripts; one that is never closed stays. It takes
    one pass, however many are opened."""
    marks = list(_UNSEEN.finditer(page))
    last_ends = {mark[2].lower(): mark.start() for mark in marks if mark[1]}
    shown: list[str] = []
    at, within = 0, ""
    for mark in marks:
        kind = mark[2].lower()
        if mark[1] and kind == within:
            at, within = page.find(">", mark.end()) + 1 or len(page), ""
        elif not within and not mark[1] and at <= mark.start() < last_ends.get(kind, 0):
            shown.append(page[at : mark.start()])
            within = kind
    return "".join([*shown, page[at:]])
