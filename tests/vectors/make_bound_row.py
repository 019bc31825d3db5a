"""Writes bound-row-v1.json, following docs/formats/bound-row.md and nothing of the product.

python tests/vectors/make_bound_row.py

Keys are fixed, so it writes the same file each time.
"""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent / "bound-row-v1.json"
CLINIC = "cli_01jd8zq3h5n7r9t2v4x6y8z0ab"
STAFF = "stf_01jd8zq3h5n7r9t2v4x6y8z0cd"
INDEX = bytes(range(32))
BINDING = hmac.new(INDEX, b"\0binding", hashlib.sha256).digest()


def vector(table: str, values: list[Any]) -> dict[str, Any]:
    """One row; bytes are given in hexadecimal."""
    content = json.dumps([table, values], separators=(",", ":"))
    mac = hmac.new(BINDING, content.encode(), hashlib.sha256).hexdigest()
    return {"table": table, "values": values, "json": content, "mac": mac}


def main() -> None:
    """Write the vectors."""
    token = hashlib.sha256(b"a token").hexdigest()
    session = "ses_01jd8zq3h5n7r9t2v4x6y8z0ef"
    at = 1767225600000
    mark = hmac.new(BINDING, f"all rows are bound\0{CLINIC}".encode(), hashlib.sha256)
    vectors = {
        "format": "Bedside bound rows, version 1",
        "clinic": CLINIC,
        "index_key": INDEX.hex(),
        "rows": [
            vector(
                "sessions",
                [token, session, STAFF, CLINIC, "clinician", "full", at, at + 43_200_000],
            ),
            vector(
                "staff",
                [STAFF, CLINIC, -7, "staff", "$argon2id$größer", True, None, False, False],
            ),
            vector("recovery_codes", [STAFF, token, CLINIC]),
        ],
        "mark": mark.hexdigest(),
    }
    TARGET.write_text(json.dumps(vectors, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
