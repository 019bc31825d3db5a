"""The hidden frame that blurs the background: the only page that may run WebAssembly."""

import html
import json
import re

import httpx
import pytest

from bedside.edge.rendering import STATIC
from bedside.web.app import create_app
from tests.house import House
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V23")]

OVER_THE_WIRE = 2_200_000
"""Bytes that a phone loads when somebody switches the blur on for the first time."""


async def test_the_frame_may_run_the_model_and_nothing_else(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/blur")
    assert page.status_code == 200
    policy = dict(
        part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self' 'wasm-unsafe-eval'",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert "camera=()" in page.headers["permissions-policy"]
    assert "microphone=()" in page.headers["permissions-policy"]


async def test_no_other_page_may(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house)
    room = quick_house.here.room.id
    for path in ("/sign-in", "/inbox", f"/rooms/{room}", "/calls/own/devices", "/nowhere"):
        policy = (await visitor.get(path)).headers["content-security-policy"]
        assert "unsafe" not in policy, path


async def test_it_is_one_page_for_everybody_and_tells_of_nobody(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    before = (await visitor.get("/blur")).text
    await enter(visitor, quick_house)
    assert (await visitor.get("/blur")).text == before
    assert "csrf" not in before


async def test_everything_it_loads_is_there_and_small_enough(quick_house: House) -> None:
    transport = httpx.ASGITransport(create_app(quick_house.services))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        page = (await client.get("/blur")).text
        files = json.loads(html.unescape(re.findall(r'data-files="([^"]*)"', page)[0]))
        assert {name.rpartition(".")[2] for name in files} == {"binarypb", "js", "tflite", "wasm"}
        scripts = re.findall(r'(?:src|data-clock)="(/static/[^"]+)"', page)
        total = 0
        for address in [*files.values(), *scripts]:
            answer = await client.head(address, headers={"accept-encoding": "br, gzip"})
            assert answer.status_code == 200, address
            assert "immutable" in answer.headers["cache-control"]
            total += int(answer.headers["content-length"])
            if address.endswith(".wasm"):
                assert answer.headers["content-type"] == "application/wasm"
                assert answer.headers["content-encoding"] == "br"
    assert total < OVER_THE_WIRE


def test_the_model_is_the_one_that_is_pinned() -> None:
    manifest = json.loads((STATIC / "manifest.json").read_text())
    lock = json.loads((STATIC.parents[3] / "package-lock.json").read_text())
    pinned = lock["packages"]["node_modules/@mediapipe/selfie_segmentation"]
    assert pinned["license"] == "Apache-2.0"
    assert pinned["integrity"].startswith("sha512-")
    assert "dev" not in pinned  # it is delivered: the bill of materials says so
    there = [name for name in manifest if name.startswith("selfie_segmentation")]
    assert len(there) == 5
