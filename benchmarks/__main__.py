"""Measure and print: `python -m benchmarks [--small] [name …]`.

A benchmark is a module of this package with `run(scale, directory, body)`, which gets an empty
directory on disk to work in and a PDF to send, and returns rows of the table.
"""

import argparse
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from benchmarks.bodies import write_pdf
from benchmarks.servers import ROOT, NotHere
from benchmarks.table import FULL, SMALL, Row, Scale, as_table, not_measured

NAMES = (
    "upload",
    "memory",
    "download",
    "inbox",
    "sockets",
    "start",
    "page",
    "visits",
    "transfers",
    "calls",
    "large_clinic",
    "chat",
    "printing",
)


def main() -> int:
    """Run the given benchmarks. Returns 1 if a benchmark itself failed, not if a target was
    missed."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--small", action="store_true", help="only see that everything works")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(NAMES)}; all without")
    asked = parser.parse_args()
    names = asked.names or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    scale = SMALL if asked.small else FULL
    # Not in the system's temporary directory, which may be in memory: an fsync there costs nothing.
    (ROOT / "artifacts").mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="benchmarks-", dir=ROOT / "artifacts"))
    try:
        rows = [row for name in names for row in _run(name, scale, place)]
    finally:
        shutil.rmtree(place)
    sys.stdout.write(as_table(rows) + "\n")
    if asked.small:
        sys.stdout.write("At this size the figures mean nothing; everything ran.\n")
    return 0


def _run(name: str, scale: Scale, place: Path) -> list[Row]:
    sys.stderr.write(f"{name} …\n")
    body = place / "body"
    if not body.exists():
        write_pdf(body, scale.file)
    directory = place / name
    directory.mkdir()
    try:
        return import_module(f"benchmarks.{name}").run(scale, directory, body)
    except NotHere as why:
        return [not_measured(name, str(why))]


if __name__ == "__main__":
    sys.exit(main())
