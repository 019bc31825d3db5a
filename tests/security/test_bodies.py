"""Bodies: limits of size and time, for every route there is, before anything else reads them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bedside.api import api_routes
from bedside.edge import body_limits, connections
from bedside.edge.body_limits import HELD_WHEN_FULL, MOST
from bedside.printing.body import LONGEST
from bedside.web.app import create_app
from tests.house import House, Served, at_the_door
from tests.peers.ports import PATIENCE
from tests.security.test_connections import request, say

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S4")]

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
SEARCH = "/api/v1/patients/search"


def application(house: House) -> Starlette:
    return create_app(house.services, more_routes=api_routes(house.services))


LETTER = "/settings/letters/any/any"
"""Where a long text is taken, from who may write it."""
LONG = MOST + 12 * LONGEST


class Sent:
    """An endless body that records how much of it was read."""

    def __init__(self, piece: bytes = b"a" * 16_384) -> None:
        self._piece = piece
        self.size = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        while self.size < 100 * MOST:
            self.size += len(self._piece)
            yield self._piece


def places(app: Starlette) -> list[tuple[str, str]]:
    """Return every method and path that may have a body."""
    found = [("POST", SEARCH)]
    for route in app.routes:
        if isinstance(route, Route):
            path = route.path.format_map(Anything())
            methods = (route.methods or set()) - {"GET", "HEAD", "OPTIONS"}
            found += [(method, path) for method in sorted(methods)]
    return found


class Anything(dict[str, str]):
    """A value for any parameter in a path."""

    def __missing__(self, key: str) -> str:
        return "any"


@pytest.mark.parametrize("kind", [FORM, JSON, {"content-type": "multipart/form-data; boundary=x"}])
@pytest.mark.parametrize("signed_in", [False, True])
async def test_no_route_takes_more_than_a_form(
    quick_house: House, signed_in: bool, kind: dict[str, str]
) -> None:
    """A search of the API once read and parsed whatever came, from anybody: 100 MB took 340."""
    app = application(quick_house)
    cookies = await quick_house.cookie(quick_house.here.administrator) if signed_in else {}
    async with at_the_door(app, cookies=cookies) as client:
        for method, path in places(app):
            if path == "/sign-out":
                continue
            sent = Sent()
            answer = await client.request(method, path, content=sent.pieces(), headers=kind)
            most = LONG if path == LETTER and signed_in else MOST
            assert sent.size <= most + 32_768, (method, path)
            assert answer.status_code < 500, (method, path)


@pytest.mark.parametrize(("path", "kind"), [(SEARCH, JSON), ("/find", FORM)])
async def test_what_is_too_large_is_said(
    quick_house: House, path: str, kind: dict[str, str]
) -> None:
    cookies = await quick_house.cookie(quick_house.here.receptionist)
    async with at_the_door(application(quick_house), cookies=cookies) as client:
        client.headers["accept"] = "application/json"
        streamed = await client.post(path, content=Sent().pieces(), headers=kind)
        announced = await client.post(path, content=bytes(MOST + 1), headers=kind)
    for answer in (streamed, announced):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_the_api_asks_who_it_is_before_it_reads(quick_house: House) -> None:
    sent = Sent()
    async with at_the_door(application(quick_house)) as client:
        answer = await client.post(SEARCH, content=sent.pieces(), headers=JSON)
    assert (answer.status_code, sent.size) == (401, 0)


async def test_the_api_says_which_field_is_wrong(quick_house: House) -> None:
    cookies = await quick_house.cookie(quick_house.here.receptionist)
    async with at_the_door(application(quick_house), cookies=cookies) as client:
        for body, field in (
            ({"words": ""}, "words"),
            ({"words": "a", "more": 1}, "more"),
            ([], ""),
        ):
            answer = await client.post(SEARCH, json=body)
            assert (answer.status_code, answer.json().get("field") or "") == (422, field)
        answer = await client.post(SEARCH, content=b"[" * 100_000, headers=JSON)
        assert answer.status_code == 422


async def test_the_answer_comes_before_the_body_is_sent(served: Served) -> None:
    head = f"POST /sign-in HTTP/1.1\nContent-Type: {FORM['content-type']}\nContent-Length: 9999999"
    assert (await say(served, request(head, b"email="), 1)).startswith(b"HTTP/1.1 413 ")


# --- how long ------------------------------------------------------------------------------------


async def dripped(served: Served, head: str) -> bytes:
    """Return the answer to a body of which a byte arrives now and then."""
    port = int(served.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(head))
    answer = asyncio.ensure_future(reader.read())
    async with asyncio.timeout(PATIENCE):
        while not answer.done():
            writer.write(b"a")
            await asyncio.wait([answer], timeout=0.05)
    writer.close()
    return answer.result()


async def test_a_byte_now_and_then_is_not_waited_for_for_ever(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a body once held its connection indefinitely: only a minute of silence ended it."""
    monkeypatch.setattr(body_limits, "PATIENCE", 0.5)
    monkeypatch.setattr(connections, "REST_SECONDS", 0.5)
    monkeypatch.setattr(connections, "_EVERY", 0.1)
    head = f"POST /sign-in HTTP/1.1\nContent-Type: {FORM['content-type']}\nContent-Length: 9999"
    answer = await dripped(served, head)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"took too long to arrive" in answer


async def test_an_upload_has_a_least_rate_of_its_own(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SLOW_SECONDS", 0.5)
    monkeypatch.setattr(connections, "_EVERY", 0.1)
    house = served.house
    cookies = await house.cookie(house.here.receptionist)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    head = (
        f"POST /patients/{house.patients[0].id}/uploads HTTP/1.1\nCookie: {cookie}\n"
        "Sec-Fetch-Site: same-origin\nTus-Resumable: 1.0.0\nUpload-Length: 90000\n"
        "Content-Type: application/offset+octet-stream\nContent-Length: 90000"
    )
    assert await dripped(served, head) == b"", "nothing to say: it goes on by tus"


# --- all at once ---------------------------------------------------------------------------------


async def test_half_sent_bodies_of_one_address_have_a_limit_together(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is small, and is kept in memory until its last byte arrives or its time is over."""
    monkeypatch.setattr(body_limits, "HELD_FOR_ONE", 4 * MOST)
    hold = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield b"email=" + b"a" * (MOST - 10)
        await hold.wait()

    app = application(quick_house)
    async with at_the_door(app) as client:
        posts = [
            asyncio.create_task(client.post("/sign-in", content=half(), headers=FORM))
            for _ in range(6)
        ]
        done, _waiting = await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
        assert {task.result().status_code for task in done} == {429}
        hold.set()
        await asyncio.gather(*posts)
        assert (await client.post("/sign-in", data={"email": "a"})).status_code != 429


async def test_when_all_have_too_much_only_who_has_much_is_refused() -> None:
    held = cast(Any, body_limits)._Held()
    for number in range(body_limits.HELD_IN_ALL // HELD_WHEN_FULL):
        held.add(f"192.0.2.{number}", HELD_WHEN_FULL + 1)
    held.add("203.0.113.9", 2_000)
    assert held.is_too_much("192.0.2.1")
    assert not held.is_too_much("203.0.113.9")


async def test_a_form_of_countless_fields_ends(quick_house: House) -> None:
    chart = await quick_house.chart()
    field = b'--x\r\nContent-Disposition: form-data; name="more"\r\n\r\na\r\n'
    kind = {"content-type": "multipart/form-data; boundary=x"}
    cookies = await quick_house.cookie(quick_house.here.receptionist)
    sent = Sent(field * 10)
    async with at_the_door(application(quick_house), cookies=cookies) as client:
        answer = await client.post(
            f"/patients/{chart.patient_id}/files", content=sent.pieces(), headers=kind
        )
    assert answer.status_code == 422
    assert sent.size < 1_000 * len(field)
