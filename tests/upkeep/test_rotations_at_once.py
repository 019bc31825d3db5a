"""Two rotations, step by step in any order, with kills: the key file opens every clinic.

A kill here ends a rotation between two steps and releases its locks, as the end of a process does;
tests/upkeep/test_rotation.py kills real processes, within a step as well.
"""

import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside import bootstrap
from bedside.adapters.keys_file import KeyFile
from bedside.database.sealed import RecordSealBroken, Vault
from bedside.database.sqlite import SqliteDatabase
from bedside.errors import Conflict
from bedside.services import Services
from bedside.settings import load
from bedside.upkeep.rotation import AnotherKeyFile, RotationRunning, rotate
from tests.upkeep.conftest import CONTENT, Installation

pytestmark = pytest.mark.feature("F6")
WHO = (0, 1)
MOVES = st.lists(
    st.tuples(st.sampled_from(WHO), st.sampled_from(["step", "step", "step", "kill"])),
    min_size=2,
    max_size=24,
)
quick = settings(max_examples=25, deadline=None)


@pytest.fixture(scope="module")
def place(original: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation that carries over from one example to the next, as real ones do."""
    folder = tmp_path_factory.mktemp("rotations")
    shutil.copytree(original.data, folder / "data")
    shutil.copytree(original.key_file.parent, folder / "keys")
    changed = {"data": folder / "data", "key_file": folder / "keys" / "master.key"}
    return Installation(**{**vars(original), **changed})


@asynccontextmanager
async def machines(data: Path, *key_files: Path) -> AsyncIterator[list[Services]]:
    """Open the services of processes that share a database."""
    made = [bootstrap.build(load(data=data, master_key_file=path)) for path in key_files]
    for services in made:
        await services.database.open()
    try:
        yield made
    finally:
        for services in made:
            await services.database.close()


async def opens(services: Services, *key_files: Path) -> bool:
    """Whether one of these files opens every clinic."""
    for path in key_files:
        with suppress(RecordSealBroken):
            await Vault(services.database, KeyFile(path)).check()
            return True
    return False


async def play(
    processes: list[Services], moves: list[tuple[int, str]], key_files: list[Path]
) -> list[type[Conflict]]:
    """Advance the rotations as given, and check after each move. Returns how they were refused."""
    running: dict[int, AsyncGenerator[str]] = {}
    refused: list[type[Conflict]] = []
    for who, what in moves:
        if what == "kill":
            await end(running.pop(who, None))
        else:
            rotation = running.setdefault(who, rotate(processes[who]))
            try:
                await anext(rotation)
            except StopAsyncIteration:
                del running[who]
            except Conflict as error:
                refused.append(type(error))
                del running[who]
        assert await opens(processes[0], *key_files)
    for rotation in running.values():
        await end(rotation)
    return refused


async def end(rotation: AsyncGenerator[str] | None) -> None:
    """End a rotation like the end of its process."""
    if rotation is not None:
        await rotation.aclose()


@given(moves=MOVES)
@quick
def test_with_one_key_file(place: Installation, moves: list[tuple[int, str]]) -> None:
    async def run() -> None:
        async with machines(place.data, place.key_file, place.key_file) as processes:
            refused = await play(processes, moves, [place.key_file])
            assert set(refused) <= {RotationRunning}
            async for _ in rotate(processes[0]):
                pass
            processes[1].vault.forget()
            assert await place.content(processes[1]) == CONTENT
        assert len(place.key_file.read_text().splitlines()) == 1

    uvloop.run(run())


@given(moves=MOVES)
@quick
def test_with_a_copy_of_the_key_file_each(
    place: Installation, moves: list[tuple[int, str]]
) -> None:
    """As on two machines: the one with the older copy is refused until the newer one is copied."""
    copy = place.key_file.with_name("copy.key")
    shutil.copy2(place.key_file, copy)

    async def run() -> None:
        async with machines(place.data, place.key_file, copy) as processes:
            refused = await play(processes, moves, [place.key_file, copy])
            assert set(refused) <= {RotationRunning, AnotherKeyFile}
            if not await opens(processes[0], place.key_file):
                shutil.copy2(copy, place.key_file)
            assert await place.content(processes[0]) == CONTENT

    uvloop.run(run())


@given(moves=MOVES)
@quick
def test_where_no_lock_holds(place: Installation, moves: list[tuple[int, str]]) -> None:
    """For instance on a network file system, and with the connection to the database cut."""

    @contextmanager
    def unlocked(*_: object) -> Iterator[bool]:
        yield True

    @asynccontextmanager
    async def unlocked_database(*_: object) -> AsyncIterator[bool]:
        yield True

    async def run() -> None:
        async with machines(place.data, place.key_file, place.key_file) as processes:
            await play(processes, moves, [place.key_file])
            processes[0].vault.forget()
            assert await place.content(processes[0]) == CONTENT

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KeyFile, "only_one", unlocked)
        patch.setattr(SqliteDatabase, "only_one", unlocked_database)
        uvloop.run(run())
