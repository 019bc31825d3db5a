"""A sender that does not give up: it waits for the server, asks how far it got, and resumes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from tests.edge.tus import BODY, VERSION, checksum, metadata
from tests.faults.servers import Server
from tests.peers.ports import PATIENCE

SITE = {"sec-fetch-site": "same-origin", "accept": "application/json"}


@dataclass
class Phone:
    """Sends one file by tus, in parts, over as many restarts of the server as it takes."""

    server: Server
    home: str
    cookies: dict[str, str]
    revive: Callable[[], None]
    """Called when the server stops answering."""
    address: str = ""
    acknowledged: int = 0
    resumed_at: list[int] = field(default_factory=list[int])

    def send(self, content: bytes, name: str, parts: int = 3, *, checked: int = -1) -> None:
        """Return once the server has acknowledged everything. Part number `checked` carries a
        checksum."""
        step = -(-len(content) // parts)
        while True:
            try:
                with self._client() as http:
                    self.begin(http, len(content), name)
                    while self.acknowledged < len(content):
                        part = content[self.acknowledged : self.acknowledged + step]
                        is_checked = self.acknowledged // step == checked
                        self._append(http, part, is_checked=is_checked)
                return
            except httpx.TransportError:
                self.revive()

    def _client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.server.url,
            cookies=self.cookies,
            headers={**SITE, **VERSION},
            timeout=PATIENCE,
        )

    def begin(self, http: httpx.Client, length: int, name: str) -> None:
        """Announce what will be sent, or ask how far it got."""
        if self.address:
            found = http.head(self.address)
            assert found.status_code == 200, found.status_code
            at = int(found.headers["upload-offset"])
            assert at >= self.acknowledged, "acknowledged bytes were lost"
            self.resumed_at.append(at)
            self.acknowledged = at
            return
        said = {"Upload-Length": str(length), "Upload-Metadata": metadata(filename=name)}
        begun = http.post(self.home, headers=said)
        assert begun.status_code == 201, begun.text
        self.address = begun.headers["location"]

    def _append(self, http: httpx.Client, part: bytes, *, is_checked: bool) -> None:
        headers = {"Upload-Offset": str(self.acknowledged), "Content-Type": BODY}
        if is_checked:
            headers["Upload-Checksum"] = checksum(part)
        done = http.patch(self.address, content=trickling(part), headers=headers)
        assert done.status_code == 204, done.text
        self.acknowledged = int(done.headers["upload-offset"])


def trickling(part: bytes) -> Iterator[bytes]:
    """Yield a part as it is sent."""
    for at in range(0, len(part), 65_536):
        yield part[at : at + 65_536]
