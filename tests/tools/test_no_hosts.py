"""No tracked file says where packages come from: that is up to each machine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]

# Assembled here, so that this file does not find itself.
WELL_KNOWN = [
    ".".join(parts)
    for parts in (
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("npm", "pkg", "github", "com"),
        ("pypi", "org"),
        ("pypi", "python", "org"),
        ("files", "pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
    )
]
_OPTIONS = re.compile(
    r"--(?:extra-)?index-url|--find-links|\"resolved\": *\"https?:|\bindex-url *="
)


def tracked() -> list[Path]:
    """Return files in git, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def hosts_of_this_machine() -> list[str]:
    """Return where pip and npm get packages here; loopback does not count, because it names
    nobody."""
    asked = [[sys.executable, "-m", "pip", "config", "list"]]
    if shutil.which("npm"):
        asked.append(["npm", "config", "get", "registry"])
    said = "".join(
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
        for command in asked
    )
    hosts = {urlsplit(address).hostname for address in re.findall(r"https?://[^\s'\"]+", said)}
    return sorted(host for host in hosts if host and host not in ("localhost", "127.0.0.1"))


def named(text: str, hosts: list[str]) -> list[str]:
    """Return the hosts and index options named in a text."""
    return [host for host in hosts if host in text] + _OPTIONS.findall(text)


def test_no_tracked_file_names_a_registry() -> None:
    hosts = [*WELL_KNOWN, *hosts_of_this_machine()]
    found = {
        str(path.relative_to(ROOT)): names
        for path in tracked()
        if path != Path(__file__) and (names := named(path.read_text(errors="replace"), hosts))
    }
    assert found == {}


def test_a_name_would_be_noticed() -> None:
    assert named(f"see https://{WELL_KNOWN[0]}/left-pad", WELL_KNOWN) == [WELL_KNOWN[0]]
    assert named('"resolved": "https://mirror.example/x.tgz"', [])
    assert named("--index-url https://mirror.example/simple", [])
    assert named("pillow==12.0.0 --hash=sha256:00", WELL_KNOWN) == []
