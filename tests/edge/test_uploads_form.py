"""Uploads by a form without script: several files, odd boundaries, bodies that end early, noise."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedside.web.app import create_app
from tests.edge.tus import Sender, multipart, pieces, sending, words
from tests.house import Served, at_the_door, living_in

pytestmark = pytest.mark.feature("F1")
T = TypeVar("T")


class Door:
    """A house on a loop of its own, so that one house serves many examples."""

    def __init__(self, data: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._data = data

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run an awaitable on that loop; nothing may hang."""
        return self._loop.run_until_complete(asyncio.wait_for(work, 60))

    async def open(self) -> None:
        """Move in."""
        url = f"sqlite:///{self._data / 'bedside.db'}"
        house = await self._stack.enter_async_context(living_in(self._data, url))
        self.http = await self._stack.enter_async_context(
            at_the_door(create_app(house.services), headers={"accept": "application/json"})
        )
        self.http.cookies.update(await house.cookie(house.here.receptionist))
        self.sender = Sender(house, self.http, house.patients[0].id)
        self.address = f"/patients/{house.patients[0].id}/files"

    def close(self) -> None:
        """Move out."""
        self.run(self._stack.aclose())
        self._loop.close()

    def post(self, content: Any, content_type: str) -> httpx.Response:
        """Post a form."""
        headers = {"Content-Type": content_type}
        return self.run(self.http.post(self.address, content=content, headers=headers))

    def names(self) -> list[str]:
        """Return the names in the chart, oldest first."""
        return [entry.name for entry in reversed(self.run(self.sender.entries()))]


@pytest.fixture
def door(tmp_path: Path, empty_sqlite: Path) -> Iterator[Door]:
    """One for each test function, however many examples it tries."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "bedside.db").write_bytes(empty_sqlite.read_bytes())
    made = Door(data)
    made.run(made.open())
    yield made
    made.close()


FORM = "multipart/form-data; boundary="


@pytest.mark.anyio
async def test_several_files_and_a_category(served: Served) -> None:
    """Over a real server, in pieces that split boundaries."""
    contents = {"one.txt": words(400_000, 1), "two.txt": words(3, 2), "three.txt": words(70_000, 3)}
    fields: list[tuple[str, str | None, bytes]] = [("category", None, b"imaging")]
    fields += [("file", name, content) for name, content in contents.items()]
    fields += [("other", None, b"ignored"), ("file", "", b"")]
    headers, body = multipart(fields)
    async with sending(served) as sender:
        response = await sender.http.post(
            f"/patients/{sender.patient_id}/files", content=pieces(body, 997), headers=headers
        )
        assert response.status_code == 303, response.text
        assert response.headers["location"] == f"/patients/{sender.patient_id}"
        await sender.work()
        entries = await sender.entries()
        assert {e.name: e.category for e in entries} == dict.fromkeys(contents, "imaging")
        for entry in entries:
            assert await sender.content(entry) == contents[entry.name]


@pytest.mark.parametrize(
    "content",
    [
        b"\r\n",
        b"\r\n--a-boundar",
        b"--a-boundary",
        b"x\r\n--a-boundary-not-quite\r\n",
        b"\r\n\r\n--\r\n" * 3_000,
        b"\r" * 70_000,
        b"--a-boundary--\n",
    ],
)
def test_contents_that_look_like_boundaries(door: Door, content: bytes) -> None:
    content = b"text " + content + b" text"
    headers, body = multipart([("file", "odd.txt", content), ("file", "after.txt", b"after")])
    for step in (1_000_000, 7):
        assert door.post(pieces(body, step), headers["Content-Type"]).status_code == 303
    assert door.names() == ["odd.txt", "after.txt"] * 2
    sizes = {e.name: e.size for e in door.run(door.sender.entries())}
    assert sizes == {"odd.txt": len(content), "after.txt": 5}


@pytest.mark.parametrize(
    "name",
    ['a "quoted" one.txt', "größer 大.txt", "..\\..\\etc\\passwd.txt", "../up.txt", "a;b=c.txt"],
)
def test_names_as_browsers_send_them(door: Door, name: str) -> None:
    headers, body = multipart([("file", name, b"some text")])
    assert door.post(body, headers["Content-Type"]).status_code == 303
    (kept,) = door.names()
    assert "/" not in kept
    assert "\\" not in kept
    assert kept.endswith(name.replace("\\", "/").rpartition("/")[2].replace('"', "%22")[-6:])


def test_without_a_file_one_is_asked_to_choose(door: Door) -> None:
    for fields in ([("category", None, b"imaging")], [("file", "", b"")], []):
        headers, body = multipart(fields)
        response = door.post(body, headers["Content-Type"])
        assert response.status_code == 422
        assert response.json()["sentence"] == "Please choose a file first."
    assert door.post(b"", FORM + "x").status_code == 422


def test_a_refused_file_has_its_sentence_and_those_before_it_stay(door: Door) -> None:
    files = [("file", "good.txt", b"good"), ("file", "bad.exe", b"MZ" + bytes(90_000))]
    headers, body = multipart([*files, ("file", "after.txt", b"after")])
    response = door.post(body, headers["Content-Type"])
    assert response.status_code == 415
    assert response.json()["sentence"].startswith("This is a program")
    assert door.names() == ["good.txt"]


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "b" * 300,
        "multipart/mixed; boundary=a-boundary",
    ],
)
def test_what_is_no_form_is_said_to_be_none(door: Door, kind: str) -> None:
    _, body = multipart([("file", "one.txt", b"text")])
    response = door.post(body, kind)
    assert response.status_code == 400
    assert response.json()["code"] == "not_a_form"
    assert door.names() == []


def test_headers_without_end_are_not_collected(door: Door) -> None:
    body = b"--b\r\nContent-Disposition: form-data; name=" + b"x" * 3_000_000
    response = door.post(pieces(body), FORM + "b")
    assert (response.status_code, response.json()["code"]) == (400, "not_a_form")


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, 399), step=st.sampled_from([1, 13, 4_096]))
def test_a_form_that_ends_early_is_not_taken_for_whole(door: Door, cut: int, step: int) -> None:
    """Whatever is cut off the end, except the line break after the last boundary."""
    headers, body = multipart([("file", "one.txt", b"first"), ("file", "two.txt", b"x" * 200)])
    before = len(door.names())
    response = door.post(pieces(body[: cut % (len(body) - 3)], step), headers["Content-Type"])
    assert response.status_code in (400, 422)
    assert len(door.names()) - before <= 1  # the first one, if it was complete


pieces_of_forms = st.lists(
    st.sampled_from(
        [
            b"--b\r\n",
            b"--b--\r\n",
            b"--b",
            b"\r\n",
            b"\r",
            b"\n",
            b": ",
            b'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n',
            b"Content-Disposition: form-data; name=file; filename*=UTF-8''%ff%zz\r\n",
            b"Content-Disposition: attachment\r\n",
            b"Content-Type: text/plain\r\n",
            b"content-disposition:",
            b"\x00\xff\xfe",
            b"some text",
        ]
    )
    | st.binary(max_size=20),
    max_size=12,
).map(b"".join)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=pieces_of_forms, step=st.sampled_from([1, 5, 10_000]))
def test_noise_is_answered_and_never_a_defect(door: Door, body: bytes, step: int) -> None:
    response = door.post(pieces(body, step), FORM + "b")
    assert response.status_code in (303, 400, 415, 422), response.text


@settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kind=st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60))
def test_any_content_type_is_answered(door: Door, kind: str) -> None:
    headers = {"Content-Type": ("multipart/form-data;" + kind).encode("latin-1")}
    _, body = multipart([("file", "one.txt", b"text")])
    posted = door.http.post(door.address, content=body, headers=headers)
    assert door.run(posted).status_code in (303, 400, 422)
