"""Child processes: what they may not do, how they end, and what the parent makes of it."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.child_process import WHOLE, ChildFailed, Children, Failure
from bedside.errors import Unavailable
from bedside.files import media_types as types
from tests.adapters.rendering.making import everything
from tests.hostile import builders
from tests.peers.ports import wait_until

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F4")]
MIB = 1024 * 1024


def test_a_child_loads_nothing_that_it_may_not_need() -> None:
    """Each file has several children, and the libraries of a page cost each a tenth of a second."""
    code = "import sys, bedside.adapters.rendering.child; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    unwanted = {"pydantic", "sqlalchemy", "starlette", "jinja2", "pikepdf", "PIL", "babel"}
    assert unwanted.isdisjoint(loaded)


async def chunks(data: bytes, pause: float = 0) -> AsyncIterator[bytes]:
    """Yield the data in blocks of 64 KiB, each after a pause in seconds."""
    for start in range(0, len(data), 65_536):
        await asyncio.sleep(pause)
        yield data[start : start + 65_536]


def confined(code: str) -> str:
    """Run `code` in a process confined like a child, and return what it prints."""
    prepared = textwrap.dedent(
        """
        import os, socket
        from bedside.adapters.rendering import confinement
        confinement.limit(memory=1 << 30, seconds=5)
        print(confinement.forbid_files(), confinement.forbid_system_calls(), flush=True)
        try:
            {code}
            print("it could")
        except OSError as error:
            print("refused", error.errno)
        """
    ).format(code=code)
    done = subprocess.run([sys.executable, "-c", prepared], capture_output=True, check=False)
    return done.stdout.decode()


def running_children() -> list[int]:
    """Return the process ids of this process's children that look into files."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        is_ours = int(status[1]) == os.getpid() and status[0] != "Z"
        if is_ours and b"bedside.adapters.rendering.child" in command:
            found.append(int(entry.name))
    return found


async def until_a_child_runs() -> int:
    """Wait until there is a child, and return its process id."""
    for _ in range(6_000):
        if found := running_children():
            return found[0]
        await asyncio.sleep(0.01)
    raise AssertionError("no child was started")


@pytest.mark.parametrize(
    "code",
    [
        "open('/tmp/bedside-plaintext', 'w')",
        "open('/dev/shm/bedside-plaintext', 'w')",
        "open('/etc/passwd')",
        "os.listdir('/tmp')",
        "socket.socket()",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
    ],
)
def test_a_child_can_neither_write_nor_look_around_nor_reach_out(code: str) -> None:
    said = confined(code)
    assert said.startswith("True True")
    assert "refused" in said
    assert "it could" not in said


def test_a_child_can_still_start_a_thread() -> None:
    assert "it could" in confined("import threading; threading.Thread(target=len).start()")


async def test_a_child_says_what_is_in_force() -> None:
    assert await Children().confinement() == WHOLE


async def test_an_ordinary_photo_is_examined_and_pictures_are_made() -> None:
    photo = builders.picture("JPEG", (2000, 1500))
    examiner = ChildExaminer()
    examined = await examiner.examine(chunks(photo), len(photo), "IMG_1.jpg")
    assert (examined.media_type, examined.refusal) == (types.JPEG, "")
    assert (examined.width, examined.height) == (2000, 1500)
    made = await everything(examiner, photo, types.JPEG)
    assert [one.role for one in made.derivatives] == ["thumbnail", "preview"]
    assert not running_children()


async def test_nothing_of_the_parent_reaches_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDSIDE_MASTER_KEY", "secret")
    kept_open = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(kept_open, True)
    photo = builders.picture("JPEG", (4000, 3000), quality=100)
    slow = chunks(photo, pause=0.3)
    asking = asyncio.create_task(ChildExaminer().examine(slow, len(photo), "a"))
    child = Path("/proc") / str(await until_a_child_runs())
    await asyncio.sleep(0.5)
    open_files = [os.readlink(one) for one in (child / "fd").iterdir()]
    assert "/etc/hostname" not in open_files
    assert b"secret" not in (child / "environ").read_bytes()
    await asking
    os.close(kept_open)


async def test_a_child_that_takes_too_long_is_stopped() -> None:
    bomb = builders.zeros_packed(250 * MIB)
    streams = [builders.pdf_stream(bomb, b"/Filter /FlateDecode")] * 4
    document = builders.simple_pdf(more=streams)
    examiner = ChildExaminer(Children(seconds=1))
    examined = await examiner.examine(chunks(document), len(document), "a.pdf")
    assert examined.refusal == "too_complex"
    assert not running_children()


async def test_a_child_that_needs_too_much_memory_is_stopped() -> None:
    picture = builders.png(9_000, 9_000)
    children = Children(memory=90 * MIB)
    examined = await ChildExaminer(children).examine(chunks(picture), len(picture), "a.png")
    assert examined.refusal == "decompression_bomb"
    made = await everything(ChildExaminer(children), picture, types.PNG)
    assert made.derivatives == ()


async def test_a_crash_is_a_damaged_file_and_not_an_error() -> None:
    photo = builders.picture("JPEG", (4000, 3000), quality=100)
    reads = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        async for block in chunks(photo, pause=0.3):
            yield block
            reads.set()  # the next is wanted, so the child is confined and has the first

    asking = asyncio.create_task(ChildExaminer().examine(slow(), len(photo), "a"))
    child = await until_a_child_runs()
    await reads.wait()  # a crash before that would be the machine's fault, not the file's
    os.kill(child, signal.SIGSEGV)
    assert (await asking).refusal == "damaged_image"


async def test_a_service_that_is_being_stopped_blames_no_file() -> None:
    photo = builders.picture("JPEG", (4000, 3000), quality=100)
    slow = chunks(photo, pause=0.3)
    asking = asyncio.create_task(ChildExaminer().examine(slow, len(photo), "a"))
    os.kill(await until_a_child_runs(), signal.SIGTERM)
    with pytest.raises(Unavailable):
        await asking


async def test_a_store_that_is_slow_blames_no_file() -> None:
    photo = builders.picture("JPEG")
    examiner = ChildExaminer(Children(seconds=1))
    with pytest.raises(Unavailable):
        await examiner.examine(chunks(photo, pause=5), len(photo), "a")


async def test_a_store_that_gives_too_little_blames_no_file() -> None:
    photo = builders.picture("JPEG")
    with pytest.raises(Unavailable):
        await ChildExaminer().examine(chunks(photo[:-9]), len(photo), "a")


async def test_a_store_that_fails_is_heard() -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield b"\xff\xd8\xff"
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        await ChildExaminer().examine(failing(), 1000, "a")
    assert not running_children()


async def test_giving_up_leaves_no_child_behind() -> None:
    photo = builders.picture("JPEG", (4000, 3000), quality=100)
    slow = chunks(photo, pause=0.3)
    asking = asyncio.create_task(ChildExaminer().examine(slow, len(photo), "a"))
    await until_a_child_runs()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not running_children()


async def test_only_so_many_run_at_once() -> None:
    photo = builders.picture("JPEG", (1000, 1000))
    examiner = ChildExaminer(Children(at_once=2))
    asking = [
        asyncio.create_task(examiner.examine(chunks(photo, pause=0.05), len(photo), "a"))
        for _ in range(8)
    ]
    most = 0
    while not all(one.done() for one in asking):
        most = max(most, len(running_children()))
        await asyncio.sleep(0.005)
    assert most == 2
    assert {(await one).refusal for one in asking} == {""}


async def test_another_program_is_confined_too(tmp_path: Path) -> None:
    children = Children()
    assert await children.run(["/bin/cat"], b"hello") == b"hello"
    touch = ["/bin/touch", str(tmp_path / "new")]
    for program in (["/bin/false"], ["/bin/cat", "/etc/passwd"], touch):
        with pytest.raises(ChildFailed) as failed:
            await children.run(program, b"")
        assert failed.value.failure is Failure.CRASHED


def test_a_child_does_not_outlive_its_parent() -> None:
    code = textwrap.dedent(
        """
        import asyncio
        from bedside.adapters.child_process import Children
        async def endless():
            while True:
                yield b"x"
                await asyncio.sleep(0.05)
        asyncio.run(Children().ask("examine", endless(), 10**9, name="a"))
        """
    )
    with subprocess.Popen([sys.executable, "-c", code]) as parent:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        wait_until(lambda: bool(children.read_text().split()), "a child")
        child = Path("/proc") / children.read_text().split()[0]
        # it asks the kernel to end it with its parent before it gives up system calls
        wait_until(lambda: "Seccomp:\t2" in (child / "status").read_text(), "the confined child")
        parent.kill()
    wait_until(lambda: _is_gone(child), "the end of the child")


def _is_gone(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
