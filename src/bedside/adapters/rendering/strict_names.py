"""The two sets of names of Office Open XML (ECMA-376 and ISO 29500, “strict”)."""

import re

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")


def transitional(part: bytes) -> bytes:
    """Return a part with the names of the strict form replaced by those that everybody writes."""
    return _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/\2", part)
