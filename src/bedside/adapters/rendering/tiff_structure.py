"""The directories of a TIFF as they are written, for what no decoder here understands (TIFF 6.0,
TIFF/EP, DNG 1.7)."""

from bedside.adapters.rendering.tiff_tags import directories

_COMPRESSION, _PHOTOMETRIC = 0x0103, 0x0106
_WIDTH, _HEIGHT, _STRIPS, _TILES = 0x0100, 0x0101, 0x0111, 0x0144
_DNG_VERSION = 0xC612
_OF_A_SENSOR = frozenset({32803, 34892})
"""Photometric interpretations: colour filter array, and linear raw."""
_DECODED = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946})
"""Compressions that every build of the decoder knows; the others are left to readers that do."""


def is_camera_raw(data: bytes) -> bool:
    """Whether it holds what a camera's sensor saw, and at best a small picture beside it."""
    return data[8:10] == b"CR" or any(
        _DNG_VERSION in found or found.get(_PHOTOMETRIC) in _OF_A_SENSOR
        for found in directories(data)
    )


def is_foreign(data: bytes) -> bool:
    """Whether its first picture is packed in a way that is not decoded here."""
    first = _first(data)
    return _is_described(first, data) and first.get(_COMPRESSION, 1) not in _DECODED


def is_sound(data: bytes) -> bool:
    """Whether its first directory describes a picture within the file."""
    return _is_described(_first(data), data)


def _first(data: bytes) -> dict[int, int]:
    found = directories(data)
    return found[0] if found else {}


def _is_described(directory: dict[int, int], data: bytes) -> bool:
    pixels_at = directory.get(_STRIPS) or directory.get(_TILES) or 0
    size = directory.get(_WIDTH, 0) * directory.get(_HEIGHT, 0)
    return size > 0 and 0 < pixels_at < len(data)
