"""Downloads: ranges are slices, names are safe, nothing runs in the page, every opening is
recorded."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.entries import Entry
from bedside.edge.downloads import disposition
from bedside.files.models import files
from bedside.files.sealing import SEGMENT
from bedside.files.states import FileState
from tests.edge.test_uploads_form import Door
from tests.edge.tus import Sender, multipart, sending, words
from tests.house import Served

pytestmark = pytest.mark.feature("F6")
CONTENT = words(2 * SEGMENT + 12_345)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Iterator[Door]:
    """A house with one large file, which no test changes."""
    data = tmp_path_factory.mktemp("door") / "data"
    data.mkdir()
    (data / "bedside.db").write_bytes(empty_sqlite.read_bytes())
    made = Door(data)
    made.run(made.open())
    made.run(_fill(made))
    yield made
    made.close()


async def _fill(door: Door) -> None:
    headers, body = multipart([("file", "large.txt", CONTENT)])
    response = await door.http.post(door.address, content=body, headers=headers)
    assert response.status_code == 303
    await door.sender.work()


def entry_of(door: Door) -> Entry:
    """Return the large file."""
    return door.run(door.sender.entries())[0]


def get(door: Door, method: str = "GET", **headers: str) -> httpx.Response:
    """Request the content of the large file."""
    address = door.sender.address(entry_of(door)) + "?form=original"
    return door.run(door.http.request(method, address, headers=headers))


offsets = st.integers(0, len(CONTENT) + 10) | st.sampled_from(
    [0, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, len(CONTENT) - 1, len(CONTENT)]
)


@settings(deadline=None, max_examples=80)
@given(first=offsets, last=offsets)
def test_a_range_is_a_slice(door: Door, first: int, last: int) -> None:
    response = get(door, Range=f"bytes={first}-{last}")
    if last < first or first >= len(CONTENT):
        assert response.status_code == 416
        assert response.headers["content-range"] == f"bytes */{len(CONTENT)}"
        assert response.content == b""
        return
    expected = CONTENT[first : last + 1]
    assert response.status_code == 206
    assert response.content == expected
    assert response.headers["content-length"] == str(len(expected))
    end = first + len(expected) - 1
    assert response.headers["content-range"] == f"bytes {first}-{end}/{len(CONTENT)}"


@settings(deadline=None, max_examples=30)
@given(count=offsets)
def test_ranges_to_the_end_and_from_the_end(door: Door, count: int) -> None:
    to_the_end = get(door, Range=f"bytes={count}-")
    assert to_the_end.status_code == (206 if count < len(CONTENT) else 416)
    assert to_the_end.content == CONTENT[count:]
    from_the_end = get(door, Range=f"bytes=-{count}")
    assert from_the_end.status_code == (206 if count else 416)
    assert from_the_end.content == (CONTENT[-count:] if count else b"")


@pytest.mark.parametrize(
    "said", ["bytes=-", "bytes=a-b", "bytes=0-1,5-6", "lines=0-1", "bytes 0-1", "bytes=0x1-0x2", ""]
)
def test_other_ranges_give_the_whole_file(door: Door, said: str) -> None:
    response = get(door, Range=said)
    assert response.status_code == 200
    assert response.content == CONTENT


def test_head_tells_what_get_would_send(door: Door) -> None:
    whole = get(door)
    for headers in ({}, {"Range": "bytes=5-9"}):  # HEAD knows no ranges
        head = get(door, "HEAD", **headers)
        assert head.status_code == 200
        assert head.content == b""
        for name in ("content-length", "content-type", "etag", "content-disposition"):
            assert head.headers[name] == whole.headers[name]
    assert head.headers["accept-ranges"] == "bytes"


def test_what_is_known_is_not_sent_again(door: Door) -> None:
    etag = get(door).headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = get(door, **{"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == etag
    assert get(door, **{"If-None-Match": '"other"'}).status_code == 200


def test_a_range_goes_on_only_with_the_same_file(door: Door) -> None:
    etag = get(door).headers["etag"]
    ranged = {"Range": "bytes=5-9"}
    assert get(door, **ranged, **{"If-Range": etag}).content == CONTENT[5:10]
    assert get(door, **ranged, **{"If-Range": '"other"'}).content == CONTENT


def test_it_is_an_attachment_in_a_sandbox_and_not_kept(door: Door) -> None:
    response = get(door)
    assert response.headers["content-disposition"].startswith("attachment; ")
    assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "private, no-store"
    address = door.sender.address(entry_of(door)) + "?form=original&inline=1"
    inline = door.run(door.http.get(address))
    assert inline.headers["content-disposition"].startswith("attachment; ")  # text is never inline


def test_one_line_for_an_opening(door: Door) -> None:
    """However many ranges a viewer fetches, there is one audit line."""

    def told() -> int:
        audit = door.sender.house.services.audit.log
        lines = door.run(audit.lines(door.sender.house.clinic.id, Filter(limit=2_000)))
        return [line.action for line in lines].count(Action.FILE_DOWNLOADED)

    before = told()
    get(door)
    assert told() == before + 1
    for start in (1, SEGMENT, len(CONTENT) - 1):
        get(door, Range=f"bytes={start}-")
    assert told() == before + 1


printable = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
odd_names = st.sampled_from(
    [
        'a "b" c',
        "line\nbreak\r\nSet-Cookie: x=1",
        "../../etc/passwd",
        "C:\\Windows\\system.ini",
        "大きい.pdf",
        "\u202efdp.exe",
        ".",
        "..",
        "...",
        " ",
        "con",
        "%2e%2e%2fup",
        "a;b,c=d",
        "\x00\x01",
        "x" * 400,
    ]
)


@settings(deadline=None, max_examples=60)
@given(name=printable | odd_names)
def test_names_are_safe_and_their_own(name: str) -> None:
    header = disposition(name, inline=False)
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    extended = header.rpartition("filename*=UTF-8''")[2]
    assert unquote(extended) == name
    plain = header.partition('filename="')[2].partition('"')[0]
    assert not set(plain) & set('/\\";%')


@pytest.mark.anyio
@pytest.mark.feature("F5")
@pytest.mark.parametrize("state", [s for s in FileState if s is not FileState.FILED])
async def test_only_a_filed_file_is_ever_given_out(served: Served, state: FileState) -> None:
    async with sending(served) as sender:
        entry = await sender.send(words(50_000))
        await _put_in(sender, entry, state)
        for form in ("", "original", "shared", "preview", "thumbnail", "page-2", "strip"):
            for method in ("GET", "HEAD"):
                response = await sender.http.request(
                    method, f"{sender.address(entry)}?form={form}", headers={"Range": "bytes=0-9"}
                )
                assert response.status_code == 409
                assert b"long report" not in response.content


async def _put_in(sender: Sender, entry: Entry, state: FileState) -> None:
    async with sender.house.database.unit_of_work() as work:
        await work.execute(update(files).where(files.c.id == entry.file_id).values(state=state))


@pytest.mark.anyio
async def test_a_damaged_file_breaks_off_and_is_never_taken_for_whole(
    served: Served, tmp_path: Path
) -> None:
    """The second segment was changed on the disk: the first goes out, then the connection ends."""
    async with sending(served) as sender:
        entry = await sender.send(CONTENT)
        blobs = [p for p in (tmp_path / "data" / "files").rglob("*") if p.is_file()]
        blob = max(blobs, key=lambda path: path.stat().st_size)
        spoilt = bytearray(blob.read_bytes())
        spoilt[SEGMENT + 5_000] ^= 1
        blob.write_bytes(spoilt)
        with pytest.raises(httpx.RemoteProtocolError):
            await sender.content(entry)
        part = await sender.http.get(
            sender.address(entry) + "?form=original", headers={"Range": "bytes=0-99"}
        )
        assert part.content == CONTENT[:100]


@pytest.mark.anyio
async def test_many_at_once_get_their_own_bytes(served: Served) -> None:
    async with sending(served) as sender:
        contents = {f"{n}.txt": words(300_000 + n, n) for n in range(4)}
        for name, content in contents.items():
            await sender.patch(await sender.begin(len(content), name), 0, content)
        await sender.work()
        entries = await sender.entries()
        found = await asyncio.gather(*(sender.content(e) for e in entries for _ in range(3)))
        for entry, content in zip([e for e in entries for _ in range(3)], found, strict=True):
            assert content == contents[entry.name]
