"""tus 1.0 over a real server, header by header: core, creation, creation-with-upload, expiration,
termination, checksum (https://tus.io/protocols/resumable-upload)."""

import asyncio
import resource
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import httpx
import pytest

from bedside.edge.tus import SENDING_GOES_ON
from bedside.files.sealing import SEGMENT
from bedside.kernel import clock
from tests.edge.tus import BODY, VERSION, Sender, checksum, metadata, pieces, sending, words
from tests.house import Served
from tests.peers.ports import PATIENCE, drained

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F1")]


@pytest.fixture
async def sender(served: Served) -> AsyncIterator[Sender]:
    """The receptionist, with the chart of the first patient."""
    async with sending(served) as made:
        yield made


# --- core ----------------------------------------------------------------------------------------


async def test_options_say_what_the_server_can(sender: Sender) -> None:
    response = await sender.http.options(sender.home)
    assert response.status_code == 204
    assert response.headers["tus-resumable"] == "1.0.0"
    assert response.headers["tus-version"] == "1.0.0"
    assert set(response.headers["tus-extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "expiration",
        "termination",
        "checksum",
    }
    assert "sha1" in response.headers["tus-checksum-algorithm"].split(",")
    assert int(response.headers["tus-max-size"]) > 10_000_000


async def test_a_file_arrives_in_pieces_and_is_in_the_chart_once(sender: Sender) -> None:
    content = words(3 * SEGMENT + 1_000)
    address = await sender.begin(len(content))
    for start, end in ((0, 10), (10, 70_000), (70_000, SEGMENT), (SEGMENT, len(content))):
        assert await sender.entries() == []
        response = await sender.patch(address, start, content[start:end])
        assert response.status_code == 204
        assert response.headers["upload-offset"] == str(end)
        assert response.headers["tus-resumable"] == "1.0.0"
        assert await sender.offset(address) == end
    (entry,) = await sender.entries()
    assert entry.name == "report.txt"
    await sender.work()
    assert await sender.content(entry) == content


async def test_head_tells_offset_length_and_metadata_and_is_not_kept(sender: Sender) -> None:
    said = metadata(filename="Überweisung.txt", category="letter")
    created = await sender.create(100, **{"Upload-Metadata": said})
    response = await sender.head(created.headers["location"])
    assert response.status_code == 200
    assert response.headers["upload-offset"] == "0"
    assert response.headers["upload-length"] == "100"
    assert response.headers["upload-metadata"] == said
    assert response.headers["cache-control"] == "no-store"
    assert response.content == b""


async def test_another_offset_is_refused_and_changes_nothing(sender: Sender) -> None:
    content = words(1_000)
    address = await sender.begin(len(content))
    await sender.patch(address, 0, content[:500])
    for wrong in (0, 499, 501, 1_000):
        response = await sender.patch(address, wrong, content[wrong:])
        assert response.status_code == 409
        assert response.json()["code"] == "wrong_offset"
        assert response.headers["tus-resumable"] == "1.0.0"
    assert await sender.offset(address) == 500
    assert (await sender.patch(address, 500, content[500:])).status_code == 204
    again = await sender.patch(address, 1_000, b"")
    assert again.status_code == 409
    assert len(await sender.entries()) == 1


async def test_another_version_is_told_which_one_works(sender: Sender) -> None:
    address = await sender.begin(10)
    for said in ({"Tus-Resumable": "0.2.2"}, {}):
        for method, where in (("POST", sender.home), ("HEAD", address), ("PATCH", address)):
            response = await sender.http.request(method, where, headers=said)
            assert response.status_code == 412
            assert response.headers["tus-version"] == "1.0.0"
            assert response.headers["tus-resumable"] == "1.0.0"


async def test_another_kind_of_body_is_refused(sender: Sender) -> None:
    address = await sender.begin(10)
    for kind in ("text/plain", "application/octet-stream", ""):
        response = await sender.patch(address, 0, b"0123456789", **{"Content-Type": kind})
        assert response.status_code == 415
    assert await sender.offset(address) == 0


async def test_a_client_that_can_only_post_says_the_rest_in_a_header(sender: Sender) -> None:
    address = await sender.begin(10)
    headers = {**VERSION, "Upload-Offset": "0", "Content-Type": BODY}
    response = await sender.http.post(
        address, content=b"0123456789", headers={**headers, "X-HTTP-Method-Override": "PATCH"}
    )
    assert (response.status_code, response.headers["upload-offset"]) == (204, "10")
    assert (await sender.http.post(address, headers=VERSION)).status_code == 405
    odd = {**VERSION, "X-HTTP-Method-Override": "GET"}
    assert (await sender.http.post(address, headers=odd)).status_code == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": "minus one"},
        {"Upload-Length": "-1"},
        {"Upload-Length": "1e3"},
        {"Upload-Length": "9" * 40},
        {"Upload-Length": ""},
        {"Upload-Metadata": "filename not!base64"},
        {"Upload-Metadata": "filename \xff\xfe"},
    ],
)
async def test_headers_that_make_no_sense_are_said_to(
    sender: Sender, headers: dict[str, str]
) -> None:
    encoded = {k: v.encode("latin-1") for k, v in headers.items()}
    response = await sender.create(5, **encoded)
    assert response.status_code == 400
    assert response.json()["code"] == "wrong_header"


@pytest.mark.parametrize("offset", ["", "-1", "one", "0x0", "9" * 40])
async def test_offsets_that_make_no_sense_are_said_to(sender: Sender, offset: str) -> None:
    address = await sender.begin(5)
    response = await sender.patch(address, 0, b"01234", **{"Upload-Offset": offset})
    assert response.status_code == 400


async def test_uploads_of_others_are_not_to_be_found(served: Served, sender: Sender) -> None:
    """Of a colleague with the same chart, in another patient's chart, of another clinic."""
    address = await sender.begin(10)
    upload_id = address.rpartition("/")[2]
    house = served.house
    async with (
        sending(served, staff=house.here.clinician) as colleague,
        sending(served, staff=house.next_door.receptionist) as stranger,
    ):
        elsewhere = f"/patients/{house.patients[1].id}/uploads/{upload_id}"
        next_door = f"/patients/{house.next_door.patients[0].id}/uploads/{upload_id}"
        for who, where in (
            (colleague, address),
            (stranger, address),
            (stranger, next_door),
            (sender, elsewhere),
            (sender, address + "x"),
        ):
            assert (await who.head(where)).status_code == 404
            assert (await who.patch(where, 0, b"0123456789")).status_code == 404
            assert (await who.http.delete(where, headers=VERSION)).status_code == 404
    assert await sender.offset(address) == 0


async def test_nobody_who_is_not_signed_in_sends_anything(served: Served, sender: Sender) -> None:
    address = await sender.begin(10)
    async with httpx.AsyncClient(base_url=str(sender.http.base_url)) as anybody:
        for method, where in (("POST", sender.home), ("HEAD", address), ("PATCH", address)):
            response = await anybody.request(method, where, headers=VERSION)
            assert response.status_code == 401


# --- creation ------------------------------------------------------------------------------------


async def test_creation_with_upload(sender: Sender) -> None:
    content = words(SEGMENT + 7)
    headers = {
        **VERSION,
        "Upload-Length": str(len(content)),
        "Upload-Metadata": metadata(filename="at once.txt"),
        "Content-Type": BODY,
    }
    response = await sender.http.post(sender.home, headers=headers, content=content)
    assert response.status_code == 201
    assert response.headers["upload-offset"] == str(len(content))
    assert response.headers["location"].startswith(sender.home)
    await sender.work()
    (entry,) = await sender.entries()
    assert await sender.content(entry) == content


async def test_a_part_with_the_creation_and_the_rest_later(sender: Sender) -> None:
    content = words(5_000)
    headers = {**VERSION, "Upload-Length": "5000", "Content-Type": BODY}
    created = await sender.http.post(sender.home, headers=headers, content=content[:2_000])
    assert created.headers["upload-offset"] == "2000"
    response = await sender.patch(created.headers["location"], 2_000, content[2_000:])
    assert response.headers["upload-offset"] == "5000"


async def test_what_is_too_large_is_told_before_any_byte(sender: Sender) -> None:
    limit = int((await sender.http.options(sender.home)).headers["tus-max-size"])
    response = await sender.create(limit + 1)
    assert response.status_code == 413
    assert f"{limit // 1_000_000}\u00a0MB" in response.json()["sentence"]
    assert (await sender.create(limit)).status_code == 201


async def test_an_empty_file_is_refused_at_once(sender: Sender) -> None:
    response = await sender.create(0)
    assert response.status_code == 415
    assert "This file is empty" in response.json()["sentence"]


async def test_more_bytes_than_announced_are_not_taken(sender: Sender) -> None:
    address = await sender.begin(1_000)
    response = await sender.patch(address, 0, words(1_001))
    assert response.status_code == 413
    assert await sender.offset(address) == 0
    assert (await sender.patch(address, 0, words(1_000))).status_code == 204


@pytest.mark.feature("F2")
@pytest.mark.parametrize("size", [2_000, 400_000])
async def test_a_type_that_is_not_taken_is_refused_while_it_arrives(
    sender: Sender, size: int
) -> None:
    content = b"MZ" + bytes(size)
    address = await sender.begin(len(content), "holiday.jpg")
    response = await sender.patch(address, 0, pieces(content))
    assert response.status_code == 415
    assert response.json()["sentence"].startswith("This is a program")
    assert await sender.entries() == []
    again = await sender.patch(address, 0, pieces(content))  # and it stays so
    assert (again.status_code, again.json()["code"]) == (415, "file_refused_executable")


# --- expiration, termination ---------------------------------------------------------------------


async def test_what_nobody_goes_on_with_expires(sender: Sender) -> None:
    created = await sender.create(1_000)
    address = created.headers["location"]
    expires = parsedate_to_datetime(created.headers["upload-expires"]).timestamp() * 1_000
    assert abs(expires - clock.now() - clock.DAY) < clock.MINUTE
    await sender.patch(address, 0, words(500))
    with clock.shifted(23 * clock.HOUR):
        cookies = await sender.house.cookie(sender.house.here.receptionist)
        sender.http.cookies.update(cookies)
        assert await sender.offset(address) == 500
        response = await sender.patch(address, 500, words(100))
        assert "upload-expires" in response.headers
    with clock.shifted(46 * clock.HOUR):  # it was resumed
        sender.http.cookies.update(await sender.house.cookie(sender.house.here.receptionist))
        assert await sender.offset(address) == 600
    with clock.shifted(48 * clock.HOUR):
        sender.http.cookies.update(await sender.house.cookie(sender.house.here.receptionist))
        assert (await sender.head(address)).status_code == 410
        assert (await sender.patch(address, 600, words(400))).status_code == 410
        assert await sender.house.services.files.uploads.expire() == 1
        await sender.work()
        assert (await sender.head(address)).status_code == 404
    assert [key async for key, _ in sender.house.services.files.custody.blobs()] == []


async def test_termination_destroys_what_arrived(sender: Sender) -> None:
    content = words(2 * SEGMENT)
    address = await sender.begin(len(content))
    await sender.patch(address, 0, content[: SEGMENT + 5])
    response = await sender.http.delete(address, headers=VERSION)
    assert response.status_code == 204
    assert response.headers["tus-resumable"] == "1.0.0"
    assert (await sender.head(address)).status_code == 404
    assert (await sender.patch(address, 0, content)).status_code == 404
    await sender.work()
    assert [key async for key, _ in sender.house.services.files.custody.blobs()] == []
    assert await sender.entries() == []


async def test_what_is_complete_is_not_terminated(sender: Sender) -> None:
    content = words(1_000)
    address = await sender.begin(len(content))
    await sender.patch(address, 0, content)
    assert (await sender.http.delete(address, headers=VERSION)).status_code == 410
    assert len(await sender.entries()) == 1


# --- checksum ------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
async def test_bytes_with_a_right_checksum_are_taken(sender: Sender, algorithm: str) -> None:
    content = words(SEGMENT + 100)
    address = await sender.begin(len(content))
    for start, end in ((0, SEGMENT - 5), (SEGMENT - 5, len(content))):
        part = content[start:end]
        given = {"Upload-Checksum": checksum(part, algorithm)}
        assert (await sender.patch(address, start, pieces(part), **given)).status_code == 204
    await sender.work()
    (entry,) = await sender.entries()
    assert await sender.content(entry) == content


@pytest.mark.parametrize("at", [0, SEGMENT, 2 * SEGMENT + 9])
async def test_bytes_with_a_wrong_checksum_are_dropped(sender: Sender, at: int) -> None:
    content = words(3 * SEGMENT)
    address = await sender.begin(len(content))
    if at:
        await sender.patch(address, 0, content[:at])
    wrong = {"Upload-Checksum": checksum(b"something else")}
    for end in (at + 1_000, len(content)):
        response = await sender.patch(address, at, pieces(content[at:end]), **wrong)
        assert response.status_code == 460
        assert await sender.offset(address) == at
    assert await sender.entries() == []
    right = {"Upload-Checksum": checksum(content[at:])}
    assert (await sender.patch(address, at, content[at:], **right)).status_code == 204
    await sender.work()
    (entry,) = await sender.entries()
    assert await sender.content(entry) == content


@pytest.mark.parametrize("said", ["crc32 AAAA", "sha1", "sha1 !!!", "sha1 AAAA", ""])
async def test_checksums_that_make_no_sense_are_said_to(sender: Sender, said: str) -> None:
    address = await sender.begin(10)
    response = await sender.patch(address, 0, b"0123456789", **{"Upload-Checksum": said})
    assert response.status_code == 400
    assert await sender.offset(address) == 0


# --- lost and doubled connections ----------------------------------------------------------------


async def _taken(sender: Sender) -> None:
    """Wait until the server has received what is in transit."""
    port = sender.http.base_url.port
    assert port is not None
    async with asyncio.timeout(PATIENCE):
        quiet = 0
        while quiet < 3:  # what was handed to the next layer is in no queue for a moment
            await asyncio.sleep(0.1)
            quiet = quiet + 1 if drained(port) else 0


async def _cut_off(sender: Sender, address: str, offset: int, content: bytes, after: int) -> None:
    """Send a PATCH whose connection dies after some bytes."""

    async def body() -> AsyncIterator[bytes]:
        async for piece in pieces(content[:after]):
            yield piece
        await _taken(sender)
        raise ConnectionResetError

    with pytest.raises((httpx.HTTPError, ConnectionResetError)):
        await sender.patch(address, offset, body(), **{"Content-Length": str(len(content))})


async def test_bytes_of_a_lost_connection_are_kept(sender: Sender) -> None:
    content = words(2_000_000)
    address = await sender.begin(len(content))
    await _cut_off(sender, address, 0, content, 1_500_000)
    at = await sender.offset(address)
    assert 1_500_000 - SEGMENT < at <= 1_500_000
    assert (await sender.patch(address, at, content[at:])).status_code == 204
    await sender.work()
    (entry,) = await sender.entries()
    assert await sender.content(entry) == content


async def test_a_second_connection_takes_over_from_one_that_died_silently(sender: Sender) -> None:
    """A phone changes from Wi-Fi to mobile: the server still waits on the old connection."""
    content = words(2_000_000)
    address = await sender.begin(len(content))
    sent, silence = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        async for piece in pieces(content[:1_400_000]):
            yield piece
        sent.set()
        await silence.wait()

    headers = {"Content-Length": str(len(content))}
    first = asyncio.create_task(sender.patch(address, 0, body(), **headers))
    await asyncio.wait_for(sent.wait(), PATIENCE)
    await _taken(sender)
    at = await sender.offset(address)
    assert 1_000_000 < at <= 1_400_000
    assert (await sender.patch(address, at, content[at:])).status_code == 204
    silence.set()
    (answer,) = await asyncio.gather(first, return_exceptions=True)
    assert not isinstance(answer, httpx.Response) or answer.status_code == 409
    await sender.work()
    (entry,) = await sender.entries()
    assert await sender.content(entry) == content


async def test_two_connections_at_once_never_spoil_the_file(sender: Sender) -> None:
    content = words(1_500_000)
    address = await sender.begin(len(content))
    answers = await asyncio.gather(
        *(sender.patch(address, 0, pieces(content)) for _ in range(4)), return_exceptions=True
    )
    statuses = [a.status_code if isinstance(a, httpx.Response) else 0 for a in answers]
    assert 204 in statuses
    assert set(statuses) <= {204, 409, 0}
    await sender.work()
    (entry,) = await sender.entries()
    assert await sender.content(entry) == content


async def test_bytes_that_meet_a_termination_leave_nothing(sender: Sender) -> None:
    """A client gives up while its last bytes are still in transit, on another connection."""
    content = words(600_000)
    for _ in range(6):
        address = await sender.begin(len(content))
        gone, late = await asyncio.gather(
            sender.http.delete(address, headers=VERSION), sender.patch(address, 0, content[:-9])
        )
        assert gone.status_code == 204
        assert late.status_code in (204, 404, 409)
        assert (await sender.head(address)).status_code == 404
    await sender.work()
    assert [key async for key, _ in sender.house.services.files.custody.blobs()] == []


async def test_a_full_disk_is_said_and_healed(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file system refuses to write more than a number of bytes into one file (EFBIG)."""
    content = words(2_500_000)
    address = await sender.begin(len(content))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, before[1]))
    try:
        response = await sender.patch(address, 0, pieces(content))
        assert response.status_code == 507
        assert response.json() == {"code": "storage_full", "sentence": SENDING_GOES_ON}
        kept = await sender.offset(address)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert kept >= SEGMENT
    assert (await sender.patch(address, kept, content[kept:])).status_code == 204
    await sender.work()
    (entry,) = await sender.entries()
    assert await sender.content(entry) == content
