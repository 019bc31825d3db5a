"""Runs scripts of the pages in Node, as browsers get them, to compare them with Python."""

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src/bedside/web"

_RUNNER = """
import * as module from "./module.mjs";
import { readFileSync } from "node:fs";
const { call, given } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await eval(call)(module, given)));
"""


def bundled(**modules: str) -> str:
    """Return a script for a page of a browser, in which each module is a global by its name."""
    lines = [
        f'import * as {name} from "{SOURCES / path}"; globalThis.{name} = {name};'
        for name, path in modules.items()
    ]
    done = subprocess.run(
        [ROOT / "node_modules/.bin/esbuild", "--bundle", "--format=iife"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def run(name: str, call: str, given: Any) -> Any:
    """Return what `call` gives for a module of the web (`calls/state.ts`) and for `given`.

    `call` is a function in JavaScript; its argument and result must be JSON.
    """
    esbuild = ROOT / "node_modules/.bin/esbuild"
    with TemporaryDirectory() as folder:
        module = Path(folder) / "module.mjs"
        command = [esbuild, SOURCES / name, "--bundle", "--format=esm"]
        subprocess.run([*command, f"--outfile={module}"], check=True, capture_output=True)
        (runner := Path(folder) / "run.mjs").write_text(_RUNNER)
        done = subprocess.run(
            ["node", runner],
            input=json.dumps({"call": call, "given": given}),
            capture_output=True,
            text=True,
            check=True,
        )
    return json.loads(done.stdout)
