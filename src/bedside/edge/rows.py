"""Rows of long lists as HTML.

A row takes half a millisecond to render, and most rows of a list are as they were when somebody
last looked at it. So each is kept by everything that it shows: a changed row is rendered again, and
nothing has to be invalidated. Many new ones are rendered in pieces, and others have their turn in
between.
"""

import asyncio
import time
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache

from markupsafe import Markup

from bedside.edge.rendering import build, environment
from bedside.kernel import language

_KEPT = 4_000
"""Rows of 2 to 5 kB."""
_AT_ONCE = 0.004
"""Seconds."""


async def drawn(template: str, rows: Iterable[Mapping[str, Hashable]]) -> Markup:
    """Render rows from their template, one after the other.

    Each is given as everything that the template gets. What it shows of the time (“3 minutes ago”)
    has to be among that as a text.
    """
    done: list[str] = []
    began = time.perf_counter()
    for shown in rows:
        done.append(_row(template, language.spoken(), build(), tuple(shown.items())))
        if time.perf_counter() - began > _AT_ONCE:
            await asyncio.sleep(0)
            began = time.perf_counter()
    return Markup("".join(done))  # noqa: S704 - rows are escaped by their template


@lru_cache(_KEPT)
def _row(template: str, _spoken: str, _build: int, shown: tuple[tuple[str, Hashable], ...]) -> str:
    return environment().get_template(template).render(dict(shown))
