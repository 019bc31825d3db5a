"""The range of stored values that is worth showing, for pictures with more than 8 bits."""

from typing import Any

import numpy
from numpy.typing import NDArray

_TAIL = 0.1
"""Per cent of the pixels at either end that may be faulty: hot pixels, a dead line."""
_MUCH_LESS = 4
_ASKED = 1_000_000


def shown_range(values: NDArray[Any]) -> tuple[float, float]:
    """Return the darkest and the brightest value to show.

    A detector's 12 bits come in 16, and one faulty pixel at 65535 would make everything else
    black. Where nearly all pixels lie in less than a quarter of the range, the few others are
    shown as black or white.
    """
    finite = values[numpy.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    asked = finite[:: max(1, finite.size // _ASKED)]
    dark, bright = (float(one) for one in numpy.percentile(asked, (_TAIL, 100 - _TAIL)))
    if 0 < bright - dark < (high - low) / _MUCH_LESS:
        return dark, bright
    return low, high
