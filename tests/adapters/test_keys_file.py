"""The key file under a running process: replaced by the copy of another machine."""

import shutil
from pathlib import Path

import pytest

from bedside.adapters.keys_file import KeyFile
from bedside.database.sealed import RecordSealBroken
from bedside.errors import Conflict

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F6")]
KEY, MESSAGE = bytes(range(32)), b"a message"


@pytest.fixture
async def two(tmp_path: Path) -> tuple[KeyFile, KeyFile]:
    """Two machines with a copy each, on which both have made a generation 2 of their own."""
    one, other = KeyFile(tmp_path / "one.key"), KeyFile(tmp_path / "other.key")
    await one.make_first()
    shutil.copy2(one.path, other.path)
    assert one.add_generation(1) == other.add_generation(1) == 2
    return one, other


async def test_a_running_process_goes_on_with_the_newer_copy(two: tuple[KeyFile, KeyFile]) -> None:
    one, other = two
    generation, wrapped = await other.wrap(KEY, "of a clinic")
    signed_by, mac = await other.authenticate(MESSAGE, "a purpose")
    with pytest.raises(RecordSealBroken):
        await one.unwrap(wrapped, generation, "of a clinic")
    assert not await one.is_authentic(MESSAGE, "a purpose", signed_by, mac)
    shutil.copy2(other.path, one.path)
    assert await one.unwrap(wrapped, generation, "of a clinic") == KEY
    assert await one.is_authentic(MESSAGE, "a purpose", signed_by, mac)


async def test_a_rotation_still_notices_that_the_file_was_changed(
    two: tuple[KeyFile, KeyFile],
) -> None:
    one, other = two
    generation, wrapped = await other.wrap(KEY, "of a clinic")
    shutil.copy2(other.path, one.path)
    await one.unwrap(wrapped, generation, "of a clinic")
    with pytest.raises(Conflict, match="changed"):
        one.keep_only(generation)
