"""The pictures inside a document, made small for the page."""

import re
from collections.abc import Callable, Mapping
from io import BytesIO

from PIL import Image

from bedside.adapters.rendering.limits import MAX_PIXELS
from bedside.adapters.rendering.pictures import as_jpeg, fitted, plain
from bedside.files.ports import Derivative
from bedside.files.readings import MAX_FIGURES

_FIGURE_SIDE = 1200
_FORMATS = ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"]
_MEDIA = re.compile(r"(?:word/media|Pictures)/.")
NO_FIGURE = "figure-0"
"""Stands where a picture is that cannot be shown."""


class Figures:
    """The pictures of one document, each once."""

    def __init__(self) -> None:
        self.made: list[Derivative] = []
        self._known: dict[bytes, str] = {}
        self._lost = False

    def lack_any_of(self, members: Mapping[str, bytes]) -> bool:
        """Whether a picture of the document, whose members are given, is not among them."""
        media = [data for name, data in members.items() if _MEDIA.match(name)]
        return self._lost or any(data not in self._known for data in media)

    def role_of(self, read: Callable[[], bytes]) -> str:
        """Return the role of a picture, NO_FIGURE if it cannot be shown."""
        try:
            data = read()
            if data in self._known:
                return self._known[data]
            picture = Image.open(BytesIO(data), formats=_FORMATS)
            if len(self.made) < MAX_FIGURES and picture.width * picture.height <= MAX_PIXELS:
                small = as_jpeg(fitted(plain(picture), _FIGURE_SIDE), 80)
                role = f"figure-{len(self.made) + 1}"
                self.made.append(Derivative(role, "image/jpeg", small))
                self._known[data] = role
                return role
        except MemoryError:
            raise
        except Exception:
            self._lost = True
            return NO_FIGURE
        self._lost = True
        return NO_FIGURE
