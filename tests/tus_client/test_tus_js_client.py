"""The official tus client: 20 MB up, stopped and resumed, terminated, several in parallel,
refused."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from bedside.files.models import files
from bedside.files.states import FileState
from tests.edge.tus import VERSION, Sender, sending, words
from tests.house import Served

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F1")]
CLIENT = Path(__file__).with_name("client.mjs")


async def run(sender: Sender, scenario: str) -> dict[str, Any]:
    """Return what the client saw."""
    cookie = "; ".join(f"{name}={value}" for name, value in sender.http.cookies.items())
    node = await asyncio.create_subprocess_exec(
        "node",
        str(CLIENT),
        scenario,
        str(sender.http.base_url).rstrip("/") + sender.home,
        cookie,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaints = await asyncio.wait_for(node.communicate(), 90)
    assert node.returncode == 0, complaints.decode()
    return json.loads(said)


async def arrived(sender: Sender) -> dict[str, bytes]:
    """Return the files of the chart. Scans of 20 MB are irrelevant here, so they are skipped."""
    async with sender.house.database.unit_of_work() as work:
        await work.execute(update(files).values(state=FileState.FILED))
    return {entry.name: await sender.content(entry) for entry in await sender.entries()}


@pytest.mark.parametrize(("scenario", "size"), [("whole", 20), ("at_once", 2), ("by_post", 2)])
async def test_a_file_arrives(served: Served, scenario: str, size: int) -> None:
    async with sending(served) as sender:
        await run(sender, scenario)
        assert [entry.category for entry in await sender.entries()] == ["imaging"]
        assert await arrived(sender) == {"whole.txt": words(size * 1_000_000, 1)}


async def test_a_stopped_upload_goes_on_where_it_was(served: Served) -> None:
    async with sending(served) as sender:
        seen = await run(sender, "resumed")
        assert seen["found"] == 1
        assert seen["first_accepted"] >= 10_000_000
        assert await arrived(sender) == {"whole.txt": words(20_000_000, 1)}


async def test_a_terminated_upload_is_gone(served: Served) -> None:
    async with sending(served) as sender:
        seen = await run(sender, "terminated")
        assert (await sender.http.head(seen["url"], headers=VERSION)).status_code == 404
        await sender.work()
        assert [key async for key, _ in sender.house.services.files.custody.blobs()] == []


async def test_several_at_once(served: Served) -> None:
    async with sending(served) as sender:
        await run(sender, "several")
        assert await arrived(sender) == {f"{n}.txt": words(3_000_000, n) for n in (1, 2, 3, 4)}


async def test_a_refusal_reaches_the_client_with_its_sentence(served: Served) -> None:
    async with sending(served) as sender:
        seen = await run(sender, "refused")
        assert seen["status"] == httpx.codes.UNSUPPORTED_MEDIA_TYPE
        assert json.loads(seen["body"])["sentence"].startswith("This is a program")
        assert await sender.entries() == []
