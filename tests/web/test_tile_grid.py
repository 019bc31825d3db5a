"""How the pictures of a large group are laid out: the pure part, run by Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.feature("V6")

ROOT = Path(__file__).parents[2]
_RUNNER = """
import { gridFor } from "./tile_grid.mjs";
const given = JSON.parse(process.argv[2]);
process.stdout.write(JSON.stringify(given.map((one) => gridFor(...one))));
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs `gridFor` as browsers get it."""
    folder = tmp_path_factory.mktemp("tile_grid")
    source = ROOT / "src/bedside/web/assets/ts/calls/tile_grid.ts"
    command = [ROOT / "node_modules/.bin/esbuild", source, "--format=esm"]
    subprocess.run(
        [*command, f"--outfile={folder / 'tile_grid.mjs'}"], check=True, capture_output=True
    )
    (folder / "run.mjs").write_text(_RUNNER)
    return folder / "run.mjs"


def grids(script: Path, *given: tuple[int, bool, int, int]) -> list[dict[str, Any]]:
    """The grids for so many people, with a shared screen or not, in a room of that size."""
    done = subprocess.run(
        ["node", script, json.dumps(given)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def test_pictures_are_as_large_as_the_room_allows(script: Path) -> None:
    wanted = {
        (12, False, 390, 700): 2,  # a phone, and one that lies
        (12, False, 844, 260): 6,
        (12, False, 450, 700): 2,  # beside the console, and filling the window
        (12, False, 1366, 710): 4,
        (6, False, 1366, 710): 3,
        (16, False, 1366, 710): 4,
        (6, False, 0, 0): 1,  # hidden
    }
    made = grids(script, *wanted)
    assert [one["columns"] for one in made] == list(wanted.values())
    assert {one["screenRows"] for one in made} == {0}


def test_a_shared_screen_takes_two_thirds(script: Path) -> None:
    rooms = ((6, True, 390, 700), (12, True, 1366, 710), (16, True, 450, 700))
    for (people, *_), made in zip(rooms, grids(script, *rooms), strict=True):
        assert made["screenRows"] == 2 * -(-people // made["columns"])
