"""Files to send: real PDFs of a given size, which the product accepts as such."""

import os
from pathlib import Path

_PIECE = 1 << 20
_BEFORE = (
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
    b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>>>\nendobj\n",
)


def write_pdf(path: Path, size: int) -> None:
    """Write a PDF of exactly `size` bytes (at least 1,000): one empty page, and an object full of
    noise, which no compression and no cache can shrink."""
    places: list[int] = []
    at = 0
    for part in _BEFORE:
        places.append(at)
        at += len(part)
    noise = size - 1_000
    places.append(at)
    opening = f"4 0 obj\n<</Length {noise}>>\nstream\n".encode()
    closing = b"\nendstream\nendobj\n"
    xref = at + len(opening) + noise + len(closing)
    lines = "".join(f"{place:010} 00000 n \n" for place in places[1:])
    table = (
        f"xref\n0 5\n0000000000 65535 f \n{lines}"
        f"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF\n"
    ).encode()
    with path.open("wb") as file:
        file.writelines((*_BEFORE, opening))
        for start in range(0, noise, _PIECE):
            file.write(os.urandom(min(_PIECE, noise - start)))
        file.write(closing)
        # A comment fills the gap between the object and the table that must come last.
        file.write(table)
        left = size - file.tell()
        file.write(b"%" + b" " * (left - 2) + b"\n")
