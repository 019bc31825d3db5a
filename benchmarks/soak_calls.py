"""Calls of the soak: a clinician and a patient join one call after the other, and their pages send
each other what two browsers do. There are no pictures: those do not pass through the server."""

import json
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from benchmarks.servers import Product
from benchmarks.visits import Browser, Visitor

_JSON = "application/json"
_CANDIDATES = 12
_WITHIN = 20.0
_SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" + "a=extmap-allow-mixed\r\n" * 200
"""Of the length of a browser's."""

Timed = Callable[[str, Callable[[], object]], bool]
"""See `soak.Notes.timed`."""


class Caller:
    """A clinician with one patient, in one call after the other. `calls` were acknowledged."""

    def __init__(self, ours: Product, cookie: str, patient: int, timed: Timed) -> None:
        self._ours = ours
        self._cookie = cookie
        self._desk, self._phone = Browser(ours.port, cookie), Visitor(ours, patient)
        self._timed = timed
        self.calls: list[str] = []

    def run(self, over: threading.Event) -> None:
        """Call until it is over."""
        chance = random.Random(self._phone.visit_id)
        while not over.wait(chance.uniform(1.0, 4.0)):
            self._call()

    def _call(self) -> None:
        visit, answers = self._phone.visit_id, {}

        def asked(who: Browser, path: str, form: str) -> Callable[[], None]:
            def act() -> None:
                answers.update(json.loads(who.ask("POST", path, form, _JSON) or b"{}"))

            return act

        start = asked(self._desk, f"/visits/{visit}/call", "mode=video")
        if not self._timed("POST /visits/{v}/call", start):
            return
        call = answers["call_id"]
        self.calls.append(call)
        form = "connection=&muted=false&camera=true"
        if not self._timed("POST /calls/{id}/join", asked(self._desk, f"/calls/{call}/join", form)):
            return
        mine = answers["connection_id"]
        join = asked(self._phone.browser, f"/visit/{visit}/call/join", form)
        if not self._timed("POST /visit/{v}/call/join", join):
            return
        with suppress(OSError, EOFError, ConnectionClosed):  # it is killed
            self._signal(call, mine, answers["connection_id"])
        back = asked(self._desk, f"/visits/{visit}/return", "")
        self._timed("POST /visits/{v}/return", back)

    def _signal(self, call: str, mine: str, theirs: str) -> None:
        """Exchange an offer, an answer and candidates, as they come and go in a real call."""
        visit = self._phone.visit_id
        with (
            self._page("/live", self._cookie, mine) as desk,
            self._page(f"/visit/{visit}/live", self._phone.cookie, theirs) as phone,
        ):
            self._relayed("signal: offer", desk, phone, call, mine, theirs, kind="offer")
            self._relayed("signal: answer", phone, desk, call, theirs, mine, kind="answer")
            for _ in range(_CANDIDATES):
                self._relayed("signal: candidate", desk, phone, call, mine, theirs)
                self._relayed("signal: candidate", phone, desk, call, theirs, mine)
                time.sleep(0.02)

    def _page(self, path: str, cookie: str, connection: str) -> ClientConnection:
        origin = f"http://127.0.0.1:{self._ours.port}"
        page = connect(
            f"ws://127.0.0.1:{self._ours.port}{path}",
            additional_headers={"Cookie": cookie, "Origin": origin},
        )
        page.send(json.dumps({"action": "subscribe", "topic": f"signals:{connection}"}))
        return page

    def _relayed(
        self,
        what: str,
        sender: ClientConnection,
        receiver: ClientConnection,
        call: str,
        mine: str,
        theirs: str,
        *,
        kind: str = "",
    ) -> None:
        """Send a signal, and wait until the other page has it."""
        told: dict[str, object] = {"action": "signal", "call": call, "from": mine, "to": theirs}
        if kind:
            told["description"] = {"type": kind, "sdp": _SDP}
        else:
            told["candidate"] = {
                "candidate": "candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host"
            }

        def act() -> None:
            sender.send(json.dumps(told))
            deadline = time.monotonic() + _WITHIN
            while time.monotonic() < deadline:
                said = json.loads(receiver.recv(_WITHIN))
                if said["type"] == "call.signal":
                    return
            raise RuntimeError("no signal came")

        self._timed(what, act)
