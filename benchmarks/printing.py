"""A letter as PDF: from the words to the finished file, in the confined child."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from bedside.adapters.child_process import Children
from bedside.adapters.sheet_printer import SheetPrinter
from bedside.printing.body import of_plain
from benchmarks.table import Row, Scale, at_most, milliseconds
from tests.printing.bodies import SHEET

MOST = 100.0
"""Milliseconds for a letter."""
_WORDS = "Use the cream twice a day, and send a photo if the rash gets larger. " * 6


def run(scale: Scale, _directory: Path, _body: Path) -> list[Row]:
    """Print a letter of one page and one of many, one after the other."""
    printer = SheetPrinter(Children())
    rows: list[Row] = []
    for pages, paragraphs, target in ((1, 4, MOST), (20, 150, 5 * MOST)):
        taken = asyncio.run(_printed(printer, paragraphs, max(3, scale.repeats)))
        what = f"letter as PDF, {pages} page{'s' if pages > 1 else ''}"
        rows.append(at_most(what, median(taken) * 1000, target, "ms", milliseconds(taken)))
    return rows


async def _printed(printer: SheetPrinter, paragraphs: int, times: int) -> list[float]:
    """Return the seconds that each took, after one that warms up."""
    sheet = replace(SHEET, body=of_plain("\n\n".join([_WORDS] * paragraphs)))
    await printer.pdf(sheet)
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        await printer.pdf(sheet)
        taken.append(time.perf_counter() - began)
    return taken
