"""Runs inside a network namespace with nothing but loopback: the demonstration, twice.

Prints a JSON object with its findings. Arguments: the `bedside` command, a data directory.
"""

import fcntl
import json
import re
import socket
import struct
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

_IFF_UP = 1
_SIOCSIFFLAGS = 0x8914


def raise_loopback() -> None:
    """Bring up loopback, which is down in a new namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def is_cut_off() -> bool:
    """Whether nothing outside can be reached."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        return probe.connect_ex(("192.0.2.1", 80)) != 0


def first_page(port: int, process: subprocess.Popen[bytes], seconds: float) -> str:
    """Wait for the sign-in page."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/sign-in") as page:
                return page.read().decode()
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the demonstration did not start")


def signed_in(port: int) -> tuple[str, int]:
    """Return the receptionist's inbox, and how many patients the list counts."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    base = f"http://localhost:{port}"
    form = {"email": "sam.patel@riverside.example", "password": "bedside demo", "next": "/inbox"}
    data = urllib.parse.urlencode(form).encode()
    opener.open(urllib.request.Request(f"{base}/sign-in", data, {"Origin": base}))
    inbox = opener.open(f"{base}/inbox").read().decode()
    patients = 0
    for number in range(1, 4):
        page = opener.open(f"{base}/patients?page={number}").read().decode()
        patients += len(set(re.findall(r'href="/patients/(pat_\w{26})"', page)))
    return inbox, patients


def run(command: str, data: str, port: int, seconds: float) -> dict[str, object]:
    """Start, look, stop."""
    began = time.monotonic()
    with subprocess.Popen(
        [command, "demo", "--data", data, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        page = first_page(port, process, seconds)
        took = time.monotonic() - began
        inbox, patients = signed_in(port)
        process.terminate()
        assert process.stdout is not None
        said = process.stdout.read().decode()
    return {
        "took": took,
        "page": page,
        "inbox": inbox,
        "patients": patients,
        "said": said,
        "exit": process.returncode,
    }


def main() -> None:
    command, data = sys.argv[1:3]
    raise_loopback()
    report = {
        "cut_off": is_cut_off(),
        "first": run(command, data, 8080, 180),
        "second": run(command, data, 8080, 90),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
