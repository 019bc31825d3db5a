"""Takes away from this process what parsing a file does not need.

Resource limits bound memory, time and files. Landlock (Linux 5.13) leaves only the program's own
files readable, nothing writable and nothing executable, and from Linux 6.12 on no signal and no
abstract socket reaches another process. A seccomp filter (`system_calls`) allows the system calls
that parsing needs. A kernel without the last two runs with the limits alone, and the child reports
that.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
from pathlib import Path

from bedside.adapters.rendering.system_calls import forbid_system_calls

FILES, CALLS = "files", "calls"
"""Parts of the confinement: Landlock's rules for files, and the system call filter."""
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_libc = ctypes.CDLL(None, use_errno=True)


def confine(program: str = "") -> list[str]:
    """Take away files, other processes and system calls. Returns what is in force then, of FILES
    and CALLS.

    `program` is one that this process is about to execute. Raises OSError if the kernel has
    Landlock and refuses.
    """
    files = forbid_files(program)
    calls = forbid_system_calls(but_start_a_program=bool(program))
    return [name for name, there in ((FILES, files), (CALLS, calls)) if there]


def limit(memory: int, seconds: int) -> None:
    """Limit this process: `memory` in bytes of address space, `seconds` of processor time.

    It keeps the standard streams and no other open file. It may not write files, dump core or
    outlive the process that started it. The number of processes is not limited: threads count as
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
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIRECTORY = 1, 1 << 1, 1 << 2, 1 << 3
_CHANGES = sum(1 << bit for bit in range(4, 13))  # remove and make, ABI 1
_REFER, _TRUNCATE = 1 << 13, 1 << 14  # ABI 2 and 3
_BIND_TCP, _CONNECT_TCP = 1, 2  # ABI 4
_IOCTL_DEVICE = 1 << 15  # ABI 5
_ABSTRACT_SOCKETS, _SIGNALS = 1, 2  # ABI 6, the scope
_ELF_INTERPRETER = 3


def _readable() -> list[Path]:
    """Return what stays readable: Python and its packages wherever installed, the system's
    libraries, and facts about the system."""
    package = Path(__file__).parents[2]
    places = [sys.prefix, sys.base_prefix, *filter(None, sys.path), "/usr", "/lib", "/lib64"]
    places += ["/etc/fonts", "/var/cache/fontconfig"]  # for programs that draw letters
    files = ["/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/dev/null"]
    facts = ["/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"]
    wanted = (Path(place) for place in [package, *places, "/nix", *files, *facts])
    return [place for place in wanted if place.exists() and place != Path("/")]


def _loader(program: Path) -> Path | None:
    """Return the dynamic loader that the kernel starts for a program (elf(5), PT_INTERP)."""
    with program.open("rb") as opened:
        head = opened.read(4096)
    if not head.startswith(b"\x7fELF\x02\x01"):  # 64 bits, little-endian
        return None
    (table,) = struct.unpack_from("<Q", head, 32)
    size, count = struct.unpack_from("<HH", head, 54)
    for at in range(table, min(table + size * count, len(head) - 56), size):
        if struct.unpack_from("<I", head, at)[0] == _ELF_INTERPRETER:
            (offset,) = struct.unpack_from("<Q", head, at + 8)
            return Path(os.fsdecode(head[offset : head.index(b"\x00", offset)]))
    return None


def forbid_files(program: str = "") -> bool:
    """Leave only the program's own files readable, none writable, and none but `program`
    executable; block signals and abstract sockets to others.

    Returns False if the kernel has no Landlock. Raises OSError if it has and refuses.
    """
    version = _libc.syscall(
        _LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_CREATE_RULESET_VERSION
    )
    if version < 1:
        return False
    attributes = _handled(version)
    ruleset = _checked(
        _libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    )
    for place in _readable():
        _allow(ruleset, place, _READ_FILE | (_READ_DIRECTORY if place.is_dir() else 0))
    if program:
        for place in filter(None, (Path(program), _loader(Path(program)))):
            _allow(ruleset, place, _READ_FILE | _EXECUTE)
    _checked(_libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)
    return True


def _handled(version: int) -> bytes:
    """Return what Landlock of this version should forbid (struct landlock_ruleset_attr)."""
    files = _EXECUTE | _READ_FILE | _READ_DIRECTORY | _WRITE_FILE | _CHANGES
    files |= _REFER if version >= 2 else 0
    files |= _TRUNCATE if version >= 3 else 0
    files |= _IOCTL_DEVICE if version >= 5 else 0
    attributes = struct.pack("=Q", files)
    if version >= 4:
        attributes += struct.pack("=Q", _BIND_TCP | _CONNECT_TCP)
    if version >= 6:
        attributes += struct.pack("=Q", _ABSTRACT_SOCKETS | _SIGNALS)
    return attributes


def _allow(ruleset: int, place: Path, access: int) -> None:
    opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    rule = struct.pack("=Qi", access, opened)
    _checked(_libc.syscall(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, rule, 0))
    os.close(opened)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
