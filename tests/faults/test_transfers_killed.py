"""The server is killed at each step of a live file transfer, in both directions.

Afterwards the file is in the chart once with every byte, or, if it was cancelled, nothing of it is
left anywhere.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator

import httpx
import pytest

from bedside.charts.entries import ChartFilter
from bedside.kernel.ids import new_id
from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.services import Services
from tests.edge.tus import words
from tests.faults.conftest import Installed
from tests.faults.lives import Lives
from tests.faults.phone import SITE
from tests.faults.servers import Server, wait_until
from tests.faults.ward import Patient, Ward
from tests.peers.ports import PATIENCE

pytestmark = pytest.mark.feature("X5")

CONTENT = words(700_000)
NAME = "care plan.txt"

TO_THE_PATIENT = (
    "live_transfer.begun",
    "upload.begun",
    "upload.sealed",
    "file.scanned",
    "live_transfer.accepted",
    "live_transfer.handed_over",
)
HELD = ("upload.begun", "file.examined", "visit.identifying", "visit.identified")
"""From a patient nobody has identified."""
FROM_THE_PATIENT = ("upload.begun", "upload.paused", "file.examined", "job.done")
"""The other fault points on the path of the bytes are covered by test_intake_killed."""


class Desk:
    """A waiting patient, and both sides of a transfer, over as many restarts as it takes."""

    def __init__(self, server: Server, installed: Installed) -> None:
        self.ward = Ward(server, installed).prepare()
        self.installed = installed
        server.start()
        self.patient: Patient = self.ward.patient()
        server.stop()
        self.is_known = False
        self.transfer_id = new_id("trf")

    def live(self, faults: Iterable[str]) -> None:
        """Start the server, which dies of these one after another."""
        self.lives = Lives(self.ward.server, self.installed, faults)

    def until_answered(self, press: Callable[[], httpx.Response]) -> httpx.Response:
        """Repeat a page's request until it gets an answer."""
        while True:
            try:
                return press()
            except httpx.TransportError:
                self.lives.revive()

    def base(self, *, of_staff: bool) -> str:
        """Return the base path of one side's transfers."""
        return f"/visits/{self.patient.visit_id}/transfers" if of_staff else "/transfers"

    def begin(self, *, by_staff: bool) -> None:
        """Choose a file; the page has made the id."""
        form = {
            "name": NAME,
            "media_type": "text/plain",
            "size": str(len(CONTENT)),
            "transfer_id": self.transfer_id,
        }
        base = self.base(of_staff=by_staff)

        def press() -> httpx.Response:
            if by_staff:
                return self.ward.post(base, **form)
            return self.patient.ask("POST", base, data=form)

        answer = self.until_answered(press)
        assert answer.status_code == 200, answer.text
        assert answer.json()["transfer_id"] == self.transfer_id

    def send(self, *, by_staff: bool) -> None:
        """Send all bytes, by tus."""
        base = f"{self.base(of_staff=by_staff)}/{self.transfer_id}/uploads"
        home = base if by_staff else self.patient.page + base
        cookies = None if by_staff else self.patient.cookies
        self.lives.phone(home, cookies).send(CONTENT, NAME)

    def scanned(self) -> None:
        """Let the worker do everything, over as many restarts as it takes."""
        self.lives.finish()
        wait_until(lambda: self.row()["bytes"] == "clean", "the scan")

    def accept(self) -> None:
        """Press “Accept” as the patient."""
        path = f"/transfers/{self.transfer_id}/accept"
        answer = self.until_answered(lambda: self.patient.ask("POST", path))
        assert answer.json()["phase"] in ("ready", "done"), answer.text

    def download(self, *, by_staff: bool) -> None:
        """Receive every byte at the other side, which completes the transfer."""
        path = f"{self.base(of_staff=by_staff)}/{self.transfer_id}/file"

        def fetch() -> httpx.Response:
            return self.ward.get(path) if by_staff else self.patient.ask("GET", path)

        def fetched() -> bool:
            try:
                assert fetch().content == CONTENT
            except httpx.TransportError:
                self.lives.revive()
            if self.ward.server.is_dead:
                self.lives.revive()
            return self.row()["ended"] == "done"

        wait_until(fetched, "the last byte to be noted")

    def row(self) -> dict[str, str]:
        """Return the transfer's row in the database."""
        [(bytes_, ended)] = self.ward.server.ask(
            "SELECT bytes, ended FROM live_transfers WHERE id = ?", self.transfer_id
        )
        return {"bytes": bytes_, "ended": ended}

    def identify(self) -> None:
        """Identify the visitor as a new patient, as often as it takes."""
        path = f"/visits/{self.patient.visit_id}/identify/new"
        answer = self.until_answered(lambda: self.ward.post(path, another="no"))
        assert answer.status_code in (204, 409), answer.text
        self.is_known = True

    def is_in_the_chart_once(self) -> None:
        """Check that the file is in the chart once, and no byte of anything else is left."""
        if not self.is_known:
            self.identify()
        self._stop()
        self.ward.server.inside(self._in_the_chart)

    def nothing_stays(self) -> None:
        """Check that no entry, file, upload or sealed byte is left."""
        self._stop()
        self.ward.server.inside(self._nothing)

    def _stop(self) -> None:
        assert self.lives.has_died_enough
        self.lives.finish()
        self.ward.server.stop()

    async def _in_the_chart(self, services: Services) -> None:
        staff = staff_access(
            self.installed.staff_id, self.installed.clinic_id, Role.STAFF, "ses_test", "127.0.0.1"
        )
        [(patient_id,)] = self.ward.server.ask("SELECT patient_id FROM visits")
        chart = await services.people.permissions.chart(staff, patient_id)
        [entry] = await services.charts.contents.entries(chart, ChartFilter(limit=200))
        assert (entry.name, entry.state, entry.size) == (NAME, "filed", len(CONTENT))
        assert entry.source_id == self.patient.visit_id
        opened = await services.files.retrieval.open(chart, entry.id, "original")
        assert b"".join([p async for p in opened.chunks(0, opened.size)]) == CONTENT
        files = {key.rpartition("/")[2].partition(".")[0] async for key, _ in _blobs(services)}
        assert files == {entry.file_id}
        assert (await services.audit.log.verify(self.installed.clinic_id)).broken_at is None

    async def _nothing(self, services: Services) -> None:
        assert [key async for key, _ in _blobs(services)] == []
        for table in ("files", "chart_entries", "uploads"):
            assert self.ward.server.ask(f"SELECT count(*) FROM {table}") == [(0,)], table  # noqa: S608 - three names


def _blobs(services: Services) -> AsyncIterator[tuple[str, bytes]]:
    return services.files.custody.blobs()


@pytest.fixture
def desk(server: Server, installed: Installed) -> Desk:
    """The server is not running."""
    return Desk(server, installed)


def test_killed_at_each_step_on_the_way_to_the_patient(desk: Desk) -> None:
    desk.live(TO_THE_PATIENT)
    desk.begin(by_staff=True)
    desk.send(by_staff=True)
    desk.scanned()
    assert desk.row() == {"bytes": "clean", "ended": ""}
    desk.accept()
    desk.download(by_staff=False)
    desk.is_in_the_chart_once()


def test_killed_at_each_step_on_the_way_from_the_patient(desk: Desk) -> None:
    desk.live(FROM_THE_PATIENT)
    desk.begin(by_staff=False)
    desk.send(by_staff=False)
    desk.scanned()
    desk.download(by_staff=True)
    desk.is_in_the_chart_once()


@pytest.mark.feature("S2")
def test_killed_while_a_file_waits_for_its_chart(desk: Desk) -> None:
    desk.live(HELD)
    desk.begin(by_staff=False)
    desk.send(by_staff=False)
    desk.scanned()
    assert desk.ward.server.ask("SELECT count(*) FROM chart_entries") == [(0,)]
    desk.identify()
    assert desk.ward.server.ask("SELECT count(*) FROM chart_entries") == [(1,)]
    desk.is_in_the_chart_once()


@pytest.mark.parametrize("by_staff", [True, False])
def test_killed_while_it_is_given_up(desk: Desk, by_staff: bool) -> None:
    """Cancelled half-way; the server dies between the upload and the rest of it."""
    desk.live(["live_transfer.abandoned"])
    desk.begin(by_staff=by_staff)
    _send_half(desk, by_staff=by_staff)
    path = f"{desk.base(of_staff=True)}/{desk.transfer_id}/cancel"
    assert desk.ward.post(path).json()["phase"] == "cancelled"
    wait_until(lambda: desk.ward.server.is_dead, "death")
    desk.lives.revive()
    desk.nothing_stays()


def test_killed_in_the_middle_of_the_bytes_and_then_the_patient_goes_on(desk: Desk) -> None:
    """To another room: what had not arrived is cancelled with the leg, and nothing of it stays."""
    desk.live(["visit.transferred"])
    desk.begin(by_staff=False)
    _send_half(desk, by_staff=False)
    answer = f"/visits/{desk.patient.visit_id}/transfer"
    with pytest.raises(httpx.TransportError):
        desk.ward.post(answer, room=desk.ward.rooms[1], leg="1", note="")
    desk.lives.revive()
    assert desk.row()["ended"] == "left"
    listed = desk.patient.ask("GET", "/transfers/list")
    assert desk.transfer_id not in listed.text
    desk.nothing_stays()


def _send_half(desk: Desk, *, by_staff: bool) -> None:
    """Send half of the bytes; then the sender is gone."""
    base = f"{desk.base(of_staff=by_staff)}/{desk.transfer_id}/uploads"
    home = base if by_staff else desk.patient.page + base
    cookies = desk.installed.cookies if by_staff else desk.patient.cookies
    phone = desk.lives.phone(home, cookies)
    with httpx.Client(
        base_url=desk.ward.server.url,
        cookies=cookies,
        headers={**SITE, "Tus-Resumable": "1.0.0"},
        timeout=PATIENCE,
    ) as http:
        phone.begin(http, len(CONTENT), NAME)
        with pytest.raises(httpx.TransportError):
            http.patch(
                phone.address,
                content=_broken_off(CONTENT[: len(CONTENT) // 2]),
                headers={
                    "Upload-Offset": "0",
                    "Content-Type": "application/offset+octet-stream",
                    "Content-Length": str(len(CONTENT)),
                },
            )


def _broken_off(part: bytes) -> Iterator[bytes]:
    yield part
    raise httpx.WriteError("the network is gone")
