"""Passwords: hashed with Argon2id, and refused if they are easy to guess.

Parameters are those of the OWASP Password Storage Cheat Sheet (19 MiB, two passes, one lane); the
rules for new ones are those of NIST SP 800-63B: long, not on a list of common ones, not made of
the person's own name, and no rules about which kinds of characters.
"""

import asyncio
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bedside.errors import WrongInput
from bedside.kernel.language import N_

T = TypeVar("T")

MIN_LENGTH = 12
MAX_LENGTH = 200
_MEMORY_KIB = 19 * 1024
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
_LIST = Path(__file__).parent / "common_passwords.txt"
_LOOKALIKES = str.maketrans("0134578@$!|", "oieastbasil")


class Passwords:
    """Hashes and checks passwords. Hashing takes some 30 ms and 19 MiB: two at a time, in
    threads."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=_MEMORY_KIB, parallelism=1)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")
        self._nobody = ""

    async def hashed(self, password: str) -> str:
        """Return the hash to store, in PHC string format."""
        return await self._aside(self._hasher.hash, password)

    def made_up(self) -> str:
        """Return a random first password (68 bits), easy to read out and to type."""
        letters = "".join(secrets.choice(_LETTERS) for _ in range(14))
        return f"{letters[:5]}-{letters[5:9]}-{letters[9:]}"

    async def fits(self, password: str, password_hash: str | None) -> bool:
        """Whether the password matches this hash.

        Without a hash (nobody has that name) it takes just as long and is False.
        """
        if len(password) > MAX_LENGTH:
            password = ""
        if password_hash is None:
            if not self._nobody:
                self._nobody = await self.hashed("nobody has this password")
            await self._aside(self._verified, self._nobody, password)
            return False
        return await self._aside(self._verified, password_hash, password)

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters and should be renewed."""
        return self._hasher.check_needs_rehash(password_hash)

    def check(self, password: str, *personal: str) -> None:
        """Raise WrongInput (field `new_password`) for a password that is too short or too easy.

        `personal` are texts that it must not be made of, such as name and e-mail address.
        """
        if len(password) < MIN_LENGTH:
            raise _refused(
                N_("This password is too short. Use at least 12 characters; three words are fine.")
            )
        if len(password) > MAX_LENGTH:
            raise _refused(N_("This password is too long. Use at most 200 characters."))
        if is_common(password):
            raise _refused(
                N_("This password is one that attackers try first. Please choose another one.")
            )
        if _is_personal(password, personal):
            raise _refused(
                N_("This password is made of your own name or address. Please choose another one.")
            )

    def _verified(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _aside(self, function: Callable[..., T], *args: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)


def is_common(password: str) -> bool:
    """Whether a password is a common one, even with digits, signs or lookalikes added.

    The list ships with the product, so that no password (nor a part of its hash) is sent anywhere.
    """
    plain = password.casefold()
    bare = re.sub(r"[^a-z]", "", plain)
    respelled = re.sub(r"[^a-z]", "", plain.translate(_LOOKALIKES))
    forms = {plain, plain.strip("0123456789!?.*#-_ "), bare, respelled}
    return (
        not forms.isdisjoint(_common())
        or len(set(plain)) < 5
        or any(_is_repeated(form) for form in forms)
        or any(_is_run(form) for form in forms)
    )


def _is_repeated(text: str) -> bool:
    """“passwordpassword”, “abcabcabcabc”."""
    length = (text + text).find(text, 1)  # the shortest rotation that gives the same text
    return 0 < length < len(text) and (length < 6 or text[:length] in _common())


def _is_run(text: str) -> bool:
    """“abcdefghijkl”, “987654321098”: each character next to the one before it."""
    steps = {(ord(b) - ord(a)) % 10 for a, b in pairwise(text)}
    return len(text) >= 8 and (steps <= {1} or steps <= {9})


def _is_personal(password: str, personal: tuple[str, ...]) -> bool:
    """Whether little is left of a password without the person's own words."""
    left = password.casefold()
    words = {word for text in personal for word in re.findall(r"\w{3,}", text.casefold())}
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return len(left) < 6 and len(left) < len(password)


@cache
def _common() -> frozenset[str]:
    return frozenset(_LIST.read_text().split())


def _refused(sentence: str) -> WrongInput:
    return WrongInput(sentence, field="new_password")
