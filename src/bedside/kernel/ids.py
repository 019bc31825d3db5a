"""Identifiers: a prefix that names the kind, then 26 characters that sort by time.

The body is a ULID (https://github.com/ulid/spec): 48 bits of milliseconds and 80 random bits in
lower-case Crockford base 32. Those that one process makes in the same millisecond sort as they were
made. Ids are opaque and carry no patient content, so they may appear in addresses and logs.
"""

import re
import secrets
import threading

from bedside.kernel import clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SHAPE = re.compile(r"[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}")
_turn = threading.Lock()
_last = 0


def new_id(prefix: str) -> str:
    """Return a new id such as `pat_01hx…`. `prefix` is three lower-case letters."""
    number = _next_number()
    digits: list[str] = []
    for _ in range(26):
        digits.append(_ALPHABET[number & 31])
        number >>= 5
    return f"{prefix}_{''.join(reversed(digits))}"


def _next_number() -> int:
    """Return the number of the next id: greater than the last one of the same millisecond.

    The step is random, and its range leaves room for 30,000 ids in a millisecond.
    """
    global _last  # noqa: PLW0603 - one order for the whole process is what this is for
    now = clock.now()
    with _turn:
        if _last >> 80 == now:
            _last += 1 + secrets.randbits(64)
        else:
            _last = (now << 80) | secrets.randbits(79)
        return _last


def prefix_of(some_id: str) -> str:
    """Return the prefix of an id: `pat` for `pat_01hx…`."""
    return some_id.partition("_")[0]


def is_id(text: str, prefix: str) -> bool:
    """Whether `text` has the shape of an id of this kind."""
    return text.startswith(prefix + "_") and _SHAPE.fullmatch(text) is not None


def new_secret() -> str:
    """Return 256 random bits for a link, a cookie or a token, safe in a URL."""
    return secrets.token_urlsafe(32)
