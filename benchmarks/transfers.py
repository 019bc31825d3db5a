"""A live file transfer: how soon the other side has the file, and how fast."""

import http.client
import sqlite3
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from bedside.kernel.ids import new_id
from benchmarks.bodies import write_pdf
from benchmarks.load import Connection, Send, tus_in_one
from benchmarks.servers import Product, install, product
from benchmarks.table import Row, Scale, at_least, at_most, milliseconds, spread
from benchmarks.visits import Browser, Visitor

_SCANNED_WITHIN = 120.0
_SMALL = 20
"""Number of transfers of a photo's size that measure the first byte."""


def run(scale: Scale, directory: Path, body: Path) -> list[Row]:
    """Send from staff to a waiting patient; the worker is inside, and scans."""
    with product(install(directory / "ours"), worker=True) as ours:
        desk = Desk(ours, body)
        first = [desk.send(scale.photo)[1] for _ in range(min(_SMALL, scale.photos))]
        # Each is preceded by an upload of the same file into a chart, on the same machine.
        charts, ups, downs = [], [], []
        for _ in range(max(1, scale.repeats // 3)):
            charts.append(desk.to_chart(scale.file))
            up, _first, down = desk.send(scale.file)
            ups.append(up)
            downs.append(down)
    slow, shown = spread(first)
    upload = f"upload of the same file into a chart: {milliseconds(charts)}"
    size = f"{scale.file // 1_000_000} MB"
    return [
        at_most("live transfer, accept to the first byte, p95", slow, 300, "ms", shown),
        _rate(f"live transfer of {size} after accept, of the upload rate", charts, downs, upload),
        _rate(f"live transfer of {size} on its way up, of the upload rate", charts, ups, upload),
    ]


def _rate(what: str, charts: list[float], taken: list[float], upload: str) -> Row:
    ratio = median(chart / own for chart, own in zip(charts, taken, strict=True))
    return at_least(what, milliseconds(taken), upload, ratio, 0.80)


class Desk:
    """The sending staff, and the receiving patient."""

    def __init__(self, ours: Product, body: Path) -> None:
        self._ours = ours
        self._body = body
        self._staff = Browser(ours.port, ours.cookie)
        self._patient = Visitor(ours)

    def _of(self, size: int) -> Path:
        """Return a file of this size: a PDF that is cut off would be refused."""
        path = self._body.with_name(f"body-{size}")
        if not path.exists():
            write_pdf(path, size)
        return path

    def to_chart(self, size: int) -> float:
        """Upload into a chart. Returns seconds."""
        return self._up(
            tus_in_one(self._of(size), size, to=self._ours.uploads, headers=self._ours.headers)
        )

    def send(self, size: int) -> tuple[float, float, float]:
        """Send a file. Returns seconds: until all bytes are up; from accepting to the first byte
        at the other side; to the last one."""
        transfer_id = new_id("trf")
        form = {"name": "care plan.pdf", "media_type": "application/pdf", "size": size}
        base = f"/visits/{self._patient.visit_id}/transfers"
        offered = urlencode({**form, "transfer_id": transfer_id})
        self._staff.ask("POST", base, offered, "application/json")
        to = f"{base}/{transfer_id}/uploads"
        up = self._up(tus_in_one(self._of(size), size, to=to, headers=self._ours.headers))
        self._wait_for_scan(transfer_id)
        began = time.perf_counter()
        own = f"/visit/{self._patient.visit_id}/transfers/{transfer_id}"
        self._patient.browser.ask("POST", f"{own}/accept", "", "application/json")
        return up, *self._fetch(f"{own}/file", size, began)

    def _up(self, send: Send) -> float:
        connection = Connection(self._ours.port)
        began = time.perf_counter()
        send(connection, "")
        taken = time.perf_counter() - began
        connection.close()
        return taken

    def _fetch(self, path: str, size: int, began: float) -> tuple[float, float]:
        connection = http.client.HTTPConnection("127.0.0.1", self._ours.port)
        connection.request("GET", path, headers={"Cookie": self._patient.cookie})
        answer = connection.getresponse()
        got = len(answer.read(1))
        first = time.perf_counter() - began
        while piece := answer.read(1 << 20):
            got += len(piece)
        taken = time.perf_counter() - began
        connection.close()
        if got != size:
            raise RuntimeError(f"{path} answered {answer.status} with {got} bytes")
        return first, taken

    def _wait_for_scan(self, transfer_id: str) -> None:
        """Poll for the scan: a person takes longer to press “Accept”, and no event announces it
        earlier."""
        database = sqlite3.connect(
            f"file:{self._ours.files.parent / 'bedside.db'}?mode=ro", uri=True
        )
        deadline = time.monotonic() + _SCANNED_WITHIN
        asked = "SELECT bytes FROM live_transfers WHERE id = ?"
        while database.execute(asked, (transfer_id,)).fetchone() != ("clean",):
            if time.monotonic() > deadline:
                raise RuntimeError("the file was not scanned in time")
            time.sleep(0.02)
        database.close()
