"""A request that is cut off by the end of the process is told so, and not called a defect."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from bedside.edge.errors import Caught

pytestmark = [pytest.mark.anyio, pytest.mark.feature("A4")]

OF_UVICORN = "Task cancelled, timeout graceful shutdown exceeded"


async def cut_off(message: str | None, *, begun: bool = False) -> tuple[list[Message], bool]:
    """Return what was answered to a request that hangs, and whether it stayed cancelled."""
    sent: list[Message] = []
    hangs = asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        hangs.set()
        await asyncio.Event().wait()

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope: dict[str, Any] = {"type": "http", "method": "PATCH", "path": "/", "headers": []}
    task = asyncio.create_task(Caught(app)(scope, receive, send))
    await hangs.wait()
    task.cancel(message)
    await asyncio.wait([task])
    return sent, task.cancelled()


async def test_an_upload_at_the_end_of_the_process() -> None:
    sent, cancelled = await cut_off(OF_UVICORN)
    assert sent[0]["status"] == 503
    assert dict(sent[0]["headers"])[b"retry-after"] == b"2"
    assert b"sending goes on by itself" in sent[1]["body"]
    assert not cancelled


@pytest.mark.parametrize(("message", "begun"), [(None, False), ("", False), (OF_UVICORN, True)])
async def test_other_ends_stay_what_they_are(message: str | None, begun: bool) -> None:
    sent, cancelled = await cut_off(message, begun=begun)
    assert cancelled
    assert [one.get("status") for one in sent] == ([200] if begun else [])
