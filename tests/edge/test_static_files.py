"""Built assets go over the wire compressed, and are kept by browsers for ever."""

import gzip

import httpx
import pytest

from bedside.edge.rendering import STATIC, asset
from bedside.edge.static_files import accepted_codings

pytestmark = pytest.mark.anyio
NAMES = ["photos.js", "patient.css", "icons.svg"]


@pytest.mark.parametrize(
    ("header", "codings"),
    [
        ("gzip, deflate, br, zstd", {"gzip", "deflate", "br", "zstd"}),
        ("br;q=1.0, GZIP;q=0.8", {"br", "gzip"}),
        ("br;q=0, gzip", {"gzip"}),
        ("gzip;q=0.000,br; q=0.0", set[str]()),
        ("", {""}),
    ],
)
def test_a_coding_counts_unless_it_is_refused(header: str, codings: set[str]) -> None:
    assert accepted_codings(header) == codings


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("header", "coding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", "")],
)
async def test_each_browser_gets_the_smallest_form_that_it_takes(
    visitor: httpx.AsyncClient, name: str, header: str, coding: str
) -> None:
    address = asset(name)
    async with visitor.stream("GET", address, headers={"accept-encoding": header}) as answer:
        content = b"".join([piece async for piece in answer.aiter_raw()])
    whole = (STATIC / address.rpartition("/")[2]).read_bytes()
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding", "") == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert int(answer.headers["content-length"]) == len(content)
    kind = {"js": "javascript", "css": "text/css", "svg": "image/svg"}[name.rpartition(".")[2]]
    assert kind in answer.headers["content-type"]
    if coding == "gzip":
        content = gzip.decompress(content)
    if coding == "br":
        assert len(content) < len(whole) / 2
    else:
        assert content == whole


async def test_what_a_browser_has_is_not_sent_again(visitor: httpx.AsyncClient) -> None:
    """Each form has a tag of its own."""
    tags: set[str] = set()
    for coding in ("br", "gzip", "identity"):
        headers = {"accept-encoding": coding}
        first = await visitor.head(asset("patient.js"), headers=headers)
        tags.add(first.headers["etag"])
        again = {**headers, "if-none-match": first.headers["etag"]}
        answer = await visitor.get(asset("patient.js"), headers=again)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["vary"] == "accept-encoding"
    assert len(tags) == 3


async def test_nothing_but_files_of_the_folder_is_served(visitor: httpx.AsyncClient) -> None:
    for path in ("%2e%2e/app.py", "none.js", "none.js.br", "%00.js"):
        answer = await visitor.get(f"/static/{path}", headers={"accept-encoding": "br"})
        assert answer.status_code in (400, 404), path
