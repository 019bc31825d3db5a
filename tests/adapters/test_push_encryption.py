"""Encryption and signature of web push, against the texts of the standards."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    derive_private_key,
    generate_private_key,
)

from bedside.adapters.push_encryption import (
    LONGEST,
    RECORD,
    authorization,
    encrypted,
    point_of,
    text_of,
)
from bedside.notifications.ports import PushSubscription
from tests.peers.push_service import Device, claims_of, to_bytes, to_text

pytestmark = pytest.mark.feature("V16")

# RFC 8291, appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RECEIVER_POINT = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)


def subscription(device: Device) -> PushSubscription:
    """Return what is stored of a browser."""
    return PushSubscription(device.endpoint, device.key, device.secret)


def test_the_vector_of_rfc_8291() -> None:
    device = Device("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV")
    sender = derive_private_key(int.from_bytes(to_bytes(SENDER), "big"), SECP256R1())
    wanted = PushSubscription(device.endpoint, to_bytes(RECEIVER_POINT), to_bytes(SECRET))
    assert text_of(encrypted(wanted, PLAIN, salt=to_bytes(SALT), sender=sender)) == BODY


def test_the_browser_of_the_tests_reads_the_vector() -> None:
    device = Device("https://push.example.net", RECEIVER, SECRET)
    assert to_text(device.key) == RECEIVER_POINT
    assert device.read(to_bytes(BODY)) == PLAIN


@pytest.mark.parametrize("length", [0, 1, 511, 512, 513, LONGEST])
def test_a_browser_reads_what_was_encrypted_for_it(length: int) -> None:
    device = Device("https://push.example.net")
    plain = b"x" * length
    body = encrypted(subscription(device), plain, padded_to=512)
    assert device.read(body) == plain
    assert len(body) == 86 + 17 + max(512, length) <= RECORD
    assert body != encrypted(subscription(device), plain, padded_to=512)


def test_what_is_too_long_or_for_no_point_is_not_encrypted() -> None:
    device = Device("https://push.example.net")
    with pytest.raises(ValueError, match="too long"):
        encrypted(subscription(device), b"x" * (LONGEST + 1))
    nowhere = PushSubscription(device.endpoint, b"\x04" + bytes(64), device.secret)
    with pytest.raises(ValueError, match="EC key"):
        encrypted(nowhere, PLAIN)


def test_the_signature_names_whom_it_is_for() -> None:
    pair = generate_private_key(SECP256R1())
    header = authorization(pair, "https://push.example", "mailto:ops@clinic.example", 1_900_000_000)
    claims, key = claims_of(header)
    assert claims == {
        "aud": "https://push.example",
        "exp": 1_900_000_000,
        "sub": "mailto:ops@clinic.example",
    }
    assert to_bytes(key) == point_of(pair)
    other = generate_private_key(SECP256R1())
    with pytest.raises(InvalidSignature):
        claims_of(header.replace(key, to_text(point_of(other))))
