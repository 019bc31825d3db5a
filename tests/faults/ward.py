"""A waiting room behind a server that may be killed: staff and patients act through HTTP like
their browsers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.sync.client import connect

from bedside.audit.actors import SYSTEM
from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.services import Services
from bedside.visits.check_in import CheckIn
from bedside.visits.rooms import RoomChange
from tests.faults.conftest import Installed
from tests.faults.phone import SITE
from tests.faults.servers import Server, wait_until
from tests.peers.ports import PATIENCE

NAME = "Kofi Asante"


@dataclass
class Patient:
    """A device with its cookies, which it keeps over restarts of the server."""

    server: Server
    draft: str = field(default_factory=CheckIn.new_draft)
    token: str = ""
    visit_id: str = ""
    phone: str = ""

    @property
    def page(self) -> str:
        """The path of the visit."""
        return f"/visit/{self.visit_id}"

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies for the page of the visit."""
        return {"bedside-visitor": self.token}

    def check_in(self, slug: str) -> None:
        """Send the form; the same one on a retry."""
        born = {"birth_day": "2", "birth_month": "11", "birth_year": "1958"}
        form = {"draft": self.draft, "name": NAME, "phone": self.phone, **born}
        with httpx.Client(base_url=self.server.url, headers=SITE, timeout=PATIENCE) as http:
            answer = http.post(f"/r/{slug}", data=form, headers={"accept": "text/html"})
        assert answer.status_code == 303, answer.text
        self.visit_id = answer.headers["location"].rpartition("/")[2]
        self.token = answer.cookies["bedside-visitor"]

    def ask(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        """Make a request of the visit's page."""
        with httpx.Client(
            base_url=self.server.url, headers=SITE, timeout=PATIENCE, cookies=self.cookies
        ) as http:
            return http.request(method, self.page + path, **more)

    @contextmanager
    def open_page(self) -> Iterator[None]:
        """Keep the page's socket open during the block, or until the server dies."""
        address = self.server.url.replace("http", "ws") + self.page + "/live"
        headers = {"Cookie": f"bedside-visitor={self.token}", "Origin": self.server.url}
        with connect(address, additional_headers=headers) as socket:
            socket.send(json.dumps({"action": "subscribe", "topic": f"visit:{self.visit_id}"}))
            assert json.loads(socket.recv(PATIENCE))["type"] == "snapshot"
            yield


@dataclass
class Ward:
    """Reception and a second room, both open; the receptionist is in charge of both."""

    server: Server
    installed: Installed
    rooms: list[str] = field(default_factory=list[str])
    slugs: list[str] = field(default_factory=list[str])
    patients: list[Patient] = field(default_factory=list[Patient])

    def prepare(self) -> "Ward":
        """Open the rooms, before the server starts."""
        self.server.inside(self._open)
        return self

    async def _open(self, services: Services) -> None:
        clinic_id, staff_id = self.installed.clinic_id, self.installed.staff_id
        staff = staff_access(staff_id, clinic_id, Role.ADMINISTRATOR, "ses_test", "127.0.0.1")
        wanted = RoomChange("Treatment")
        second = await services.visits.rooms.create(
            services.people.permissions.administer(staff), wanted
        )
        async with services.database.unit_of_work() as work:
            await services.people.staff.install_assignment(
                work, SYSTEM, clinic_id, staff_id, second.id
            )
        first, *_ = [r for r in await services.visits.rooms.of_staff(staff) if r.id != second.id]
        for room in (first, second):
            await services.visits.rooms.open(await services.people.permissions.room(staff, room.id))
            self.rooms.append(room.id)
            self.slugs.append(room.slug)

    def post(self, path: str, **form: str) -> httpx.Response:
        """Press a button as the receptionist."""
        with httpx.Client(
            base_url=self.server.url,
            headers=SITE,
            cookies=self.installed.cookies,
            timeout=PATIENCE,
        ) as http:
            return http.post(path, data=form)

    def get(self, path: str) -> httpx.Response:
        """Open a page as the receptionist."""
        with httpx.Client(
            base_url=self.server.url,
            headers=SITE,
            cookies=self.installed.cookies,
            timeout=PATIENCE,
        ) as http:
            return http.get(path)

    def patient(self, room: int = 0, *, phone: str = "") -> Patient:
        """Check in a patient."""
        made = Patient(self.server, phone=phone)
        made.check_in(self.slugs[room])
        self.patients.append(made)
        return made

    def all_agree(self, call_id: str) -> None:
        """Let every patient agree to whoever is to come into the call."""
        asked = self.server.ask(
            "SELECT id FROM call_participants WHERE call_id = ? AND state = 'agreeing'", call_id
        )
        for (newcomer,) in asked:
            for patient in self.patients:
                patient.ask("POST", f"/call/newcomers/{newcomer}/agree")

    def visit(self, patient: Patient) -> dict[str, Any]:
        """Return a visit from the database, with its legs."""
        [row] = self.server.ask(
            "SELECT room_id, state, leg, queued_at, away_since, call_id FROM visits WHERE id = ?",
            patient.visit_id,
        )
        names = ("room_id", "state", "leg", "queued_at", "away_since", "call_id")
        found: dict[str, Any] = dict(zip(names, row, strict=True))
        found["way"] = self.server.ask(
            "SELECT room_id, left_at > 0 FROM visit_legs WHERE visit_id = ? ORDER BY number",
            patient.visit_id,
        )
        return found

    def is_whole(self, patient: Patient) -> None:
        """Check that the visit is in exactly one room, with one open leg there, and that its page
        agrees."""
        visit = self.visit(patient)
        assert [left for _, left in visit["way"]] == [1] * (visit["leg"] - 1) + [0]
        assert visit["way"][-1][0] == visit["room_id"]
        shown = [room for room in self.rooms if patient.visit_id in self._queue(room)]
        assert shown == [visit["room_id"]]
        now = patient.ask("GET", "/now", headers={"HX-Request": "true"})
        assert now.status_code == 200, now.text
        assert f'data-leg="{visit["leg"]}"' in now.text

    def _queue(self, room: str) -> str:
        answer = self.get(f"/rooms/{room}/queue")
        assert answer.status_code == 200, answer.text
        return answer.text

    def comes_back(self, patient: Patient) -> None:
        """Check for “reconnecting” after the kill, and “here” once the page's socket is back."""
        assert self.visit(patient)["away_since"] > 0
        with patient.open_page():
            wait_until(lambda: self.visit(patient)["away_since"] == 0, "the page")
        wait_until(lambda: self.visit(patient)["away_since"] > 0, "the page to be gone")
