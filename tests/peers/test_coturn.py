"""The relay peer: pictures go through it with the right credential, and nothing with any other."""

import pytest

from tests.peers.chromium import Chromium
from tests.peers.coturn import Coturn, credential
from tests.peers.webrtc import CALL, connect, empty_page, see_frames

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]


def relayed(url: str, who: dict[str, str]) -> dict[str, object]:
    """Return a configuration that allows nothing but this relay."""
    return {"iceServers": [{"urls": url, **who}], "iceTransportPolicy": "relay"}


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_pictures_go_through_the_relay(
    chromium: Chromium, coturn: Coturn, transport: str
) -> None:
    one, two = await chromium.desktop(), await chromium.phone()
    here, there = await empty_page(one), await empty_page(two)
    url = coturn.tcp_url if transport == "tcp" else coturn.url
    await connect(here, there, relayed(url, credential()))
    await see_frames(here)
    await see_frames(there)
    found = await here.evaluate("found")
    assert found
    assert all(" typ relay " in candidate for candidate in found)
    await one.leave()
    await two.leave()


@pytest.mark.parametrize(
    "who", [credential("another secret"), credential(seconds=-60)], ids=["wrong", "too old"]
)
async def test_the_relay_refuses(chromium: Chromium, coturn: Coturn, who: dict[str, str]) -> None:
    somebody = await chromium.desktop()
    page = await empty_page(somebody)
    await page.evaluate(CALL, relayed(coturn.url, who))
    await page.evaluate("offer()")
    assert set(await page.evaluate("refusals")) == {401}
    assert await page.evaluate("found") == []
    await somebody.leave()
