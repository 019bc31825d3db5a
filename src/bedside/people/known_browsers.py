"""Known browsers, from which somebody signed in before, recognised by a cookie (OWASP, “Slow down
online guessing attacks with device cookies”).

The cookie proves nothing else: it lets nobody in. Wrong passwords from such a browser have a count
of their own, so that nobody who guesses elsewhere can lock its owner out. It names nobody; each of
its marks can only be checked for one person:

    number (12 bytes) ‖ end, in hours since the epoch (4, big endian) ‖ HMAC-SHA-256, cut to 16

in base64url, the newest first, separated by dots.
"""

import base64
import binascii
import hmac
import secrets

from bedside.database.sealed import ClinicKeys
from bedside.kernel import clock

KEPT_FOR = 400 * clock.DAY
"""Browsers keep no cookie longer (RFC 6265bis, 5.5)."""
_PEOPLE = 8
"""The maximum number of people sharing a browser; the one who has been away longest is
forgotten."""
_NUMBER, _END, _MAC = 12, 4, 16
_LENGTH = _NUMBER + _END + _MAC


def recognised(keys: ClinicKeys, cookie: str, staff_id: str) -> str:
    """Return the number under which this browser knows the person; "" if it does not."""
    now = clock.now() // clock.HOUR
    for mark in _marks(cookie):
        number, end = mark[:_NUMBER], mark[_NUMBER:-_MAC]
        if _is_of(keys, mark, staff_id) and int.from_bytes(end, "big") > now:
            return number.hex()
    return ""


def remembered(keys: ClinicKeys, cookie: str, staff_id: str) -> str:
    """Return the cookie of a browser with which this person has just signed in."""
    others = [mark for mark in _marks(cookie) if not _is_of(keys, mark, staff_id)]
    end = (clock.now() + KEPT_FOR) // clock.HOUR
    head = secrets.token_bytes(_NUMBER) + end.to_bytes(_END, "big")
    marks = [head + _mac(keys, head, staff_id), *others][:_PEOPLE]
    return ".".join(base64.urlsafe_b64encode(mark).rstrip(b"=").decode() for mark in marks)


def _is_of(keys: ClinicKeys, mark: bytes, staff_id: str) -> bool:
    return hmac.compare_digest(mark[-_MAC:], _mac(keys, mark[:-_MAC], staff_id))


def _mac(keys: ClinicKeys, head: bytes, staff_id: str) -> bytes:
    return keys.bind(b"known browser\0" + head + staff_id.encode())[:_MAC]


def _marks(cookie: str) -> list[bytes]:
    """Return the possible marks, leaving out anything else in the cookie."""
    marks: list[bytes] = []
    for text in cookie.split(".")[:_PEOPLE]:
        try:
            mark = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            continue
        if len(mark) == _LENGTH:
            marks.append(mark)
    return marks
