"""The operators' manual: every command of Bedside in it runs, and the units are units."""

import re
import shlex
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.peers.ports import free_port, wait_until
from tests.upkeep.conftest import Installation
from tests.upkeep.test_rescue import email_of

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs" / "operators"
UNITS = sorted((ROOT / "deploy" / "systemd").glob("bedside*"))
_BLOCK = re.compile(r"^```\n(.*?)^```", re.S | re.M)
_STAYS = {"serve", "worker"}


def blocks() -> list[tuple[str, str]]:
    """Return every block of the manual, with its page."""
    pages = sorted(MANUAL.glob("*.md"))
    return [(page.name, found) for page in pages for found in _BLOCK.findall(page.read_text())]


def commands() -> list[tuple[str, str]]:
    """Return every command line of Bedside in the blocks, with its page."""
    lines = [(page, line) for page, block in blocks() for line in block.splitlines()]
    named = [(page, re.sub(r"\s+#.*", "", line).strip()) for page, line in lines]
    return [
        (page, line.removeprefix(".venv/bin/"))
        for page, line in named
        if re.match(r"(\.venv/bin/)?bedside [a-z]", line)
    ]


def here(line: str, installation: Installation, folder: Path) -> list[str]:
    """Return the arguments of a command, with the manual's places, people and ports replaced."""
    line = line.replace("$(date +%F)", "2026-11-29").replace("grace@clinic.example", "EMAIL")
    places = {
        "/var/lib/bedside": str(installation.data),
        "…": str(installation.data),
        "/var/lib/bedside-new": str(folder / "new"),
    }
    return [_here(word, places, installation, folder) for word in shlex.split(line)[1:]]


def _here(word: str, places: dict[str, str], installation: Installation, folder: Path) -> str:
    if word.endswith(".tar"):
        return str(folder / Path(word).name)
    if word.endswith("master.key"):
        return str(installation.key_file)
    if word == "EMAIL":
        return email_of(installation)
    return str(free_port()) if re.fullmatch(r"80\d\d", word) else places.get(word, word)


def test_the_manual_names_the_commands() -> None:
    seen = {" ".join(line.split()[1:2]) for _page, line in commands()}
    assert seen >= {"serve", "worker", "migrate", "doctor", "backup", "restore", "keys", "staff"}


@pytest.mark.parametrize(
    ("page", "line"), [one for one in commands() if one[1].split()[1] not in _STAYS]
)
def test_a_command_runs_as_it_is_written(
    installation: Installation, tmp_path: Path, page: str, line: str
) -> None:
    arguments = here(line, installation, tmp_path)
    data = Path(arguments.pop(arguments.index("--data") + 1))
    arguments.remove("--data")
    if arguments[0] == "restore":
        assert installation.run("backup", arguments[-1]).exit_code == 0
        data = tmp_path / "new"
    result = installation.run(*arguments, data=data)
    # doctor finds much to say about a machine of the tests, and says so with 1
    assert result.exit_code in ({0, 1} if arguments[0] == "doctor" else {0}), result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "line", sorted({one[1] for one in commands() if one[1].split()[1] in _STAYS})
)
def test_a_process_starts_as_it_is_written(
    installation: Installation, tmp_path: Path, line: str
) -> None:
    arguments = here(line, installation, tmp_path)
    arguments.remove("--data")
    arguments.remove(str(installation.data))
    port = int(arguments[arguments.index("--port") + 1]) if "--port" in arguments else 0
    if arguments[0] == "serve" and not port:
        port = free_port()
        arguments += ["--port", str(port)]
    process = installation.begin(*arguments)
    try:
        if port:
            wait_until(lambda: answers(port), "an answer")
        else:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)
    finally:
        process.terminate()
        process.communicate()


def answers(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("page", ["systemd.md", "updating.md", "backup-and-keys.md"])
def test_the_blocks_of_commands_are_shell(page: str) -> None:
    for name, block in blocks():
        if name == page:
            done = subprocess.run(
                ["sh", "-n"], input=block, text=True, check=False, capture_output=True
            )
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "unit", [one for one in UNITS if one.suffix != ".env"], ids=lambda u: u.name
)
def test_a_unit_is_one(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text()
    assert "\n[Unit]\n" in text
    if unit.suffix == ".service":
        assert "User=bedside" in text
        assert "NoNewPrivileges=yes" in text
    if shutil.which("systemd-analyze"):
        assert complaints(unit, tmp_path) == []


def complaints(unit: Path, folder: Path) -> list[str]:
    """Return what systemd says of a unit beside the others, with a program that exists."""
    program = folder / "bedside"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for one in UNITS:
        text = one.read_text().replace("/opt/bedside/.venv/bin/bedside", str(program))
        (folder / one.name).write_text(text)
    command = ["systemd-analyze", "verify", str(folder / unit.name)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return [line for line in done.stderr.splitlines() if unit.name in line]


def test_the_manual_describes_every_unit() -> None:
    manual = (MANUAL / "systemd.md").read_text()
    for unit in UNITS:
        assert unit.name.replace("bedside-backup.service", "bedside-backup.timer") in manual
