"""The system calls that parsing a file needs; a seccomp filter refuses all others.

The list was made by running every parser over the tests' files (Pillow, pikepdf, PDFium, numpy,
libheif, GDCM, YARA-X, Magika, onnxruntime, tesseract) and adding what other versions of C
libraries use instead. Whatever reaches another process, another user's data, the network or a
rarely used corner of the kernel is left out. A call that is not listed returns ENOSYS, on which C
libraries fall back to an older one; a listed one with a wrong argument returns EPERM.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

# Name: number on x86-64, on arm64 (<asm/unistd.h>); None where there is no such call.
_HARMLESS: dict[str, tuple[int | None, int | None]] = {
    # Memory, threads, time
    "futex": (202, 98),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "mincore": (27, 232),
    "brk": (12, 214),
    "membarrier": (324, 283),
    "get_mempolicy": (239, 236),
    "set_robust_list": (273, 99),
    "get_robust_list": (274, 100),
    "set_tid_address": (218, 96),
    "rseq": (334, 293),
    "arch_prctl": (158, None),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
    "getcpu": (309, 168),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    # Files that are open, and those that Landlock leaves readable
    "read": (0, 63),
    "readv": (19, 65),
    "pread64": (17, 67),
    "preadv": (295, 69),
    "write": (1, 64),
    "writev": (20, 66),
    "lseek": (8, 62),
    "close": (3, 57),
    "close_range": (436, 436),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe2": (293, 59),
    "eventfd2": (290, 19),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "stat": (4, None),
    "lstat": (6, None),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "fadvise64": (221, 223),
    # About this process
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137),
    "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getpgrp": (111, None),
    "getpgid": (121, 155),
    "getsid": (124, 156),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getgroups": (115, 158),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "getrandom": (318, 278),
}
_EXECVE = (59, 221)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call that is allowed if its argument, under `mask`, is one of `values`."""

    numbers: tuple[int | None, int | None]
    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF


_CLONE_THREAD = 0x10000
_CLONE_NEW = 0x7E020000  # user, process, network, mount and further namespaces
_OPEN_TO_WRITE = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC | 0x400000  # the last: O_TMPFILE's own bit
_DESCRIPTOR_COMMANDS = (0, 1, 2, 3, 4, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC; none that sets an owner or signal
of a descriptor, with which the kernel would signal another process."""
_TERMINAL_QUESTIONS = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONREAD, FIONCLEX, FIOCLEX: whether it is a terminal, and the like."""
_ABOUT_ITSELF = (3, 15, 16, 23, 0x53564D41)
"""PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_VMA."""


def _asked(own_process: int) -> tuple[_Asked, ...]:
    return (
        _Asked((56, 220), 0, (_CLONE_THREAD,), _CLONE_THREAD | _CLONE_NEW),  # clone: threads only
        _Asked((2, None), 1, (0,), _OPEN_TO_WRITE),  # open
        _Asked((257, 56), 2, (0,), _OPEN_TO_WRITE),  # openat
        _Asked((72, 25), 1, _DESCRIPTOR_COMMANDS),  # fcntl
        _Asked((16, 29), 1, _TERMINAL_QUESTIONS),  # ioctl
        _Asked((157, 167), 0, _ABOUT_ITSELF),  # prctl
        _Asked((302, 261), 0, (0,)),  # prlimit64: 0 is this process
        _Asked((234, 131), 0, (own_process,)),  # tgkill: abort() signals the process itself
    )


_AUDIT_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""By machine: which of the numbers are its own, and the kernel's constant for it."""
_LOAD, _JUMP_EQUAL, _AND, _RETURN = 0x20, 0x15, 0x54, 0x06  # <linux/bpf_common.h>
_ALLOW, _NOT_PERMITTED, _NO_SUCH_CALL, _KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # places in struct seccomp_data


def forbid_system_calls(*, but_start_a_program: bool = False) -> bool:
    """Allow what parsing a file needs and nothing else; threads stay allowed.

    `but_start_a_program` leaves `execve`, for a process that is about to execute another program.
    Returns False on a machine whose system calls are not listed here or a kernel without seccomp.
    """
    if platform.machine() not in _AUDIT_ARCHITECTURES or sys.maxsize < 2**32:
        return False
    which, architecture = _AUDIT_ARCHITECTURES[platform.machine()]
    plain = [*_HARMLESS.values(), *([_EXECVE] if but_start_a_program else [])]
    program = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_JUMP_EQUAL, architecture, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    for numbers in plain:
        program += _allowed(numbers[which])
    for asked in _asked(os.getpid()):
        program += _allowed_if(asked, asked.numbers[which])
    program.append(_step(_RETURN, _NO_SUCH_CALL))
    code = ctypes.create_string_buffer(b"".join(program))
    described = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    filter_ = ctypes.create_string_buffer(described)
    return _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filter_, 0, 0) == 0


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _allowed(number: int | None) -> Sequence[bytes]:
    if number is None:
        return ()
    return _step(_JUMP_EQUAL, number, 0, 1), _step(_RETURN, _ALLOW)


def _allowed_if(asked: _Asked, number: int | None) -> Sequence[bytes]:
    """Compare the lower half of the argument: the kernel reads no more of any of these."""
    if number is None:
        return ()
    count = len(asked.values)
    return (
        _step(_JUMP_EQUAL, number, 0, count + 4),
        _step(_LOAD, _ARGUMENTS + 8 * asked.argument),
        _step(_AND, asked.mask),
        *(_step(_JUMP_EQUAL, value, count - place, 0) for place, value in enumerate(asked.values)),
        _step(_RETURN, _NOT_PERMITTED),
        _step(_RETURN, _ALLOW),
    )
