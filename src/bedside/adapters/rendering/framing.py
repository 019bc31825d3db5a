"""The conversation between the serving process and its child.

In: one line of JSON (the request), then the file's bytes until the end of input. Out: the line
`READY` once the child is confined, then a length (4 bytes, big-endian), that much JSON, and the
parts whose sizes the JSON lists under "parts".
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from bedside.files.ports import Derivation, Examination

READY = b"ready\n"
MAX_HEADER = 16 * 1024 * 1024
MAX_PARTS = 512 * 1024 * 1024


def frame(header: Mapping[str, Any], parts: Iterable[bytes] = ()) -> list[bytes]:
    """The pieces to write for one answer."""
    listed = list(parts)
    text = json.dumps({**header, "parts": [len(part) for part in listed]}).encode()
    return [len(text).to_bytes(4, "big"), text, *listed]


def frame_examination(examination: Examination) -> list[bytes]:
    """An answer that carries an examination."""
    return frame({"examination": asdict(examination)})


def frame_derivation(derivation: Derivation) -> list[bytes]:
    """An answer that carries a derivation: its parts are the derivatives and, last, the text, which
    as JSON would be several times as long and read on the serving process's event loop."""
    header = {
        "derivatives": [[made.role, made.media_type] for made in derivation.derivatives],
        "text_source": derivation.text_source,
        "facts": derivation.facts,
    }
    text = derivation.text.encode("utf-8", "replace")
    return frame({"derivation": header}, [*(made.data for made in derivation.derivatives), text])
