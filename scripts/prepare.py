"""Bring a checkout to the point where it can serve (`serve`) or be worked on (`develop`).

Each step is repeated only if its inputs have changed: a digest of them is in .venv/.prepared. The
digest is written after the step, so an interrupted step runs again. Needs nothing but the standard
library of Python 3.11.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
STAMPS = VENV / ".prepared"
LOG = VENV / "prepare.log"
REQUIREMENTS = ROOT / "requirements"
PACKAGE = ROOT / "src" / "bedside"
WEB = PACKAGE / "web"
LOCALE = PACKAGE / "locale"
STATIC = WEB / "static"
PAGE_SOURCES = {".ts", ".css", ".mjs", ".json", ".svg"}
NODE = (20, 0)
PIP_WITH_PYTHON_OPTION = (22, 3)


class SetupError(Exception):
    """Something only the person at the keyboard can fix; the text says what."""


def say(text: str, end: str = "\n") -> None:
    """Print to the person at the keyboard."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


def run(*command: str | Path, environment: dict[str, str] | None = None) -> None:
    """Run a command with its output in the log; the end of the log is shown if it fails."""
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    if done.returncode:
        last_lines = LOG.read_text(errors="replace").splitlines()[-25:]
        raise SetupError("\n".join([*last_lines, "", f"This failed. All of it is in {LOG}."]))


def digest(paths: Iterable[Path], *more: str) -> str:
    """Return one digest over names and contents of files (folders with everything below them)."""
    total = hashlib.sha256()
    for path in sorted(paths):
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if file.is_file():
                total.update(f"{file.relative_to(ROOT)}\0".encode())
                total.update(hashlib.sha256(file.read_bytes()).digest())
    total.update("\0".join(more).encode())
    return total.hexdigest()


def step(name: str, says: str, made_from: str, made: Path, make: Callable[[], None]) -> None:
    """Run a step unless `made` exists and `made_from` is the digest it was made with."""
    stamp = STAMPS / name
    if made.exists() and stamp.exists() and stamp.read_text() == made_from:
        return
    say(f"  {says} … ", end="")
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    make()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(made_from)
    say(f"{time.monotonic() - started:.0f} s")


def network_settings() -> dict[str, str]:
    """Translate pip's network configuration for uv, which does not read it itself.

    Certificate, index and proxy only, and never over settings that uv has already. Extra indexes
    are left out: the pinned hashes name the files of the main one.
    """
    listed = "".join(
        subprocess.run(
            [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
        ).stdout
        for python in (PYTHON, sys.executable)  # if .venv was made without pip, the other one's
    )
    found = re.findall(r"^(global|install|:env:)\.([a-z-]+)='(.*)'$", listed, re.MULTILINE)
    scopes = ("global", "install", ":env:")  # later ones win, as in pip
    pip = {name: value for scope in scopes for said, name, value in found if said == scope}
    told = {
        "SSL_CERT_FILE": pip.get("cert"),
        "UV_DEFAULT_INDEX": pip.get("index-url"),
        "HTTPS_PROXY": pip.get("proxy"),
    }
    return {name: value for name, value in told.items() if value and not os.environ.get(name)}


def make_environment() -> None:
    """Create a fresh .venv with pip and the pinned uv in it."""
    shutil.rmtree(VENV)
    VENV.mkdir()
    if importlib.util.find_spec("ensurepip"):
        run(sys.executable, "-m", "venv", VENV)
        pip: list[str | Path] = [PYTHON, "-m", "pip"]
    elif pip_version() >= PIP_WITH_PYTHON_OPTION:
        run(sys.executable, "-m", "venv", "--without-pip", VENV)
        pip = [sys.executable, "-m", "pip", "--python", PYTHON]
    else:
        version = ".".join(map(str, sys.version_info[:2]))
        raise SetupError(
            f"{sys.executable} cannot make a virtual environment: its venv module is not "
            f"complete.\nOn Debian or Ubuntu: sudo apt install python3-venv\n"
            f"(where there are several Pythons: python{version}-venv). Then run make again."
        )
    run(*pip, "install", "--quiet", "--require-hashes", "-r", REQUIREMENTS / "uv.txt")


def pip_version() -> tuple[int, ...]:
    """Return the version of the pip beside the running Python; () if there is none."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.match(r"pip (\d+)\.(\d+)", told)
    return tuple(map(int, found.groups())) if found else ()


def install_packages(names: list[str]) -> None:
    """Make .venv hold exactly the pinned packages, and Bedside itself as a link to src."""
    uv = {**network_settings(), "VIRTUAL_ENV": str(VENV)}
    files = [REQUIREMENTS / f"{name}.txt" for name in names]
    run(UV, "pip", "sync", "--require-hashes", "--compile-bytecode", *files, environment=uv)
    link = ("pip", "install", "--no-deps", "--no-build-isolation", "--offline", "--editable", ROOT)
    run(UV, *link, environment=uv)


def prepare_python(purpose: str) -> None:
    """Prepare the environment and the packages; an environment with the developer's packages keeps
    them."""
    uv_pin = digest([REQUIREMENTS / "uv.txt"], sys.version, str(ROOT))
    step("environment", "Creating the Python environment", uv_pin, PYTHON, make_environment)
    lists = {"serve": ["base", "build"], "develop": ["dev", "build"]}
    wanted = {
        name: digest(
            [ROOT / "pyproject.toml", *(REQUIREMENTS / f"{part}.txt" for part in parts)], "compiled"
        )
        for name, parts in lists.items()
    }
    stamp = STAMPS / "packages"
    if stamp.exists() and stamp.read_text() == wanted["develop"]:
        purpose = "develop"
    step(
        "packages",
        "Installing the Python packages",
        wanted[purpose],
        VENV / "bin" / "bedside",
        lambda: install_packages(lists[purpose]),
    )
    sources = digest([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html")])
    compiled = PACKAGE / "__pycache__"
    step("bytecode", "Compiling modules and templates", sources, compiled, compile_bytecode)


def prepare_texts() -> None:
    """Compile the translations; a language is offered once there is a compiled catalogue."""
    catalogues = [*LOCALE.glob("*/LC_MESSAGES/bedside.po")]
    stamp = STAMPS / "texts"
    if not all(path.with_suffix(".mo").exists() for path in catalogues):
        stamp.unlink(missing_ok=True)
    made_from = digest([*catalogues, ROOT / "scripts" / "catalogues.py"])
    command = (PYTHON, "-m", "scripts.catalogues", "compile")
    step("texts", "Compiling the translations", made_from, LOCALE, lambda: run(*command))


def compile_bytecode() -> None:
    """Compile Bedside's modules and templates. The confined child of every file writes no bytecode,
    and where Python is told not to (PYTHONDONTWRITEBYTECODE), each start of a server compiles all
    modules; templates would be compiled on the loop, while everybody waits."""
    run(PYTHON, "-m", "compileall", "-q", "-j", "0", PACKAGE)
    run(PYTHON, "-c", "from bedside.edge.rendering import compile_all; compile_all()")


def check_node() -> None:
    """Stop with a sentence if there is no Node that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    told = ""
    if node and npm:
        command = [node, "--version"]
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        if tuple(map(int, re.findall(r"\d+", told)[:2])) >= NODE:
            return
    raise SetupError(
        f"Bedside's pages are built with Node {NODE[0]} or newer and npm, "
        + (f"and this is Node {told[1:]}." if told else "and they were not found.")
        + "\nOn Debian or Ubuntu: sudo apt install nodejs npm\n"
        "(an older release: Node from your usual source). Then run make again."
    )


def prepare_pages() -> None:
    """Install the packages of the pages' scripts, and build scripts and styles."""
    lock = [ROOT / "package.json", ROOT / "package-lock.json"]
    made = ROOT / "node_modules" / ".package-lock.json"
    sources = [
        *lock,
        *ROOT.glob("tsconfig*.json"),
        *ROOT.glob("*.mjs"),
        *(ROOT / "scripts").glob("*.mjs"),
        *(
            path
            for path in WEB.rglob("*")
            if path.suffix in PAGE_SOURCES and STATIC not in path.parents
        ),
    ]
    packages, pages = digest(lock), digest(sources)
    manifest = STATIC / "manifest.json"
    stamps = [STAMPS / "node_packages", STAMPS / "pages"]
    done = [stamp.read_text() if stamp.exists() else "" for stamp in stamps]
    if done != [packages, pages] or not (made.exists() and manifest.exists()):
        check_node()
    install = ("npm", "ci", "--no-audit", "--no-fund")
    says = "Installing the packages of the pages"
    step("node_packages", says, packages, made, lambda: run(*install))
    step("pages", "Building the pages", pages, manifest, lambda: run("npm", "run", "build"))


def main() -> int:
    """Prepare for the purpose given by the first argument."""
    purpose = sys.argv[1]
    lock = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # two parallel makes would build over each other
    VENV.mkdir(exist_ok=True)
    try:
        prepare_python(purpose)
        prepare_texts()
        prepare_pages()
    except SetupError as stop:
        say(f"\n\n{stop}")
        return 1
    except KeyboardInterrupt:
        say("\n\nStopped. What is finished is kept; run make again to go on.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
