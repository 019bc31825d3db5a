"""A patient being transferred to another room, and the queue that staff look at."""

import http.client
import json
import shutil
import time
from pathlib import Path
from urllib.parse import urlencode

from websockets.sync.client import ClientConnection, connect

from benchmarks.inbox import answers
from benchmarks.servers import NotHere, Product, install, product
from benchmarks.table import Row, Scale, at_most, not_measured, spread
from tests.peers.postgres import Postgres

TOGETHER = 0.04
"""Seconds for which the page debounces events before it fetches the current state."""
_WITHIN = 30.0
_KEPT = 2.0
"""Seconds for which an idle connection is reused."""


def run(scale: Scale, directory: Path, _body: Path) -> list[Row]:
    """Transfer back and forth, then measure the queue on SQLite and on a PostgreSQL of its own."""
    with product(install(directory / "sqlite")) as ours:
        rows = [_transfers(ours, scale.moves)]
        if shutil.which("wrk") is None:
            raise NotHere("wrk is not installed (Debian: wrk)")
        rows += [_queue("SQLite", ours, scale, 3_000), _drawn("SQLite", ours, scale)]
    try:
        postgres = Postgres()
    except AssertionError as why:
        return [*rows, not_measured("queue on PostgreSQL", str(why))]
    try:
        postgres.start()
        with product(install(directory / "postgresql", postgres.fresh())) as ours:
            rows += [_queue("PostgreSQL", ours, scale, 1_500), _drawn("PostgreSQL", ours, scale)]
    finally:
        postgres.remove()
    return rows


def _queue(kind: str, ours: Product, scale: Scale, wanted: float) -> Row:
    what = f"queue with sign-in, 50 rows, {kind}"
    return answers(what, f"/api/v1/rooms/{ours.rooms[0]}/queue", ours, scale, wanted)


def _drawn(kind: str, ours: Product, scale: Scale) -> Row:
    """Measure the fragment that an open page requests after each event."""
    what = f"the same as HTML with its menus, {kind}"
    return answers(what, f"/rooms/{ours.rooms[0]}/queue", ours, scale)


def _transfers(ours: Product, moves: int) -> Row:
    """Measure from pressing “Transfer” to the fragment with the new waiting room, and back
    again."""
    desk, phone = Browser(ours.port, ours.cookie), Visitor(ours)
    taken: list[float] = []
    with phone.page() as page:
        for number in range(moves + 1):
            to = ours.rooms[(number + 1) % 2]
            form = urlencode({"room": to, "leg": number + 1, "note": ""})
            began = time.perf_counter()
            desk.ask("POST", f"/visits/{phone.visit_id}/transfer", form)
            _event(page, leg=number + 2)
            time.sleep(TOGETHER)
            shown = phone.browser.ask("GET", f"/visit/{phone.visit_id}/now").decode()
            if f'data-leg="{number + 2}"' not in shown:
                raise RuntimeError("the page shows another room")
            if number:  # the first one is slower everywhere
                taken.append(time.perf_counter() - began)
    slow, shown = spread(taken)
    return at_most("patient transfer, pressed to seen in the new room, p95", slow, 300, "ms", shown)


def _event(page: ClientConnection, leg: int) -> None:
    """Wait until the page has received the event of this leg."""
    deadline = time.monotonic() + _WITHIN
    while time.monotonic() < deadline:
        told = json.loads(page.recv(_WITHIN))
        if told["type"] == "visit.changed" and told["data"]["leg"] == leg:
            return
    raise RuntimeError("the page heard nothing")


class Browser:
    """A kept-alive connection with somebody's cookie."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._used = time.monotonic()
        self._headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}

    def ask(self, method: str, path: str, form: str | None = None, accept: str = "") -> bytes:
        """Request what a script of a page requests."""
        headers = {**self._headers, "HX-Request": "true"}
        headers |= {"Accept": accept} if accept else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if time.monotonic() - self._used > _KEPT:
            self._connection.close()  # the server may have closed it, too
        self._connection.request(method, path, form, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        self._used = time.monotonic()
        if answer.status >= 400:
            raise RuntimeError(f"{path} answered {answer.status}: {body.decode()[:300]}")
        return body


class Visitor:
    """A waiting patient with an open page."""

    def __init__(self, ours: Product, number: int = 0) -> None:
        self.visit_id, token = ours.visits[number]
        self.cookie = f"bedside-visitor={token}"
        self.browser = Browser(ours.port, self.cookie)
        self._port = ours.port

    def page(self) -> ClientConnection:
        """Open the socket that follows the visit."""
        socket = connect(
            f"ws://127.0.0.1:{self._port}/visit/{self.visit_id}/live",
            additional_headers={
                "Cookie": self.cookie,
                "Origin": f"http://127.0.0.1:{self._port}",
            },
        )
        socket.send(json.dumps({"action": "subscribe", "topic": f"visit:{self.visit_id}"}))
        socket.recv(_WITHIN)
        return socket
