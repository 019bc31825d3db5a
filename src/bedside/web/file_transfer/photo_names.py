"""Names of photos that a camera gave none: “Photo in the visit, 08:16”."""

import re

from bedside.edge.formats import clock_time
from bedside.kernel import clock
from bedside.kernel.language import gettext as _

_OF_A_CAMERA = re.compile(
    r"(?:image|photo|picture|img|capture|camera)(?:[ _-]?\d{1,3})?(\.(?:jpe?g|heic|heif|png|webp))",
    re.IGNORECASE,
)
"""The names with which browsers hand over what was just taken."""


def photo_name(name: str, zone: str) -> str:
    """Return the name as it is, or one that says when a photo was taken, in the clinic's time."""
    found = _OF_A_CAMERA.fullmatch(name.strip())
    if not found:
        return name
    return _("Photo in the visit, %(time)s") % {"time": clock_time(clock.now(), zone)} + found[1]
