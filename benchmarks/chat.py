"""Messages to the patient's phone while many are written, and a conversation of years.

A message goes the way that a pressed one goes: posted by staff, told to the socket of the phone's
page, which asks for the conversation again after a moment and reports that it was read.
"""

import http.client
import itertools
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import uvloop
from websockets.sync.client import ClientConnection, connect

from bedside import bootstrap
from bedside.conversations.writing import Text
from bedside.database import schema
from bedside.edge.accounts import app_cookie_name
from bedside.kernel import logs
from bedside.kernel.ids import new_id
from bedside.people.permissions import ChartAccess, link_access
from bedside.services import Services
from bedside.settings import load
from benchmarks.large import LargeClinic, Size, fill
from benchmarks.large_clinic import page_times
from benchmarks.servers import Installation, Product, free_port, product
from benchmarks.table import Row, Scale, at_most, spread
from benchmarks.visits import TOGETHER, Browser

A_SECOND = 100
"""Messages."""
MOST = 100.0
"""Milliseconds from pressing to the other side's screen."""
MOST_TO_OPEN = 50.0
"""Milliseconds of processor time to open a long conversation."""
_HERE = "127.0.0.1"
_WORDS = "Yes, for some days. Use half as much, and send a photo if it gets larger."
_WITHIN = 30.0
_ASKED = 20
_MESSAGE = re.compile(r'id="(msg_\w+)" data-message')


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: who it is with, and the cookie of that patient's phone."""

    id: str
    patient: str
    phone: str

    @property
    def in_app(self) -> str:
        """The address of the conversation in the app."""
        return f"/app/{self.patient}/chat/{self.id}"


def run(scale: Scale, directory: Path, _body: Path) -> list[Row]:
    """Write messages in many conversations at once, then open a long one."""
    data = directory / "sqlite"
    data.mkdir(mode=0o700, parents=True)
    logs.configure()
    settings = load(data=data)
    schema.upgrade(settings.url)
    count, seconds, long = scale.chat
    clinic, talks = uvloop.run(_filled(bootstrap.build(settings), count, long))
    cookie = f"{settings.session_cookie}={clinic.tokens['all']}"
    name = app_cookie_name(settings)
    talks = [Talk(one.id, one.patient, f"{name}={one.phone}") for one in talks]
    seeded = {
        "cookie": cookie,
        "patient": talks[0].patient,
        "link": "",
        "colleagues": [],
        "clinic": clinic.clinic_id,
        "rooms": [clinic.room_id],
        "visits": [],
    }
    with product(Installation(data, free_port(), seeded)) as ours:
        before = ours.cpu_seconds()
        taken = _all_written(ours, talks[1:], seconds)
        each = (ours.cpu_seconds() - before) / len(taken) * 1000
        return [
            _delivered(taken, each),
            _opened(ours, long, "at the desk", f"/chat/{talks[0].id}", cookie),
            _opened(ours, long, "on the phone", talks[0].in_app, talks[0].phone),
        ]


def _delivered(taken: list[float], each: float) -> Row:
    ordered = sorted(taken)
    slow = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)] * 1000
    what = f"message, pressed to the phone's screen, {A_SECOND} a second, p99"
    return at_most(what, slow, MOST, "ms", f"{spread(taken)[1]}; processor time {each:.1f} ms each")


def _opened(ours: Product, long: int, where: str, path: str, cookie: str) -> Row:
    page_times(ours, path, "", cookie, count=2)
    busy, answer = page_times(ours, path, "", cookie, count=_ASKED)
    what = f"conversation of {long:,} messages opened {where}, processor time"
    return at_most(what, busy, MOST_TO_OPEN, "ms", f"answer {answer:.0f} ms")


# --- what is there ----------------------------------------------------------------------------


async def _filled(services: Services, count: int, long: int) -> tuple[LargeClinic, list[Talk]]:
    """Create a clinic in which the first patient has a long conversation, and so many others a
    short one."""
    await services.database.open()
    try:
        clinic = await fill(services, Size(count + 1, 1, 1, 1, 1))
        staff = clinic.staff["all"]
        listed = (await services.people.patients.listed(staff))[: count + 1]
        charts = [await services.people.permissions.chart(staff, one.id) for one in listed]
        talks = [await _talk(services, chart) for chart in charts]
        for _ in range(long):
            await services.conversations.all.say(
                charts[0], talks[0].id, Text(_WORDS), new_id("drf")
            )
        return clinic, talks
    finally:
        await services.database.close()


async def _talk(services: Services, chart: ChartAccess) -> Talk:
    """Let a patient sign in to the app, and write."""
    link = link_access("lnk_measured", chart.clinic_id, chart.patient_id, "app_measured", _HERE)
    there = await services.accounts.sign_in.by_link(link, device="Phone", own=True)
    account = await services.accounts.sessions.resume(there.token, _HERE)
    side = await services.accounts.sides.of(account, chart.patient_id)
    begun = await services.conversations.all.start(side, Text("Is this normal?"), new_id("drf"))
    return Talk(begun, chart.patient_id, there.token)


# --- the two sides ----------------------------------------------------------------------------


class Phone:
    """An open page of a conversation, which shows what comes."""

    def __init__(self, ours: Product, talk: Talk, stack: ExitStack) -> None:
        self._talk = talk
        self._browser = Browser(ours.port, talk.phone)
        self._socket = stack.enter_context(_socket(ours, talk))
        self.seen: dict[str, float] = {}
        self._thread = threading.Thread(target=self._show, daemon=True)
        self._thread.start()

    def _show(self) -> None:
        """Ask again after each event, a moment later, until nobody writes any more."""
        for _ in self._events():
            time.sleep(TOGETHER)
            shown = self._browser.ask("GET", f"{self._talk.in_app}/list").decode()
            moment = time.perf_counter()
            new = [one for one in _marked(shown) if one not in self.seen]
            self.seen.update(dict.fromkeys(new, moment))
            read = urlencode({"up_to": str(2**30), "what": "read"})
            self._browser.ask("POST", f"{self._talk.in_app}/read", read)

    def _events(self) -> Iterator[None]:
        try:
            while True:
                told = [json.loads(self._socket.recv())]
                while (more := self._at_once()) is not None:
                    told.append(more)
                if any(one.get("type") == "conversation.message_added" for one in told):
                    yield
        except Exception:  # the socket was closed: the measurement is over
            return

    def _at_once(self) -> dict[str, object] | None:
        try:
            return json.loads(self._socket.recv(timeout=0))
        except TimeoutError:
            return None

    def wait_for(self, messages: set[str]) -> None:
        """Wait until the page shows these."""
        until = time.monotonic() + _WITHIN
        while not messages <= self.seen.keys():
            if time.monotonic() > until:
                raise RuntimeError("a phone did not show a message")
            time.sleep(0.01)


def _socket(ours: Product, talk: Talk) -> ClientConnection:
    origin = f"http://127.0.0.1:{ours.port}"
    socket = connect(
        f"ws://127.0.0.1:{ours.port}/app/{talk.patient}/live",
        additional_headers={"Cookie": talk.phone, "Origin": origin},
    )
    socket.send(json.dumps({"action": "subscribe", "topic": f"conversation:{talk.id}"}))
    socket.recv(_WITHIN)
    return socket


def _marked(fragment: str) -> list[str]:
    """Return the ids of the messages that a fragment shows."""
    return _MESSAGE.findall(fragment)


def _all_written(ours: Product, talks: list[Talk], seconds: int) -> list[float]:
    """Write at an even pace, whatever the answers take. Returns the seconds that each message took
    from being pressed to being shown."""
    pressed: dict[str, tuple[Talk, float]] = {}
    with ExitStack() as stack:
        phones = {talk.id: Phone(ours, talk, stack) for talk in talks}
        began, number = time.perf_counter(), itertools.count()
        turn = threading.Lock()

        def desk() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", ours.port)
            while True:
                with turn:
                    mine = next(number)
                if mine >= A_SECOND * seconds:
                    return
                at = began + mine / A_SECOND
                time.sleep(max(0.0, at - time.perf_counter()))
                talk = talks[mine % len(talks)]
                pressed[_say(connection, ours, talk)] = (talk, at)

        desks = [threading.Thread(target=desk) for _ in range(min(len(talks), 20))]
        for one in desks:
            one.start()
        for one in desks:
            one.join()
        for talk in talks:
            phones[talk.id].wait_for({key for key, (of, _) in pressed.items() if of is talk})
        return [phones[talk.id].seen[key] - at for key, (talk, at) in pressed.items()]


def _say(connection: http.client.HTTPConnection, ours: Product, talk: Talk) -> str:
    """Write a message as the desk does. Returns its id."""
    form = urlencode({"body": _WORDS, "draft_id": new_id("drf"), "reply": "open"})
    headers = {
        "Cookie": ours.cookie,
        "Sec-Fetch-Site": "same-origin",
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", f"/chat/{talk.id}", form, headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"a message was answered with {answer.status}: {said[:200]!r}")
    return json.loads(said)["message_id"]
