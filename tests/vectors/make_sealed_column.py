"""Writes sealed-column-v1.json, following docs/formats/sealed-column.md and nothing of the product.

    python tests/vectors/make_sealed_column.py

Keys and nonces are fixed, so it writes the same file each time.
"""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TARGET = Path(__file__).parent / "sealed-column-v1.json"
CLINIC = "cli_01jd8zq3h5n7r9t2v4x6y8z0ab"
PATIENT = "pat_01jd8zq3h5n7r9t2v4x6y8z0cd"
FILE = "fil_01jd8zq3h5n7r9t2v4x6y8z0ef"


def key(number: int) -> bytes:
    """Byte i of key n is 16 n + i, modulo 256."""
    return bytes((16 * number + i) & 255 for i in range(32))


MASTER, CLINIC_KEY, COLUMNS, INDEX, AUDIT, DATA = (key(n) for n in range(1, 7))
NONCE = bytes(range(0xC0, 0xCC))


def gcm(with_key: bytes, plain: bytes, associated: str) -> bytes:
    """Ciphertext and tag, by the plain GCM primitive."""
    sealing = Cipher(algorithms.AES(with_key), modes.GCM(NONCE)).encryptor()
    sealing.authenticate_additional_data(associated.encode())
    return sealing.update(plain) + sealing.finalize() + sealing.tag


def compact(value: Any) -> bytes:
    """JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def value_vector(column: str, row: str, plain: bytes) -> dict[str, str]:
    """One sealed value, of the first columns key."""
    head = b"\x01" + (1).to_bytes(4, "big") + NONCE
    sealed = head + gcm(COLUMNS, plain, f"{CLINIC}/{column}/{row}")
    return {"column": column, "row": row, "plain": plain.hex(), "sealed": sealed.hex()}


def token_vector(kind: str, term: str) -> dict[str, Any]:
    """One token."""
    digest = hmac.new(INDEX, kind.encode() + b"\0" + term.encode(), hashlib.sha256).digest()
    return {"kind": kind, "term": term, "token": int.from_bytes(digest[:8], "big", signed=True)}


def chain_vectors() -> list[dict[str, str]]:
    """States and marks of three lines."""
    made: list[dict[str, str]] = []
    state = bytes(32)
    for number in (1, 2, 3):
        at, details = 1767225600000 + number, bytes([number] * 40).hex()
        line = compact([CLINIC, number, at, "chart.opened", "staff", "stf_a", PATIENT, "", details])
        state = hmac.new(AUDIT, state + hashlib.sha256(line).digest(), hashlib.sha256).digest()
        mark = hmac.new(AUDIT, b"mark" + state, hashlib.sha256).digest()
        made.append({"line": line.decode(), "state": state.hex(), "mark": mark.hex()})
    return made


def main() -> None:
    """Write the vectors."""
    wrapped = {
        "clinic": NONCE + gcm(MASTER, CLINIC_KEY, f"master/{CLINIC}/clinic/1"),
        "columns": NONCE + gcm(CLINIC_KEY, COLUMNS, f"{CLINIC}/columns/1"),
        "index": NONCE + gcm(CLINIC_KEY, INDEX, f"{CLINIC}/index/1"),
        "audit": NONCE + gcm(CLINIC_KEY, AUDIT, f"{CLINIC}/audit/1"),
    }
    data_key = (1).to_bytes(4, "big") + NONCE
    data_key += gcm(CLINIC_KEY, DATA, f"{CLINIC}/files.data_key/{FILE}")
    record = {"name": "Maya Lindqvist", "born": "1991-03-14", "note": "größer, 大"}
    vectors: dict[str, Any] = {
        "format": "Bedside sealed columns, version 1",
        "clinic": CLINIC,
        "file": FILE,
        "master_key": MASTER.hex(),
        "wrapped_keys": {purpose: value.hex() for purpose, value in wrapped.items()},
        "data_key": {"plain": DATA.hex(), "wrapped": data_key.hex()},
        "values": [
            value_vector("patients.record", PATIENT, compact(record)),
            value_vector("files.record", FILE, compact("")),
            value_vector("uploads.tail", FILE, bytes(range(256))),
        ],
        "tokens": [
            token_vector("patient.name", "lindqvist"),
            token_vector("patient.born", "1991-03-14"),
            token_vector("word", "größer"),
        ],
        "chain": chain_vectors(),
    }
    TARGET.write_text(json.dumps(vectors, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
