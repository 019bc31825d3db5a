"""A file of the chart as a FHIR document: a Bundle with a DocumentReference (FHIR R4).

The file itself is in `attachment.data`: a receiver needs no second request, and viewers of
SMART Health Links look there first. The JSON is written around it, piece by piece.
"""

import json
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bedside.charts.categories import LABELS
from bedside.charts.patient_side import OwnEntry

CONTENT_TYPE = "application/fhir+json"
FHIR_VERSION = "4.0.1"
_PLACE = "\0"
"""Stands for the file's bytes; JSON writes it as six characters that nothing else contains."""


def instant(at: int) -> str:
    """Return a time in milliseconds as FHIR writes an instant."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Document:
    """One file as JSON: what comes before and after its bytes, which are base64 in between."""

    head: bytes
    tail: bytes
    size: int

    @property
    def length(self) -> int:
        """The length of the JSON in bytes."""
        return len(self.head) + 4 * -(-self.size // 3) + len(self.tail)

    async def json(self, content: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """Yield the JSON around the file's bytes."""
        yield self.head
        rest = b""
        async for piece in content:
            rest += piece
            whole = len(rest) - len(rest) % 3
            if whole:
                yield b64encode(rest[:whole])
            rest = rest[whole:]
        yield b64encode(rest) + self.tail


def document_of(
    entry: OwnEntry, *, name: str, media_type: str, size: int, patient: str, clinic: str
) -> Document:
    """Return the document of an entry, given in the form for others."""
    reference = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": LABELS.get(entry.category, "Other")},
        "subject": {"display": patient},
        "date": instant(entry.received_at),
        "custodian": {"display": clinic},
        "description": name,
        "content": [
            {
                "attachment": {
                    "contentType": media_type,
                    "title": name,
                    "size": size,
                    "creation": instant(entry.received_at),
                    "data": _PLACE,
                }
            }
        ],
    }
    whole = _bundle(reference)
    head, _, tail = json.dumps(whole, separators=(",", ":")).rpartition("\\u0000")
    return Document(head.encode(), tail.encode(), size)


def _bundle(reference: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": reference}],
    }


def list_of(clinic: str, at: int) -> dict[str, Any]:
    """Return the manifest's `list`: a FHIR List that names the source."""
    return {
        "resourceType": "List",
        "status": "current",
        "mode": "snapshot",
        "date": instant(at),
        "source": {"display": clinic},
    }
