"""Allocator and garbage collector, tuned for a process that moves large buffers all day."""

import ctypes
import gc
import sys

# Names and numbers of glibc's <malloc.h>.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

_KEEP_ON_HEAP_BELOW = 8 << 20
_TRIM_ABOVE = 64 << 20
_ARENAS = 2


def tune_allocator() -> bool:
    """Keep buffers of up to 8 MiB on the heap instead of mapping new memory each time.

    glibc maps every allocation above 128 KiB and unmaps it on free, so each 256 KiB of a body
    costs two system calls and 64 page faults. Call once, at the start of the process, before
    threads exist. Returns whether the C library accepted the values (glibc on Linux does, others
    keep their own behaviour).
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    taken = True
    for name, value in (
        (_M_TRIM_THRESHOLD, _TRIM_ABOVE),
        (_M_MMAP_THRESHOLD, _KEEP_ON_HEAP_BELOW),
        (_M_ARENA_MAX, _ARENAS),
    ):
        taken = mallopt(name, value) == 1 and taken
    return taken


def settle() -> None:
    """Freeze the objects loaded so far; call once before serving.

    They stay for good. The collector, which may have been off during loading, carries on without
    them: scanning all of them would stall every request for some 50 ms.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
