"""Relay credentials: a real relay accepts them for ten minutes, and no others."""

import asyncio
from typing import Any

import pytest
from aioice import stun, turn

from bedside.calls.ice import VALID, IceServers
from bedside.kernel import clock
from tests.peers.coturn import SECRET, Coturn

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V15")]


async def allocate(coturn: Coturn, server: dict[str, Any]) -> None:
    """Ask the relay for a port, as browsers do."""
    transport, _ = await turn.create_turn_endpoint(
        asyncio.DatagramProtocol,
        server_addr=(coturn.address, coturn.port),
        username=server["username"],
        password=server["credential"],
    )
    transport.close()


def relay(ice: IceServers) -> dict[str, Any]:
    """Return the relay as a browser gets it."""
    return ice.for_("vis_01")["iceServers"][-1]


@pytest.mark.xdist_group("coturn")
async def test_a_relay_takes_the_credential(coturn: Coturn) -> None:
    ice = IceServers("", f"{coturn.url}, {coturn.tcp_url}", SECRET)
    assert relay(ice)["urls"] == [coturn.url, coturn.tcp_url]
    await allocate(coturn, relay(ice))


@pytest.mark.xdist_group("coturn")
@pytest.mark.parametrize("what", ["another secret", "too old", "another name"])
async def test_a_relay_refuses_others(coturn: Coturn, what: str) -> None:
    secret = "another" if what == "another secret" else SECRET
    with clock.shifted(-VALID - clock.MINUTE if what == "too old" else 0):
        given = relay(IceServers("", coturn.url, secret))
    if what == "another name":
        given["username"] += "x"
    with pytest.raises(stun.TransactionFailed) as refused:
        await allocate(coturn, given)
    assert refused.value.response.attributes["ERROR-CODE"][0] == 401


def test_without_settings_there_are_none() -> None:
    found = IceServers("", "", "").for_("vis_01")
    assert found["iceServers"] == []
    assert VALID - 5_000 < found["expires"] - clock.now() <= VALID
    with_stun = IceServers("stun:a:3478,stun:b:3478", "", "").for_("vis_01")["iceServers"]
    assert with_stun == [{"urls": ["stun:a:3478", "stun:b:3478"]}]
