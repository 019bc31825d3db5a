"""Every benchmark runs, at a size that takes seconds: `make bench` cannot rot unnoticed."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES

ROOT = Path(__file__).parents[2]
ROWS = {
    "upload": ("its data plane alone", "POST + PATCH", "@tus/server", "processor time"),
    "memory": ("memory while", "with the worker inside"),
    "download": ("download of", "range of 64 KiB"),
    "inbox": ("SQLite", "PostgreSQL"),
    "sockets": ("event to 100 open pages", "memory of each"),
    "start": ("cold start", "memory after it"),
    "page": ("first page of a photo link", "first page of the app, all included", "Lighthouse"),
    "visits": ("patient transfer", "queue with sign-in, 50 rows, SQLite", "rows, PostgreSQL"),
    "transfers": ("accept to the first byte", "of the upload rate"),
    "calls": ("both see video", "video back"),
    "chat": ("pressed to the phone's screen", "opened at the desk", "opened on the phone"),
    "printing": ("letter as PDF, 1 page", "letter as PDF, 20 pages"),
    "large_clinic": ("large clinic: patients, first page", "large clinic: longest chart"),
}


@pytest.mark.timeout(600)
def test_every_benchmark_gives_its_figures() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--small"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert set(ROWS) == set(NAMES)
    for name, rows in ROWS.items():
        for row in rows:
            assert any(row in line for line in lines), f"{name}: {row}\n{done.stdout}"
    # a missing comparison server shows as a dash in place of a figure
    assert not [line for line in lines if "  –  " in line]
