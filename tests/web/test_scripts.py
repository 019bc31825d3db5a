"""Unit tests of the pages' scripts: each `*.test.ts` in Node's own runner."""

import subprocess
from pathlib import Path

import pytest

from tests.web.scripts import ROOT, SOURCES

TESTS = sorted(SOURCES.rglob("*.test.ts"))


@pytest.mark.parametrize("path", TESTS, ids=[path.name for path in TESTS])
def test_of_scripts(path: Path) -> None:
    command = ["node", ROOT / "scripts/node_tests.mjs", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_some_and_a_failure_is_noticed(tmp_path: Path) -> None:
    assert TESTS
    (path := tmp_path / "wrong.test.ts").write_text(
        'import { test } from "node:test";\ntest("a lie", () => { throw new Error("no"); });\n'
    )
    command = ["node", ROOT / "scripts/node_tests.mjs", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "a lie" in done.stdout
