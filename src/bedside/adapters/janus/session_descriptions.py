"""The few things that are read and changed in session descriptions and candidates."""

import re

from bedside.calls.media_server import Candidate

_NAME = re.compile(r"^s=[^\r\n]*", re.MULTILINE)
_FINGERPRINT = re.compile(r"^a=fingerprint:\s*+(\S++\s++\S++)", re.MULTILINE)
_LONGEST = 2_000
"""Characters in a candidate; browsers write some 150."""


def described(sdp: str) -> str:
    """Return a description by Janus without the name of the room, which browsers need not know."""
    return _NAME.sub("s=-", sdp, count=1)


def fingerprint(sdp: str) -> str:
    """Return the fingerprint, which distinguishes RTCPeerConnections: each has a certificate of
    its own."""
    found = _FINGERPRINT.search(sdp)
    return found[1].lower() if found else ""


def candidate_for_janus(candidate: Candidate | None) -> dict[str, object]:
    """Return only the fields that Janus knows, in the types that it expects."""
    text = str((candidate or {}).get("candidate") or "")[:_LONGEST]
    if candidate is None or not text:
        return {"completed": True}
    line = candidate.get("sdpMLineIndex")
    return {
        "candidate": text,
        "sdpMid": str(candidate.get("sdpMid") or "0")[:64],
        "sdpMLineIndex": line if isinstance(line, int) else 0,
    }
