"""A mail with attachments, written piece by piece (RFC 2045, 2046, 2231).

The mail as a whole exists nowhere: the library that writes headers and texts would copy the
attachments five times over, and encode them in one go. Of the attachments only one piece is encoded
at a time, and the size is known before.
"""

import re
import secrets
from binascii import b2a_base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP

from bedside.edge.file_names import free_name
from bedside.notifications.ports import Attachment

_LINE = 57
"""Bytes of a line of base64, which has 76 signs (RFC 2045, 6.8)."""
_PIECE = 1024 * _LINE
_END = b"\r\n"
_TYPE = re.compile(r"(?!(?:multipart|message)/)[a-z]+/[a-z0-9][a-z0-9.+_-]*", re.ASCII)
"""Base64 is not allowed for parts that are messages themselves (RFC 2046, 5.2.1)."""
_ANY_TYPE = "application/octet-stream"
_DOTS = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class PiecewiseMail:
    """A mail as a mail server gets it: `head` are headers and texts, `parts` the headers and the
    content of each attachment, `end` is what follows the last."""

    head: bytes
    parts: tuple[tuple[bytes, bytes], ...]
    end: bytes

    @property
    def size(self) -> int:
        """The size of the whole in bytes, as it is announced (RFC 1870)."""
        encoded = sum(len(headers) + _encoded_size(content) for headers, content in self.parts)
        return len(self.head) + encoded + len(self.end)

    def pieces(self) -> Iterator[bytes]:
        """Yield the mail, with lines that begin with a dot as they are sent (RFC 5321, 4.5.2)."""
        yield _DOTS.sub(b"..", self.head)
        for headers, content in self.parts:
            yield _DOTS.sub(b"..", headers)
            with memoryview(content) as view:
                for at in range(0, len(view), _PIECE):
                    yield _encoded(view[at : at + _PIECE])
        yield self.end


def in_pieces(
    mail: EmailMessage, attachments: Sequence[Attachment], *, utf8: bool = False
) -> PiecewiseMail:
    """Add attachments to a mail, which has its headers and texts already. `utf8`: its addresses
    need it in headers (RFC 6532)."""
    boundary = f"=_{secrets.token_hex(16)}"  # neither base64 nor quoted-printable has “=_”
    mail.make_mixed(boundary=boundary)
    end = f"--{boundary}--".encode() + _END
    policy = SMTP.clone(cte_type="7bit", utf8=utf8)
    head = mail.as_bytes(policy=policy).removesuffix(end)
    taken: set[str] = set()
    parts = [
        (f"--{boundary}".encode() + _END + _headers(one, taken), one.content) for one in attachments
    ]
    return PiecewiseMail(head, tuple(parts), end)


def _headers(attachment: Attachment, taken: set[str]) -> bytes:
    """Return the headers of an attachment, under a name that none in `taken` has."""
    part = MIMEPart(policy=SMTP)
    part["Content-Type"] = _media_type(attachment.media_type)
    part["Content-Transfer-Encoding"] = "base64"
    name = free_name(attachment.name, taken)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part.as_bytes()


def _media_type(stated: str) -> str:
    plain = stated.partition(";")[0].strip().lower()
    return plain if _TYPE.fullmatch(plain) else _ANY_TYPE


def _encoded(piece: memoryview) -> bytes:
    signs = b2a_base64(piece, newline=False)
    width = _LINE // 3 * 4
    lines = [signs[at : at + width] for at in range(0, len(signs), width)]
    return _END.join(lines) + _END


def _encoded_size(content: bytes) -> int:
    lines = -(-len(content) // _LINE)
    return -(-len(content) // 3) * 4 + lines * len(_END)
