"""Writes sealed-file-v1.json, following docs/formats/sealed-file.md and nothing of the product.

    python tests/vectors/make_sealed_file.py

Keys, seal ids and prefixes are fixed, so it writes the same file each time.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TARGET = Path(__file__).parent / "sealed-file-v1.json"
SEGMENT = 262_144
KEY = bytes(range(32))
SEAL_ID = bytes(range(0xA0, 0xB0))
FIRST_RUN = bytes.fromhex("11121314151617")
SECOND_RUN = bytes.fromhex("21222324252627")
FILE_ID = "fil_01jd8zq3h5n7r9t2v4x6y8z0ab"


def plaintext(size: int) -> bytes:
    """Byte i is (167 × i + i ÷ 256) modulo 256, with whole division."""
    return bytes((167 * i + (i >> 8)) & 255 for i in range(size))


def record(header: bytes, prefix: bytes, index: int, last: bool, segment: bytes) -> bytes:
    """One segment, sealed with the plain GCM primitive."""
    nonce = prefix + index.to_bytes(4, "big") + bytes((last,))
    gcm = Cipher(algorithms.AES(KEY), modes.GCM(nonce)).encryptor()
    gcm.authenticate_additional_data(header + FILE_ID.encode())
    return prefix + gcm.update(segment) + gcm.finalize() + gcm.tag


def vector(name: str, size: int, resumed_at: int = 1 << 32) -> dict[str, Any]:
    """A finished file of `size` bytes; segments from number `resumed_at` on are of a second run."""
    header = b"BEDSIDE\x01" + SEAL_ID
    plain = plaintext(size)
    count = max(1, -(-size // SEGMENT))
    records = [
        record(
            header,
            FIRST_RUN if index < resumed_at else SECOND_RUN,
            index,
            index == count - 1,
            plain[index * SEGMENT : (index + 1) * SEGMENT],
        )
        for index in range(count)
    ]
    sealed = header + b"".join(records)
    found: dict[str, Any] = {
        "name": name,
        "plain_size": size,
        "plain_sha256": hashlib.sha256(plain).hexdigest(),
        "data_key": KEY.hex(),
        "file_id": FILE_ID,
        "header": header.hex(),
        "records": [
            {"prefix": one[:7].hex(), "tag": one[-16:].hex(), "size": len(one)} for one in records
        ],
        "sealed_size": len(sealed),
        "sealed_sha256": hashlib.sha256(sealed).hexdigest(),
    }
    if size < 100:
        found["sealed"] = sealed.hex()
    return found


def main() -> None:
    """Write the vectors."""
    vectors = {
        "format": "Bedside sealed file, version 1",
        "plaintext": "byte i is (167 * i + i // 256) % 256",
        "files": [
            vector("empty", 0),
            vector("one byte", 1),
            vector("a few bytes", 42),
            vector("one byte less than a segment", SEGMENT - 1),
            vector("exactly one segment", SEGMENT),
            vector("one byte more than a segment", SEGMENT + 1),
            vector("resumed after the second segment", 3 * SEGMENT + 1000, resumed_at=2),
        ],
    }
    TARGET.write_text(json.dumps(vectors, indent=2) + "\n")


if __name__ == "__main__":
    main()
