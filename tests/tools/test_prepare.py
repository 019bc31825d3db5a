"""Preparing a checkout: finished steps are not repeated, and failures are explained."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def script(name: str) -> ModuleType:
    """Load a fresh copy of one of the scripts as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def prepare(tmp_path: Path) -> ModuleType:
    """The script, in an empty checkout."""
    module = script("prepare")
    module.ROOT = tmp_path
    module.VENV = tmp_path / ".venv"
    module.STAMPS = module.VENV / ".prepared"
    module.LOG = module.VENV / "prepare.log"
    module.VENV.mkdir()
    return module


def test_a_step_is_done_once_for_each_state_of_its_inputs(
    prepare: ModuleType, tmp_path: Path
) -> None:
    made, done = tmp_path / "made", []

    def make() -> None:
        done.append(1)
        made.touch()

    def step(made_from: str) -> int:
        prepare.step("bed", "Making the bed", made_from, made, make)
        return len(done)

    assert [step("a"), step("a"), step("b"), step("b")] == [1, 1, 2, 2]
    made.unlink()
    assert step("b") == 3


def test_a_step_that_fails_is_done_again(prepare: ModuleType, tmp_path: Path) -> None:
    made = tmp_path / "half"

    def half() -> None:
        made.touch()
        raise KeyboardInterrupt

    def whole() -> None:
        made.write_text("whole")

    with pytest.raises(KeyboardInterrupt):
        prepare.step("bed", "Making the bed", "a", made, half)
    prepare.step("bed", "Making the bed", "a", made, whole)
    assert made.read_text() == "whole"


def test_a_digest_sees_names_contents_and_folders(prepare: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "assets"
    folder.mkdir()
    seen = [prepare.digest([folder])]
    (folder / "a.ts").write_text("1")
    seen.append(prepare.digest([folder]))
    (folder / "a.ts").write_text("2")
    seen.append(prepare.digest([folder]))
    (folder / "a.ts").rename(folder / "b.ts")
    seen.append(prepare.digest([folder]))
    seen.append(prepare.digest([folder], "another place"))
    assert len(set(seen)) == len(seen)
    assert prepare.digest([folder]) == seen[3]


def test_a_failing_command_shows_the_end_of_its_output(prepare: ModuleType) -> None:
    with pytest.raises(prepare.SetupError, match="no such wheel") as failure:
        prepare.run("sh", "-c", "echo no such wheel; exit 3")
    assert "prepare.log" in str(failure.value)


@pytest.mark.parametrize(("version", "says"), [("v18.19.0", "this is Node 18.19.0"), ("", "not")])
def test_an_old_node_is_said(
    prepare: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    says: str,
) -> None:
    for name in ("node", "npm") if version else ():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(prepare.SetupError, match=says):
        prepare.check_node()


def test_uv_is_told_what_pip_knows(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "UV_DEFAULT_INDEX", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    prepare.PYTHON = Path(sys.executable)
    monkeypatch.setenv("PIP_CERT", "/etc/clinic/ca.pem")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.clinic.example/simple")
    told = prepare.network_settings()
    assert told["SSL_CERT_FILE"] == "/etc/clinic/ca.pem"
    assert told["UV_DEFAULT_INDEX"] == "https://mirror.clinic.example/simple"
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/other.pem")
    assert "SSL_CERT_FILE" not in prepare.network_settings()


def test_an_old_python_is_said(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for tool in ("cat", "sh"):
        (tmp_path / tool).symlink_to(f"/bin/{tool}")
    environment = {"PATH": str(tmp_path)}
    finder = [ROOT / "scripts" / "find-python"]
    done = subprocess.run(finder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    environment["BEDSIDE_PYTHON"] = sys.executable
    done = subprocess.run(finder, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == sys.executable


@pytest.fixture
def debian(tmp_path: Path) -> ModuleType:
    """The script, with the policy for services in an empty folder."""
    module = script("debian")
    module.POLICY = tmp_path / "policy-rc.d"
    module.KEPT = tmp_path / "policy-rc.d.kept"
    return module


@pytest.mark.parametrize("before", [None, "#!/bin/sh\nexit 0\n"])
def test_the_policy_for_services_is_put_back(debian: ModuleType, before: str | None) -> None:
    if before is not None:
        debian.POLICY.write_text(before)
    debian.hold_services([])
    assert subprocess.run([debian.POLICY], check=False).returncode == 101
    debian.hold_services([])  # an earlier run was killed before it could restore things
    debian.release_services([])
    assert (debian.POLICY.read_text() if debian.POLICY.exists() else None) == before
    assert not debian.KEPT.exists()


def test_what_is_missing_is_named_with_the_way_to_get_it(
    debian: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    debian.PACKAGES = {"here": ["/bin/sh"], "not-here": ["/usr/lib/nowhere/*/bin/program"]}
    monkeypatch.setenv("PATH", "/nowhere")
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert debian.main() == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    said = capsys.readouterr().out
    assert "not-here  (/usr/lib/nowhere/*/bin/program)" in said
    assert "apt-get install --no-install-recommends not-here" in said
    assert " here" not in said


def test_every_target_that_help_lists_exists() -> None:
    # These tests may run under make, and a make under make prints more.
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("MAKE")}
    listed = subprocess.run(
        ["make", "help"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
    targets = [line.split()[1] for line in listed.splitlines()]
    assert {"demo", "test", "lint", "bench"} <= set(targets)
    for target in targets:
        dry = ["make", "--dry-run", target]
        done = subprocess.run(dry, cwd=ROOT, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, target
