"""Which passwords are accepted, and how they are stored."""

import pytest
from argon2 import PasswordHasher

from bedside.errors import WrongInput
from bedside.people.passwords import Passwords, is_common

pytestmark = pytest.mark.feature("S1")


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("short one", "too short"),
        ("x" * 201, "too long"),
        ("Password2024!", "attackers"),
        ("P@ssw0rd1234", "attackers"),
        ("qwertyuiop123", "attackers"),
        ("passwordpassword", "attackers"),
        ("abcdefghijklmnop", "attackers"),
        ("987654321098", "attackers"),
        ("aaaaaaaaaaaaaa", "attackers"),
        ("xyzxyzxyzxyz", "attackers"),
        ("CorrectHorseBatteryStaple", "attackers"),
        ("willkommen2026", "attackers"),
        ("Rita.Sandberg1", "your own"),
        ("rita-riverside", "your own"),
    ],
)
def test_an_easy_password_is_refused_with_the_reason(password: str, complaint: str) -> None:
    with pytest.raises(WrongInput, match=complaint):
        Passwords().check(password, "Rita Sandberg", "rita@riverside.example")


@pytest.mark.parametrize(
    "password",
    [
        "seven quiet herons",
        "m4rble-lantern-0xbow",
        "Käsekuchen mit Kirschen",
        "七匹の静かな鷺が川辺に立つ",
    ],
)
def test_a_good_password_is_taken(password: str) -> None:
    Passwords().check(password, "Rita Sandberg", "rita@riverside.example")


def test_made_up_passwords_are_good_and_never_the_same() -> None:
    passwords = Passwords()
    made = {passwords.made_up() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        passwords.check(password)
        assert not is_common(password)


@pytest.mark.anyio
async def test_hashes_are_argon2id_with_the_parameters_of_owasp() -> None:
    passwords = Passwords()
    kept = await passwords.hashed("seven quiet herons")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.fits("seven quiet herons", kept)
    assert not await passwords.fits("seven quiet heron", kept)
    assert not await passwords.fits("seven quiet herons", None)
    assert not await passwords.fits("x" * 10_000_000, kept)
    assert not await passwords.fits("x", "not a hash")
    weaker = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("x")
    assert passwords.outdated(weaker)
    assert not passwords.outdated(kept)
