"""Features of the web do not import each other's scripts, as `.importlinter` says of Python."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src" / "bedside" / "web"

SHARED = ["components", "uploading", "live", "apps", "media", "rich_text"]
"""Folders that all features share. Each may import those before it."""
TOGETHER = "entries"
"""Pages on which several features meet: they may import all, and nobody them."""

_IMPORT = re.compile(r"""(?:\bfrom|\bimport|\bimport\()\s*["'](\.[^"']*)["']""")


def folder_of(path: Path) -> str:
    """Return the folder of `web` that a script is in."""
    return path.relative_to(WEB).parts[0]


def imported(path: Path, source: str) -> set[str]:
    """The other folders from which a script imports, types and later loading included."""
    found = {folder_of((path.parent / name).resolve()) for name in _IMPORT.findall(source)}
    return found - {folder_of(path)}


def may_import(importer: str) -> set[str]:
    """The folders that a folder may import."""
    return set(SHARED[: SHARED.index(importer)] if importer in SHARED else SHARED)


def complaints(path: Path, source: str) -> list[str]:
    """Return the imports that a script may not have."""
    folder = folder_of(path)
    if folder == TOGETHER:
        return []
    wrong = imported(path, source) - may_import(folder)
    return [f"{path.relative_to(WEB)} imports from {other}" for other in sorted(wrong)]


def scripts() -> list[Path]:
    """All scripts, their tests among them."""
    return [path for path in sorted(WEB.rglob("*.ts")) if folder_of(path) != "static"]


def test_features_do_not_import_each_other() -> None:
    found = scripts()
    assert len(found) > 100
    assert [line for path in found for line in complaints(path, path.read_text())] == []


def test_the_folders_exist() -> None:
    assert [name for name in [*SHARED, TOGETHER] if not any((WEB / name).glob("*.ts"))] == []


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        ("chat/panel.ts", 'import { posted } from "../file_transfer/sending";', "file_transfer"),
        ("chat/panel.ts", 'import type { Call } from "../calls/session";', "calls"),
        ("chat/panel.ts", 'const later = await import("../notes/app");', "notes"),
        ("chat/panel.ts", 'import "../entries/call_apps";', "entries"),
        ("live/socket.ts", 'import { say } from "../apps/place";', "apps"),
        ("chat/panel.ts", 'import { Drafts } from "./drafts";', ""),
        ("chat/panel.ts", 'import { say } from "../apps/place";', ""),
        ("entries/visit.entry.ts", 'import { VisitPage } from "../visits/page";', ""),
        ("calls/peer.ts", 'import htmx from "htmx.org";', ""),
    ],
)
def test_a_wrong_import_is_noticed(path: str, source: str, complaint: str) -> None:
    found = complaints(WEB / path, source)
    assert found == ([f"{path} imports from {complaint}"] if complaint else [])
