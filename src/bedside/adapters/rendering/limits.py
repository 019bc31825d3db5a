"""Limits on how much of a file the child processes will open (F4)."""

from bedside.files import ports

MAX_PIXELS = 100_000_000
MAX_FRAMES = 5_000
MAX_PAGES = 3_000
SHOWN_PAGES = 20
"""Pages that get pictures, and the maximum number given to OCR."""
PREVIEW_SIDE = 1600
THUMBNAIL_SIDE = 320
OCR_SIDE = 2400
"""Pixels on the longer side of a page for OCR: about 200 per inch."""
READ_PAGES = 60
"""Pages of a TIFF that are checked one by one and given to OCR."""
MAX_TEXT = ports.MAX_TEXT
SHARE_OF_A_PAGE = 0.2
"""The part of a child's processor time after which a page is given up, so that the others can be
shown."""
MOST_LOST = 0.05
"""The share of a picture or video that may be missing at its end."""
MAX_STREAM = 256 * 1024 * 1024
MAX_UNPACKED = 1024 * 1024 * 1024
"""Bytes that one stream, and all streams of a file together, may unpack to."""


class Refused(Exception):
    """The file is refused; `key` is a key of `files.refusals.REFUSALS`."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
