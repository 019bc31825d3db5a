"""Takes away from this process what parsing a file does not need.

Resource limits bound memory, time and files. Landlock (Linux 5.13) leaves the program's own files
readable and nothing writable. A seccomp filter forbids starting programs, opening sockets and
signalling others. A kernel without the last two runs with the limits alone.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_libc = ctypes.CDLL(None, use_errno=True)


def limit(memory: int, seconds: int) -> None:
    """Bound this process: `memory` in bytes of address space, `seconds` of processor time.

    It may not write files, dump core, start processes (as far as the user's limit reaches) or
    outlive the process that started it.
    """
    for which, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(which, (value, value))
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


_LANDLOCK_CREATE_RULESET = 444  # the same numbers on every architecture
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_CREATE_RULESET_VERSION = 1
_LANDLOCK_RULE_PATH_BENEATH = 1
_READ_FILE, _READ_DIRECTORY = 1 << 2, 1 << 3
_WRITE_FILE = 1 << 1
_CHANGES = sum(1 << bit for bit in range(4, 13))  # remove and make, ABI 1
_REFER, _TRUNCATE = 1 << 13, 1 << 14  # ABI 2 and 3
_BIND_TCP, _CONNECT_TCP = 1, 2  # ABI 4


def _readable() -> list[Path]:
    package = Path(__file__).parents[2]
    places = [sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/lib32", "/nix", package]
    files = ["/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/dev/null"]
    facts = ["/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"]
    return [Path(place) for place in [*places, *files, *facts] if Path(place).exists()]


def forbid_files() -> bool:
    """Leave only the program's own files readable and none writable.

    Gives False where the kernel has no Landlock. Raises OSError when it has and refuses.
    """
    version = _libc.syscall(
        _LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_CREATE_RULESET_VERSION
    )
    if version < 1:
        return False
    handled = _READ_FILE | _READ_DIRECTORY | _WRITE_FILE | _CHANGES
    handled |= _REFER if version >= 2 else 0
    handled |= _TRUNCATE if version >= 3 else 0
    network = _BIND_TCP | _CONNECT_TCP if version >= 4 else 0
    attributes = struct.pack("=QQ", handled, network)[: 16 if version >= 4 else 8]
    ruleset = _checked(
        _libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    )
    for place in _readable():
        allowed = _READ_FILE | (_READ_DIRECTORY if place.is_dir() else 0)
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", allowed, opened)
        _checked(_libc.syscall(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, rule, 0))
        os.close(opened)
    _checked(_libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)
    return True


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


# machine: (audit architecture, system calls that fail with EPERM, tgkill)
_SYSTEM_CALLS = {
    # socket, connect, fork, vfork, execve, kill, ptrace, process_vm_readv and -writev, execveat,
    # tkill, io_uring_setup, pidfd_send_signal, pidfd_open
    "x86_64": (
        0xC000003E,
        (41, 42, 57, 58, 59, 62, 101, 310, 311, 322, 200, 425, 424, 434),
        234,
    ),
    "aarch64": (0xC00000B7, (198, 203, 221, 129, 117, 270, 271, 281, 130, 425, 424, 434), 131),
}
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050001, 0x80000000


def forbid_system_calls() -> bool:
    """Forbid sockets, programs, tracing, and signals to other processes.

    Gives False on a machine whose system calls are not listed here or a kernel without seccomp.
    """
    known = _SYSTEM_CALLS.get(platform.machine())
    if known is None or sys.maxsize < 2**32:
        return False
    architecture, denied, tgkill = known

    def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("=HBBI", code, if_true, if_false, value)

    program = [
        step(_LOAD, 4),  # seccomp_data.arch
        step(_JUMP_EQUAL, architecture, 1, 0),
        step(_RETURN, _KILL),
        step(_LOAD, 0),  # seccomp_data.nr
    ]
    for number in denied:
        program += [step(_JUMP_EQUAL, number, 0, 1), step(_RETURN, _DENY)]
    program += [
        step(_JUMP_EQUAL, tgkill, 0, 3),  # abort() signals itself, and may
        step(_LOAD, 16),  # the first argument's lower half
        step(_JUMP_EQUAL, os.getpid(), 1, 0),
        step(_RETURN, _DENY),
        step(_RETURN, _ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(program))
    described = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    )
    return _libc.prctl(_PR_SET_SECCOMP, 2, described, 0, 0) == 0
