"""Parses hostile files in child processes: one process per file, confined, killed afterwards.

The parent streams the file into the child's standard input and reads framed answers; plaintext
touches no disk and no other process. The child's answer is validated like any input, because a
parser that was taken over may say anything.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog

from bedside.adapters.rendering import framing
from bedside.adapters.rendering.confinement import CALLS, FILES
from bedside.errors import Unavailable

WHOLE = frozenset({FILES, CALLS})
"""Complete confinement; Health and doctor report what a kernel or machine lacks of it."""
_MOST_SECONDS = {"scan": 30}
"""Processor time for tasks that need less than the others."""
_PRIORITY = 5
"""Niceness of children: pages and calls come first when both cores are busy."""
_log = structlog.get_logger("files")
_GIB = 1024**3
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TMPDIR": "/nonexistent",
    "MALLOC_ARENA_MAX": "1",
    # One core per child. Tesseract with four threads on two cores takes six times as long.
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Failure(StrEnum):
    """A file-related reason why a child gave no answer."""

    CRASHED = "crashed"
    TOO_LONG = "too_long"
    TOO_MUCH_MEMORY = "too_much_memory"


class ChildFailed(Exception):
    """The file broke the child."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Answer:
    """A child's answer: a JSON object and its binary parts."""

    header: Mapping[str, Any]
    parts: tuple[bytes, ...]


class Children:
    """Starts children, at most `at_once` at a time.

    `memory` is a child's address space in bytes; `seconds` its processor time, and half of the
    wall-clock time it has in addition to the time for receiving the file.
    """

    def __init__(
        self, *, at_once: int | None = None, memory: int = 2 * _GIB, seconds: int = 60
    ) -> None:
        self.in_force: frozenset[str] | None = None
        """The parts of `confinement` that a child found to be in force; None before the
        first one."""
        self._turns = asyncio.Semaphore(at_once or max(1, os.cpu_count() or 1))
        self._memory = memory
        self._seconds = seconds

    @property
    def busy(self) -> bool:
        """Whether another child would have to wait for a slot."""
        return self._turns.locked()

    async def ask(
        self, task: str, chunks: AsyncIterator[bytes], size: int, **fields: object
    ) -> Answer:
        """Give a fresh child one task on a file of `size` bytes, and return its (first) answer.

        Raises ChildFailed if the file broke the child, and Unavailable if the child could not work
        for another reason, so that the same file may succeed later. Errors of `chunks` are passed
        on to the caller.
        """
        async with aclosing(self.answers(task, chunks, size, **fields)) as answers:
            return await anext(answers)

    async def answers(
        self, task: str, chunks: AsyncIterator[bytes], size: int, **fields: object
    ) -> AsyncGenerator[Answer]:
        """Give a fresh child a task that it answers step by step. The caller stops at the last
        answer; for exceptions see `ask`."""
        request = json.dumps({"task": task, "size": size, **fields}).encode() + b"\n"
        source = _Source(chunks)
        seconds = min(self._seconds, _MOST_SECONDS.get(task, self._seconds))
        longest = 2 * seconds + size / 5_000_000
        async with self._started("child", seconds) as process:
            sending: asyncio.Task[None] | None = None
            try:
                async with asyncio.timeout(longest):
                    stdin, stdout = await self._ready(process)
                sending = asyncio.create_task(_send(stdin, request, source))
                while True:
                    async with asyncio.timeout(longest):
                        answer = await _receive(stdout, size)
                    yield answer
            except TimeoutError as error:
                if source.keeps_waiting:
                    raise Unavailable from error
                raise ChildFailed(Failure.TOO_LONG) from error
            except asyncio.IncompleteReadError as error:
                raise await _reason(process) from error
            finally:
                await _end(sending)

    async def confinement(self) -> frozenset[str]:
        """Return the parts of the confinement in force on this machine; a child is asked once.

        Raises ChildFailed or Unavailable if no child could run.
        """
        if self.in_force is None:
            await self.ask("begin", _nothing(), 0)
        if self.in_force is None:
            raise Unavailable
        return self.in_force

    async def _ready(
        self, process: asyncio.subprocess.Process
    ) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
        """Wait until a child is confined. Returns where to write to it and read from it."""
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise Unavailable
        in_force = framing.read_ready(await stdout.readline())
        if in_force is None:
            await process.wait()
            raise Unavailable
        self._learn(in_force)
        return stdin, stdout

    def _learn(self, in_force: frozenset[str]) -> None:
        missing = WHOLE - in_force
        if missing and self.in_force is None:
            _log.warning("sandbox.incomplete", missing=sorted(missing))
        self.in_force = in_force

    async def run(self, program: Sequence[str], data: bytes) -> bytes:
        """Feed `data` to another program, confined like a child, and return its output.

        `program` is its path and arguments. Raises ChildFailed if it fails or takes too long, and
        Unavailable if it could not be started.
        """
        async with self._started("confined_program", self._seconds, *program) as process:
            try:
                async with asyncio.timeout(2 * self._seconds):
                    written, _ = await process.communicate(data)
            except TimeoutError as error:
                raise ChildFailed(Failure.TOO_LONG) from error
        if process.returncode != 0 or len(written) > framing.MAX_HEADER:
            raise ChildFailed(Failure.CRASHED)
        return written

    @contextlib.asynccontextmanager
    async def _started(
        self, module: str, seconds: int, *arguments: str
    ) -> AsyncGenerator[asyncio.subprocess.Process]:
        """Run a child when a slot is free; it is gone when the block is left."""
        async with self._turns:
            starting = asyncio.create_task(self._start(module, seconds, *arguments))
            try:
                process = await asyncio.shield(starting)
            except asyncio.CancelledError:
                await _kill(await starting)  # it may just have started
                raise
            try:
                yield process
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await process.wait()  # it has answered and will exit by itself
            finally:
                await _kill(process)

    async def _start(
        self, module: str, seconds: int, *arguments: str
    ) -> asyncio.subprocess.Process:
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-B", "-X", "utf8"),
                *("-m", f"bedside.adapters.rendering.{module}"),
                *(str(self._memory), str(seconds), *arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable from error
        with contextlib.suppress(OSError):  # it may be gone already
            os.setpriority(os.PRIO_PROCESS, process.pid, _PRIORITY)
        return process


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class _Source:
    """The file's chunks. `keeps_waiting` is true while the next one is awaited: slowness is then
    the store's fault, not the file's."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self.keeps_waiting = False

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        self.keeps_waiting = True
        async for chunk in self._chunks:
            self.keeps_waiting = False
            yield chunk
            self.keeps_waiting = True
        self.keeps_waiting = False

    async def close(self) -> None:
        close = getattr(self._chunks, "aclose", None)
        if close is not None:
            await close()


async def _send(stdin: asyncio.StreamWriter, request: bytes, source: _Source) -> None:
    try:
        stdin.write(request)
        async for chunk in source:
            stdin.write(chunk)
            await stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        pass  # the child knows enough already
    finally:
        stdin.close()
        await source.close()


async def _end(sending: asyncio.Task[None] | None) -> None:
    """Stop sending. Raises the error of the store that it ended with."""
    if sending is None:
        return
    if not sending.done():
        sending.cancel()
    failed = (await asyncio.gather(sending, return_exceptions=True))[0]
    if isinstance(failed, Exception):
        raise failed


async def _receive(stdout: asyncio.StreamReader, size: int) -> Answer:
    length = int.from_bytes(await stdout.readexactly(4), "big")
    if length > framing.MAX_HEADER:
        raise ChildFailed(Failure.CRASHED)
    try:
        header = json.loads(await stdout.readexactly(length))
        sizes = [int(size) for size in header["parts"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ChildFailed(Failure.CRASHED) from error
    if min(sizes, default=0) < 0 or sum(sizes) > framing.MAX_PARTS + size:
        raise ChildFailed(Failure.CRASHED)
    parts = [await stdout.readexactly(size) for size in sizes]
    failed = header.get("failed")
    if failed in {"incomplete", "library"}:
        raise Unavailable
    if failed:
        raise ChildFailed(Failure.TOO_MUCH_MEMORY if failed == "memory" else Failure.CRASHED)
    return Answer(header, tuple(parts))


async def _reason(process: asyncio.subprocess.Process) -> Exception:
    """Return why a child ended without an answer, by the signal that ended it."""
    code = await process.wait()
    if code in {-15, -2}:  # SIGTERM, SIGINT: the service is stopping
        return Unavailable()
    if code in {-24, -9}:  # SIGXCPU, SIGKILL: out of processor time, or of the kernel's memory
        return ChildFailed(Failure.TOO_LONG)
    if code in {-4, -5, -6}:  # SIGILL, SIGTRAP, SIGABRT: how C++ libraries give up on memory
        return ChildFailed(Failure.TOO_MUCH_MEMORY)
    return ChildFailed(Failure.CRASHED)
