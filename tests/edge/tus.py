"""A tus client with nothing between the test and the wire, and a chart to send into."""

import base64
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from bedside.charts.entries import ChartFilter, Entry
from bedside.people.permissions import StaffAccess
from bedside.worker.run import Worker
from tests.house import House, Served
from tests.peers.ports import PATIENCE

VERSION = {"Tus-Resumable": "1.0.0"}
BODY = "application/offset+octet-stream"


def metadata(**said: str) -> str:
    """Return the header with a file's metadata."""
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())


def checksum(content: bytes, algorithm: str = "sha256") -> str:
    """Return the header with the content's hash."""
    digest = hashlib.new(algorithm, content, usedforsecurity=False).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


def words(size: int, seed: int = 0) -> bytes:
    """Return plain text of that many bytes, different everywhere and for each seed."""
    lines = (f"{seed} line {n:07} of a long report\n" for n in range(size // 30 + 1))
    return "".join(lines).encode()[:size]


async def pieces(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    """Yield a body as it trickles in."""
    for at in range(0, len(content), size):
        yield content[at : at + size]


@dataclass
class Sender:
    """A member of staff who sends into the chart of a patient."""

    house: House
    http: httpx.AsyncClient
    patient_id: str
    more: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def home(self) -> str:
        """The path where uploads begin."""
        return f"/patients/{self.patient_id}/uploads"

    async def create(self, length: int, name: str = "report.txt", **headers: str) -> httpx.Response:
        """POST."""
        given = {
            **VERSION,
            "Upload-Length": str(length),
            "Upload-Metadata": metadata(filename=name),
            **headers,
        }
        return await self.http.post(self.home, headers=given)

    async def begin(self, length: int, name: str = "report.txt") -> str:
        """Return the address of a new upload."""
        response = await self.create(length, name)
        assert response.status_code == 201, response.text
        return response.headers["location"]

    async def patch(
        self, address: str, offset: int, content: Any, **headers: str
    ) -> httpx.Response:
        """Send a PATCH: `content` is bytes, or a stream of them."""
        given = {**VERSION, "Upload-Offset": str(offset), "Content-Type": BODY, **headers}
        return await self.http.patch(address, content=content, headers=given)

    async def head(self, address: str) -> httpx.Response:
        """HEAD."""
        return await self.http.head(address, headers=VERSION)

    async def offset(self, address: str) -> int:
        """Return how many bytes the server has acknowledged."""
        response = await self.head(address)
        assert response.status_code == 200, response.status_code
        return int(response.headers["upload-offset"])

    async def send(self, content: bytes, name: str = "report.txt") -> Entry:
        """Send a whole file, scanned and examined. Returns its entry."""
        address = await self.begin(len(content), name)
        response = await self.patch(address, 0, content)
        assert response.status_code == 204, response.text
        await self.work()
        return (await self.entries())[0]

    async def work(self) -> None:
        """Let the worker do what is due."""
        services = self.house.services
        await Worker(services.database, services.registered.handlers, {}).run_until_idle()

    async def entries(self) -> list[Entry]:
        """Return the chart, newest first."""
        services = self.house.services
        chart = await services.people.permissions.chart(
            self.house.here.receptionist, self.patient_id
        )
        return await services.charts.contents.entries(chart, ChartFilter(limit=200))

    async def content(self, entry: Entry) -> bytes:
        """Download a file of the chart."""
        response = await self.http.get(self.address(entry) + "?form=original")
        assert response.status_code == 200, response.text
        return response.content

    def address(self, entry: Entry) -> str:
        """Return the path of an entry's content."""
        return f"/patients/{self.patient_id}/entries/{entry.id}/content"


@asynccontextmanager
async def sending(
    served: Served, patient: int = 0, staff: StaffAccess | None = None
) -> AsyncGenerator[Sender]:
    """Sign somebody in, by default the receptionist."""
    house = served.house
    cookies = await house.cookie(staff or house.here.receptionist)
    async with httpx.AsyncClient(
        base_url=served.url.replace("localhost", "127.0.0.1"),
        cookies=cookies,
        headers={"sec-fetch-site": "same-origin", "accept": "application/json"},
        timeout=PATIENCE,
    ) as http:
        yield Sender(house, http, house.patients[patient].id)


def multipart(
    fields: Iterable[tuple[str, str | None, bytes]], boundary: str = "a-boundary"
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a form: (name, file name or None, content) for each field."""
    body = b""
    for name, file_name, content in fields:
        disposition = f'form-data; name="{name}"'
        if file_name is not None:
            escaped = file_name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
            disposition += f'; filename="{escaped}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n"
        body += head.encode() + content + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}, body
