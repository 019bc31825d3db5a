"""`bedside demo` touches only what it created, whatever directory and environment it is given."""

import socket
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bedside.cli import main
from bedside.demo import own
from bedside.demo.run import run
from tests.peers import commands

pytestmark = pytest.mark.feature("A1")
KILLED = -9


def demo(
    data: Path, fault: str = "demo.migrated", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the real command, which kills itself at the given fault point."""
    return commands.run(["demo", "--data", str(data)], {"BEDSIDE_FAULT": fault, **environment})


def content(folder: Path) -> dict[Path, bytes]:
    """Return every file below a directory."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """The data directory of a real installation that keeps its key in it."""
    data = tmp_path / "real"
    assert CliRunner().invoke(main, ["migrate", "--data", str(data)]).exit_code == 0
    (data / "files" / "3f").mkdir(parents=True)
    (data / "files" / "3f" / "cli_x+fil_x").write_bytes(b"sealed")
    (data / "keys").mkdir()
    (data / "keys" / "master.key").write_text("1:" + "A" * 43 + "=\n")
    return data


def test_a_real_installation_is_refused_and_left_alone(real: Path) -> None:
    before = content(real)
    done = demo(real)
    assert done.returncode == 1
    assert "the demonstration did not make" in done.stderr
    assert "--data" in done.stderr
    assert content(real) == before


def test_what_was_begun_as_a_demonstration_is_begun_anew(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    for fault in ("demo.marked", "demo.migrated", "demo.migrated"):
        done = demo(data, fault)
        assert done.returncode == KILLED, done.stderr
        (data / "notes.txt").write_text("somebody's own")
    assert (data / "notes.txt").read_text() == "somebody's own"
    assert own.is_unfinished(data)


def test_nothing_of_the_environment_and_of_a_settings_file_is_used(
    tmp_path: Path, real: Path
) -> None:
    before, data = content(real), tmp_path / "demo"
    environment = {
        "BEDSIDE_DATABASE_URL": f"sqlite:///{real / 'bedside.db'}",
        "BEDSIDE_MASTER_KEY_FILE": str(real / "keys" / "master.key"),
        "BEDSIDE_SMTP_URL": "smtp://mail.example:25",
        "BEDSIDE_MAIL_FROM": "clinic@mail.example",
        "BEDSIDE_TWILIO_URL": "https://sms.example",
    }
    assert demo(data, "demo.marked", **environment).returncode == KILLED
    (data / "bedside.toml").write_text(f'database_url = "sqlite:///{real / "bedside.db"}"\n')
    done = demo(data, **environment)
    assert done.returncode == KILLED, done.stderr
    said = " ".join(done.stdout.split())
    assert "Not used for the demonstration: database_url, master_key_file" in said
    assert "bedside.toml" in said
    assert (data / "bedside.db").exists()
    assert content(real) == before


def test_a_clinic_is_not_served_where_a_demonstration_was_being_made(tmp_path: Path) -> None:
    """The next `bedside demo` would take it for its own."""
    data = tmp_path / "demo"
    assert demo(data).returncode == KILLED
    done = CliRunner().invoke(main, ["serve", "--data", str(data)])
    assert done.exit_code == 1
    assert "Choose another directory" in done.output


def test_two_do_not_fill_one_directory(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    with own.filling(data):
        (data / "bedside.db").write_bytes(b"half")
        done = demo(data)
        assert done.returncode == 1
        assert "is filling" in done.stderr
        assert (data / "bedside.db").read_bytes() == b"half"
    assert own.is_complete(data)


def test_links_to_elsewhere_are_not_followed(tmp_path: Path, real: Path) -> None:
    before, data = content(real), tmp_path / "demo"
    assert demo(data, "demo.marked").returncode == KILLED
    for name in ("files", "keys", "bedside.db"):
        (data / name).symlink_to(real / name)
    assert demo(data).returncode == KILLED
    assert content(real) == before
    assert not (data / "bedside.db").is_symlink()


@pytest.mark.feature("A1")
@pytest.mark.parametrize("lan", [False, True])
def test_a_taken_port_is_said_before_anything_is_made(tmp_path: Path, lan: bool) -> None:
    data = tmp_path / "demo"
    with socket.socket() as taken:
        taken.bind(("0.0.0.0" if lan else "127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(click.ClickException, match=f"Port {port} .*Nothing was made"):
            run(data, port, lan=lan)
    assert not data.exists()
