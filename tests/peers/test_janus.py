"""The media server peer: it accepts our secret only, and comes back on the same port."""

import json
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.peers.janus import SECRET, Janus

pytestmark = pytest.mark.anyio


async def ask(janus: Janus, question: str, secret: str = SECRET) -> Any:
    """Send one request to Janus and return its answer."""
    async with connect(janus.url, subprotocols=["janus-protocol"], proxy=None) as socket:
        await socket.send(json.dumps({"janus": question, "transaction": "1", "apisecret": secret}))
        return json.loads(await socket.recv())


async def test_it_has_rooms_and_takes_no_other_secret(janus: Janus) -> None:
    info = await ask(janus, "info")
    assert list(info["plugins"]) == ["janus.plugin.videoroom"]
    assert list(info["transports"]) == ["janus.transport.websockets"]
    assert (await ask(janus, "create"))["janus"] == "success"
    assert (await ask(janus, "create", "a guess"))["error"]["code"] == 403


async def test_one_of_ones_own_comes_back_after_a_crash() -> None:
    own = Janus()
    try:
        own.start()
        own.crash()
        with pytest.raises(ConnectionRefusedError):
            await ask(own, "create")
        own.start()
        assert (await ask(own, "create"))["janus"] == "success"
        own.stop()
    finally:
        own.remove()
    assert not own.folder.exists()
