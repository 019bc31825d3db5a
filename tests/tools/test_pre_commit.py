"""The pre-commit hooks: the fast linters run from what is installed here, and stop what they
refuse."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / ".pre-commit-config.yaml"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small repository with the product's hooks, linters and settings, and no code yet."""
    for name in ("src", "tests", "benchmarks", "scripts", "typings"):
        (tmp_path / name).mkdir()
    for name in (".pre-commit-config.yaml", ".importlinter", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("lint", "import_contracts.py", "catalogues.py"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts")
    locale = tmp_path / "src" / "bedside" / "locale"
    locale.mkdir(parents=True)
    shutil.copy(ROOT / "src" / "bedside" / "locale" / "bedside.pot", locale)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    git(tmp_path, "init", "--quiet")
    subprocess.run(
        [ROOT / ".venv/bin/pre-commit", "install"],
        cwd=tmp_path,
        env=environment(tmp_path),
        check=True,
        capture_output=True,
    )
    return tmp_path


def environment(home: Path) -> dict[str, str]:
    """Return an environment with nothing of the developer's, and nowhere to download from."""
    nowhere = "http://127.0.0.1:9"
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PRE_COMMIT_HOME": str(home / ".git" / "pre-commit"),
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@riverside.example",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@riverside.example",
        "https_proxy": nowhere,
        "http_proxy": nowhere,
    }


def git(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git there."""
    return subprocess.run(
        ["git", *arguments],
        cwd=checkout,
        env=environment(checkout),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_commit_is_stopped_until_the_linters_agree(checkout: Path) -> None:
    module = checkout / "src" / "one.py"
    module.write_text("import os\n")
    git(checkout, "add", "src/one.py")
    refused = git(checkout, "commit", "-m", "src: one")
    assert refused.returncode == 1
    assert "ruff (rules, form) and import contracts" in refused.stderr, refused.stderr
    assert "Failed" in refused.stderr
    module.write_text("ONE = 1\n")
    git(checkout, "add", "src/one.py")
    done = git(checkout, "commit", "-m", "src: one")
    assert done.returncode == 0, done.stderr


def test_every_hook_is_a_program_of_the_checkout() -> None:
    repositories = yaml.safe_load(CONFIG.read_text())["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    for hook in repositories[0]["hooks"]:
        assert hook["language"] == "system", "anything else downloads its environment"
        assert os.access(ROOT / hook["entry"].split()[0], os.X_OK)


@pytest.mark.parametrize("argument", ["--fats", "typescript"])
def test_the_linters_take_no_argument_that_they_do_not_know(argument: str) -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "lint", argument], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "usage" in done.stderr
