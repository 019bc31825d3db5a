"""Attempts of a parser that was taken over: each is made inside the real confinement."""

import ctypes
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bedside.adapters.rendering import confinement, system_calls

pytestmark = [
    pytest.mark.feature("F4"),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64"),
]

# Each is tried with the process VICTIM available, which belongs to the same user.
TRIES = {
    "signal": "os.kill(VICTIM, 9)",
    "signal a thread": "call(200, VICTIM, 9)",
    "signal a thread of a process": "call(234, VICTIM, VICTIM, 9)",
    "queue a signal": "call(129, VICTIM, 9, bytes(128))",
    "queue a signal for a thread": "call(297, VICTIM, VICTIM, 9, bytes(128))",
    "own a pipe's signals": "fcntl.fcntl(PIPE, fcntl.F_SETOWN, VICTIM)",
    "own a pipe's signals by F_SETOWN_EX": "fcntl.fcntl(PIPE, 15, struct.pack('ii', 1, VICTIM))",
    "choose a pipe's signal": "fcntl.fcntl(PIPE, 10, 9)",
    "own a pipe's signals by ioctl": "fcntl.ioctl(PIPE, 0x8901, struct.pack('i', VICTIM))",
    "lease": "fcntl.fcntl(PIPE, 1024, 0)",
    "limits of another": "resource.prlimit(VICTIM, resource.RLIMIT_NOFILE, (3, 3))",
    "priority of another": "os.setpriority(os.PRIO_PROCESS, VICTIM, 19)",
    "input and output priority": "call(251, 1, VICTIM, 0)",
    "processors of another": "os.sched_setaffinity(VICTIM, {0})",
    "scheduler of another": "os.sched_setscheduler(VICTIM, os.SCHED_IDLE, os.sched_param(0))",
    "pidfd": "os.pidfd_open(VICTIM)",
    "pidfd signal": "call(424, PIPE, 9, 0, 0)",
    "files of another": "call(438, PIPE, 0, 0)",
    "trace": "call(101, 16, VICTIM, 0, 0)",
    "read memory of another": "call(310, VICTIM, 0, 0, 0, 0, 0)",
    "write memory of another": "call(311, VICTIM, 0, 0, 0, 0, 0)",
    "compare with another": "call(312, VICTIM, VICTIM, 0, 0, 0)",
    "socket": "socket.socket()",
    "unix socket": "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "pair of datagram sockets": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "shared memory": "call(29, 0, 4096, 0o1600)",
    "semaphores": "call(64, 0, 1, 0o1600)",
    "messages": "call(68, 0, 0o1600)",
    "POSIX messages": "call(240, b'/bedside', 0o102, 0o600, 0)",
    "add a key": "call(248, b'user', b'bedside', b'x', 1, -3)",
    "keyring": "call(250, 0, -3, 1)",
    "request a key": "call(249, b'user', b'bedside', 0, 0)",
    "user namespace": "call(272, 0x10000000)",
    "join a namespace": "call(308, PIPE, 0)",
    "new process": "os.fork()",
    "new process by clone": "call(56, 17, 0, 0, 0, 0)",
    "namespace by clone": "call(56, 0x10000000 | 17, 0, 0, 0, 0)",
    "clone3": "call(435, bytes(88), 88)",
    "userfaultfd": "call(323, 1)",
    "bpf": "call(321, 0, bytes(128), 128)",
    "performance counters": "call(298, bytes(128), 0, -1, -1, 0)",
    "file without a name": "os.memfd_create('x')",
    "secret memory": "call(447, 0)",
    "io_uring": "call(425, 1, bytes(120))",
    "x32": "call(0x40000000 + 39)",
    "another filter": "call(317, 1, 0, 0)",
    "change dumpable": "call(157, 4, 1, 0, 0, 0)",
    "program": "os.execv('/bin/true', ['true'])",
    "program by execveat": "call(322, -100, b'/bin/true', 0, 0, 0)",
    "write a file": "open('/tmp/bedside-plaintext', 'w')",
    "file without a name on a disk": "os.open('/tmp', 0o20200000 | 2)",
    "read a file": "open('/etc/passwd')",
    "list a directory": "os.listdir('/tmp')",
    "open by openat2": "call(437, -100, b'/etc/passwd', bytes(24), 24)",
    "make a directory": "os.mkdir('/tmp/bedside-directory')",
    "remove": "os.unlink('/tmp/bedside-nothing')",
    "mount": "call(165, b'none', b'/tmp', b'tmpfs', 0, 0)",
    "change root": "os.chroot('/')",
    "become another": "os.setuid(65534)",
    "watch files": "call(253)",
    "write by sendfile": "os.sendfile(1, PIPE, 0, 1)",
    "timer that signals": "call(222, 1, 0, 0)",
}
_ATTACKER = """
import ctypes, errno, fcntl, json, os, resource, socket, struct, sys
from bedside.adapters.rendering import confinement
VICTIM = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    if libc.syscall(*(ctypes.c_long(n) if isinstance(n, int) else n for n in numbers)) < 0:
        raise OSError(ctypes.get_errno(), "refused")
tries = json.loads(sys.argv[2])
confinement.limit(memory=1 << 30, seconds=20)
PIPE, _ = os.pipe()
print(*confinement.confine(), flush=True)
said = {}
for name, code in tries.items():
    try:
        exec(code)
        said[name] = "it could"
    except OSError as error:
        said[name] = errno.errorcode[error.errno]
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """Start a process of the same user."""
    with subprocess.Popen(["/bin/sleep", "1000"]) as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def said(victim: subprocess.Popen[bytes]) -> dict[str, str]:
    """Return the outcome of each attempt, by its name."""
    done = subprocess.run(
        [sys.executable, "-c", _ATTACKER, str(victim.pid), json.dumps(TRIES)],
        capture_output=True,
        check=False,
    )
    in_force, _, results = done.stdout.decode().partition("\n")
    assert in_force == "files calls", done.stderr
    answers: dict[str, str] = json.loads(results)
    return answers


@pytest.mark.parametrize("what", TRIES)
def test_it_is_refused_by_the_confinement(said: dict[str, str], what: str) -> None:
    # By the filter or by Landlock, and not because the attempt was made wrongly.
    assert said[what] in {"EPERM", "ENOSYS", "EACCES"}


def test_the_other_process_lives_on_as_it_was(
    said: dict[str, str], victim: subprocess.Popen[bytes]
) -> None:
    assert said
    assert victim.poll() is None
    assert "Max open files            3 " not in Path(f"/proc/{victim.pid}/limits").read_text()


def test_without_a_filter_most_of_it_could_be_done(victim: subprocess.Popen[bytes]) -> None:
    """A refusal above is the confinement's doing and not that of the machine under test."""
    harmless = (
        "own a pipe's signals",
        "choose a pipe's signal",
        "file without a name",
        "list a directory",
    )
    program = _ATTACKER.replace("*confinement.confine()", "'nothing'")
    tries = json.dumps({name: TRIES[name] for name in harmless})
    done = subprocess.run(
        [sys.executable, "-c", program, str(victim.pid), tries], capture_output=True, check=True
    )
    assert set(json.loads(done.stdout.decode().partition("\n")[2]).values()) == {"it could"}


def confined(code: str) -> str:
    """Run `code` in a confined process, and return what it writes."""
    program = (
        "import os, sys\nfrom bedside.adapters.rendering import confinement\n"
        f"confinement.limit(memory=1 << 30, seconds=5)\nconfinement.confine()\n{code}"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    return done.stdout.decode()


def test_landlock_alone_keeps_signals_from_others(victim: subprocess.Popen[bytes]) -> None:
    libc = ctypes.CDLL(None)
    if libc.syscall(444, None, ctypes.c_size_t(0), 1) < 6:
        pytest.skip("Landlock of this kernel has no scope")
    program = (
        "import os\nfrom bedside.adapters.rendering import confinement\n"
        f"confinement.forbid_files()\nos.kill(os.getpid(), 0)\nos.kill({victim.pid}, 0)"
    )
    command = ["setpriv", "--no-new-privs", sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, check=False)
    assert b"line 5" in done.stderr  # the last one; its own signal reached it
    assert b"PermissionError" in done.stderr


def test_landlock_alone_keeps_programs_from_being_started() -> None:
    program = (
        "import os\nfrom bedside.adapters.rendering import confinement\n"
        "confinement.forbid_files()\nos.execv('/bin/true', ['true'])"
    )
    command = ["setpriv", "--no-new-privs", sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, check=False)
    assert b"PermissionError" in done.stderr


def test_a_program_that_was_started_starts_no_other() -> None:
    command = [
        *(sys.executable, "-m", "bedside.adapters.rendering.confined_program"),
        *(str(1 << 30), "5", "/bin/sh", "-c", "echo begun; exec /bin/echo another"),
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.stdout == b"begun\n"


@pytest.mark.parametrize(
    "code",
    [
        "import threading; t = threading.Thread(target=print, args=('done',)); t.start(); t.join()",
        "import numpy; print('done' if numpy.ones((500, 500)).dot(numpy.ones(500)).any() else '')",
        "import random; random.SystemRandom().random(); print('done')",
        "import select; select.epoll().close(); print('done')",
    ],
)
def test_what_parsing_needs_goes_on(code: str) -> None:
    assert confined(code) == "done\n"


def test_it_may_still_give_up() -> None:
    assert confined("print('before', flush=True); os.abort()") == "before\n"


def test_a_machine_that_is_not_known_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert system_calls.forbid_system_calls() is False


def test_no_number_is_listed_twice() -> None:
    asked = system_calls._asked(os.getpid())
    numbers = [x86 for x86, _ in system_calls._HARMLESS.values()] + [
        one.numbers[0] for one in asked
    ]
    known = [number for number in numbers if number is not None]
    assert len(known) == len(set(known))
    arm = [arm for _, arm in system_calls._HARMLESS.values() if arm is not None]
    assert len(arm) == len(set(arm))


def test_the_kernels_answer_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "forbid_files", lambda _program: False)
    monkeypatch.setattr(confinement, "forbid_system_calls", lambda **_kind: True)
    assert confinement.confine() == [confinement.CALLS]
