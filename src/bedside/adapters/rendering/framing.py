"""The protocol between the serving process and its child.

In: one line of JSON (the request), then the file's bytes until the end of input. Out: a line that
says “ready” and what of the confinement is in force, then a length (4 bytes, big-endian), that
much JSON, and the parts whose sizes the JSON lists under "parts"; several times for a task that
answers step by step, until a JSON without content.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from bedside.files.ports import Derivation, Examination

_READY = "ready"
MAX_HEADER = 16 * 1024 * 1024
MAX_PARTS = 64 * 1024 * 1024
"""Bytes in addition to the file's: a copy without location data is about as large as the file."""


def ready(in_force: Iterable[str]) -> bytes:
    """Return the child's first line, written once it is confined."""
    return f"{' '.join([_READY, *in_force])}\n".encode()


def read_ready(line: bytes) -> frozenset[str] | None:
    """Parse the child's first line into what is in force; None if the child could not begin."""
    words = line.decode("ascii", "replace").split()
    return frozenset(words[1:]) if words[:1] == [_READY] else None


def frame(header: Mapping[str, Any], parts: Iterable[bytes] = ()) -> list[bytes]:
    """Return the pieces to write for one answer."""
    listed = list(parts)
    text = json.dumps({**header, "parts": [len(part) for part in listed]}).encode()
    return [len(text).to_bytes(4, "big"), text, *listed]


def frame_examination(examination: Examination) -> list[bytes]:
    """Frame an examination; the version for others is its only part."""
    header = asdict(replace(examination, shared=None))
    if examination.shared is None:
        return frame({"examination": header})
    header["shared"] = examination.shared.media_type
    return frame({"examination": header}, [examination.shared.data])


def frame_derivation(derivation: Derivation) -> list[bytes]:
    """Frame a step of a derivation. Its parts are the derivatives and, last, the text, which as
    JSON would be several times as long and be parsed on the serving process's event loop."""
    header = {
        "derivatives": [[made.role, made.media_type] for made in derivation.derivatives],
        "text_source": derivation.text_source,
        "facts": derivation.facts,
        "note": derivation.note,
        "page": derivation.page,
    }
    text = derivation.text.encode("utf-8", "replace")
    return frame({"derivation": header}, [*(made.data for made in derivation.derivatives), text])
