"""Install the Debian packages that the tests drive: browsers, media server, scanner, database, …

Does nothing if every program is there. Services do not start by themselves during installation,
and /usr/sbin/policy-rc.d is restored afterwards, even after an interruption.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

POLICY = Path("/usr/sbin/policy-rc.d")
KEPT = Path("/usr/sbin/policy-rc.d.kept")
ABSENT = "(there was none)\n"
QUIET = "#!/bin/sh\nexit 101\n"

PACKAGES = {
    "chromium": ["/usr/bin/chromium"],
    "firefox-esr": ["/usr/bin/firefox-esr"],
    "janus": ["/usr/bin/janus"],
    "coturn": ["/usr/bin/turnserver"],
    "clamav-daemon": ["/usr/sbin/clamd"],
    "postgresql": ["/usr/lib/postgresql/*/bin/initdb"],
    "tesseract-ocr": ["/usr/bin/tesseract"],
    "poppler-utils": ["/usr/bin/pdftoppm"],
    "fonts-dejavu-core": ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"],
    "fonts-droid-fallback": ["/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"],
    "nginx-extras": ["/usr/sbin/nginx"],
    "wrk": ["/usr/bin/wrk"],
}
"""Package → where its program is (patterns)."""

OPTIONAL = {
    "chromium-headless-shell": ["/usr/bin/chromium-headless-shell"],
    "fonts-nanum": ["/usr/share/fonts/truetype/nanum/NanumGothic.ttf"],
    "fonts-noto-core": ["/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf"],
}
"""Packages that are installed where the system has them. Without them the whole Chromium runs,
which takes longer, and letters of Korea, India and Thailand are expected in Latin ones."""


def say(text: str) -> None:
    """Print to the person at the keyboard."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def missing(packages: dict[str, list[str]]) -> list[str]:
    """Return the packages whose program is not found."""
    root = Path("/")
    return [
        name
        for name, places in packages.items()
        if not any(any(root.glob(place.lstrip("/"))) for place in places)
    ]


def as_root() -> list[str] | None:
    """Return the prefix that runs a command as root; None if that needs a password."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if allowed.returncode == 0:
            return ["sudo", "-n"]
    return None


def write(prefix: list[str], path: Path, text: str) -> None:
    """Write a small executable file as root."""
    tee = [*prefix, "tee", str(path)]
    subprocess.run(tee, input=text, text=True, stdout=subprocess.DEVNULL, check=True)
    subprocess.run([*prefix, "chmod", "755", str(path)], check=True)


def hold_services(prefix: list[str]) -> None:
    """Forbid services to start; the existing policy is kept (of an interrupted run, the first)."""
    if not KEPT.exists():
        write(prefix, KEPT, POLICY.read_text() if POLICY.exists() else ABSENT)
    write(prefix, POLICY, QUIET)


def release_services(prefix: list[str]) -> None:
    """Restore /usr/sbin/policy-rc.d."""
    if KEPT.read_text() == ABSENT:
        subprocess.run([*prefix, "rm", "-f", str(POLICY), str(KEPT)], check=True)
    else:
        subprocess.run([*prefix, "mv", str(KEPT), str(POLICY)], check=True)


def offered(packages: list[str]) -> list[str]:
    """Return those packages that this system has."""
    show = ["apt-cache", "show", "--no-all-versions"]
    return [
        name
        for name in packages
        if subprocess.run([*show, name], capture_output=True, check=False).returncode == 0
    ]


def install(prefix: list[str], packages: list[str]) -> None:
    """Install with apt-get, and what saves time too; its errors are shown, the rest is not."""
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    apt = [*prefix, *environment, "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    hold_services(prefix)
    try:
        subprocess.run([*apt, "update"], check=False)
        subprocess.run(
            [
                *apt,
                "install",
                "--yes",
                "--no-install-recommends",
                *packages,
                *offered(missing(OPTIONAL)),
            ],
            stdout=subprocess.DEVNULL,
            check=False,
        )
    finally:
        release_services(prefix)


def stop(number: int, frame: FrameType | None) -> None:
    """Exit through every `finally`, so that services are released."""
    sys.exit(128 + number)


def main() -> int:
    """Return 0 if everything is there in the end; otherwise print what is missing and how to get
    it."""
    signal.signal(signal.SIGTERM, stop)
    lacking, prefix = missing(PACKAGES), as_root()
    may_install = shutil.which("apt-get") is not None and prefix is not None
    wanted = lacking + (offered(missing(OPTIONAL)) if may_install else [])
    if not wanted:
        return 0
    if prefix is not None and may_install:
        say(f"  Installing Debian packages: {' '.join(wanted)}")
        install(prefix, lacking)
        lacking = missing(PACKAGES)
        if not lacking:
            return 0
        say("These could not be installed:")
    else:
        say("The tests drive real programs, and these are missing (installing needs root):")
    for name in lacking:
        say(f"  {name}  ({' or '.join(PACKAGES[name])})")
    say(f"As root: apt-get install --no-install-recommends {' '.join(lacking)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
