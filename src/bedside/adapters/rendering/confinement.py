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
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_libc = ctypes.CDLL(None, use_errno=True)


def limit(memory: int, seconds: int) -> None:
    """Bound this process: `memory` in bytes of address space, `seconds` of processor time.

    It keeps the standard streams and no other open file. It may not write files, dump core or
    outlive the process that started it. The number of processes is left alone: threads count as
    such, and decoders of HEIC and OCR need some.
    """
    os.closerange(3, max(1024, resource.getrlimit(resource.RLIMIT_NOFILE)[0]))
    for which, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
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
    """Python and its packages wherever they are installed, the system's libraries, and facts."""
    package = Path(__file__).parents[2]
    places = [sys.prefix, sys.base_prefix, *filter(None, sys.path), "/usr", "/lib", "/lib64"]
    files = ["/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/dev/null"]
    facts = ["/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"]
    wanted = (Path(place) for place in [package, *places, "/nix", *files, *facts])
    return [place for place in wanted if place.exists() and place != Path("/")]


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


@dataclass(frozen=True, slots=True)
class _Machine:
    """Numbers of system calls on one architecture (`<asm/unistd.h>`)."""

    audit: int
    denied: tuple[int, ...]
    execve: tuple[int, ...]
    clone: int
    tgkill: int


# Denied: socket, connect, fork, vfork, kill, ptrace, process_vm_readv and -writev, tkill,
# io_uring_setup, pidfd_send_signal, pidfd_open.
_MACHINES = {
    "x86_64": _Machine(
        audit=0xC000003E,
        denied=(41, 42, 57, 58, 62, 101, 310, 311, 200, 425, 424, 434),
        execve=(59, 322),
        clone=56,
        tgkill=234,
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        denied=(198, 203, 129, 117, 270, 271, 130, 425, 424, 434),
        execve=(221, 281),
        clone=220,
        tgkill=131,
    ),
}
_CLONE3 = 435
_CLONE_THREAD = 0x10000
_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _DENY, _UNKNOWN_CALL, _KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # places in struct seccomp_data


def forbid_system_calls(*, but_start_a_program: bool = False) -> bool:
    """Forbid sockets, processes, tracing, and signals to others; threads stay allowed.

    `but_start_a_program` leaves `execve`, for a process that is about to become another program.
    Gives False on a machine whose system calls are not listed here or a kernel without seccomp.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.maxsize < 2**32:
        return False
    denied = machine.denied if but_start_a_program else (*machine.denied, *machine.execve)
    program = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_JUMP_EQUAL, machine.audit, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    for number in denied:
        program += [_step(_JUMP_EQUAL, number, 0, 1), _step(_RETURN, _DENY)]
    # The C library falls back to clone, whose flags a filter can read.
    program += [_step(_JUMP_EQUAL, _CLONE3, 0, 1), _step(_RETURN, _UNKNOWN_CALL)]
    program += _unless_first_argument(machine.clone, _step(_JUMP_SET, _CLONE_THREAD, 1, 0))
    if not but_start_a_program:
        # abort() signals the process itself, and may
        program += _unless_first_argument(machine.tgkill, _step(_JUMP_EQUAL, os.getpid(), 1, 0))
    program.append(_step(_RETURN, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(program))
    described = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    return _libc.prctl(_PR_SET_SECCOMP, 2, ctypes.create_string_buffer(described), 0, 0) == 0


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _unless_first_argument(number: int, accepted: bytes) -> list[bytes]:
    """Deny the call unless `accepted`, a jump over one step, finds its first argument right."""
    return [
        _step(_JUMP_EQUAL, number, 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT),
        accepted,
        _step(_RETURN, _DENY),
        _step(_RETURN, _ALLOW),
    ]
