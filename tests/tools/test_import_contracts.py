"""The import contracts hold, and would detect violations."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.xdist_group("tools")


def lint(folder: Path) -> str:
    """Return the output of lint-imports in `folder`, for the package in its src."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder / 'src'}:{folder}"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """An empty package tree with the real contracts; a test puts packages into it."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "import_contracts.py", tmp_path / "scripts")
    shutil.copy(ROOT / ".importlinter", tmp_path)
    room(tmp_path, "bedside/__init__.py", "")
    for name in re.findall(r"bedside\.(\w+)\b", (ROOT / ".importlinter").read_text()):
        room(tmp_path, f"bedside/{name}/__init__.py", "")
    return tmp_path


def room(house: Path, name: str, text: str) -> None:
    """Write one module of the package tree."""
    path = house / "src" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in path.parent.relative_to(house / "src").parents:
        if folder.name:
            (house / "src" / folder / "__init__.py").touch()
    (path.parent / "__init__.py").touch()
    path.write_text(text)


def test_the_house_keeps_its_contracts() -> None:
    said = lint(ROOT)
    assert "0 broken" in said, said


def test_an_empty_house_breaks_nothing(house: Path) -> None:
    said = lint(house)
    assert "0 broken" in said, said


@pytest.mark.parametrize(
    ("module", "imports", "contract"),
    [
        ("kernel/ids.py", "import bedside.database", "Layers"),
        ("requests/links.py", "import bedside.letters", "Layers"),
        ("web/app.py", "import bedside.adapters.email", "Adapters are chosen"),
        ("web/app.py", "from bedside.people import models", "The tables of a domain"),
        ("charts/search.py", "import bedside.people.models", "The tables of a domain"),
        ("requests/photos.py", "from bedside.files import sealing", "Only files"),
        ("links/service.py", "from fastapi import Request", "The web framework"),
        ("realtime/bus.py", "import websockets", "WebSockets are served"),
        ("notifications/sms.py", "import httpx", "Domains reach the outside"),
        ("files/heic.py", "from PIL import Image", "Domains reach the outside"),
        ("letters/page.py", "import jinja2", "Templates belong"),
        ("web/charts/staff.py", "from sqlalchemy import select", "Edge, pages and API"),
        ("api/v1.py", "from bedside.database import engine", "Edge, pages and API"),
        ("web/charts/staff.py", "from bedside.web.rooms import staff", "Features of the web"),
        ("edge/forms.py", "from bedside.web.rooms import staff", "Layers"),
        ("cellar/wine.py", "", "Layers"),
    ],
)
def test_a_breach_is_named(house: Path, module: str, imports: str, contract: str) -> None:
    room(house, "bedside/adapters/email.py", "")
    room(house, "bedside/people/models.py", "")
    room(house, "bedside/files/sealing.py", "")
    room(house, "bedside/database/engine.py", "")
    room(house, "bedside/letters/__init__.py", "")
    room(house, "bedside/web/rooms/staff.py", "")
    room(house, f"bedside/{module}", imports)
    said = lint(house)
    assert re.search(rf"^{contract}.* BROKEN$", said, re.MULTILINE), said


@pytest.mark.parametrize(
    ("module", "imports"),
    [
        ("people/patients.py", "from bedside.people import models"),
        ("retention/sweeper.py", "from bedside.files import sealing"),
        ("bootstrap.py", "import bedside.adapters.email"),
        ("adapters/sms.py", "import httpx"),
        ("adapters/janus/session.py", "import websockets.asyncio.client"),
        ("web/app.py", "import bedside.people.patients"),
        ("web/app.py", "from bedside.web.rooms import staff"),
        ("web/rooms/queue.py", "from bedside.web.rooms import staff"),
    ],
)
def test_what_is_right_stays_allowed(house: Path, module: str, imports: str) -> None:
    room(house, "bedside/adapters/email.py", "")
    room(house, "bedside/people/models.py", "")
    room(house, "bedside/people/patients.py", "")
    room(house, "bedside/files/sealing.py", "")
    room(house, "bedside/web/rooms/staff.py", "")
    room(house, f"bedside/{module}", imports)
    said = lint(house)
    assert "0 broken" in said, said
