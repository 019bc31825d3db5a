"""The server is killed while a form is sent, kept, sent back and filed: the patient gets one link,
nothing that was typed is lost, and the chart has one answer."""

from datetime import timedelta

import httpx
import pytest

from bedside.charts.records import ChartFilter
from bedside.files.announcing import Allowance
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.permissions import ChartAccess, staff_access
from bedside.people.roles import Role
from bedside.requests.forms.staff import Draft
from bedside.services import Services
from tests.adapters.rendering import form_files
from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until
from tests.faults.test_visits_killed import dies
from tests.faults.ward import Ward
from tests.requests.forms import pieces
from tests.requests.sending import BORN

pytestmark = [pytest.mark.feature("F11"), pytest.mark.feature("F15")]
TYPED = {"f1": "Lindqvist", "f4": "It hurts since Monday.", "version": "0", "do": "check"}


@pytest.fixture
def ward(server: Server, installed: Installed) -> Ward:
    """Open rooms; the server is not started yet."""
    return Ward(server, installed).prepare()


async def _chart(services: Services, installed: Installed) -> ChartAccess:
    staff = staff_access(
        installed.staff_id, installed.clinic_id, Role.STAFF, "ses_test", "127.0.0.1"
    )
    return await services.people.permissions.chart(staff, installed.patient_id)


def _with_form(ward: Ward) -> str:
    """Put an empty form into the chart, and have it scanned. Returns its file."""
    found: list[str] = []

    async def put(services: Services) -> None:
        chart = await _chart(services, ward.installed)
        taken = await services.files.uploads.take_for_chart(
            chart, "Form.pdf", pieces(form_files.form()), Allowance(largest=1_000_000), "form"
        )
        found.append(taken.file_id)

    ward.server.inside(put)
    ward.server.start()
    wait_until(
        lambda: ward.server.ask("SELECT count(*) FROM files WHERE state = 'filed'") == [(1,)],
        "the scan",
    )
    wait_until(ward.server.is_idle, "the jobs")
    ward.server.stop()
    return found[0]


async def _let_in(services: Services, installed: Installed, file_id: str) -> tuple[str, str]:
    """Send the form, and open it like the patient. Returns its id, and the device's token."""
    chart = await _chart(services, installed)
    entry = await services.charts.contents.entry_of_file(chart, file_id)
    clinic = await services.people.clinics.get(chart.clinic_id)
    due = clinic.options.today() + timedelta(days=3)
    sent = await services.requests.forms.send(chart, Draft(new_id("frm"), entry.id, ("sms",), due))
    async with services.database.unit_of_work() as work:
        secret = await services.links.issue(
            work, chart.clinic_id, chart.patient_id, sent, clock.now() + 7 * clock.DAY
        )
    answer = await services.links.answer(secret, BORN, "192.0.2.7")
    return sent, answer.token


def test_killed_while_it_is_sent(ward: Ward) -> None:
    server, patient_id = ward.server, ward.installed.patient_id
    file_id = _with_form(ward)
    [(entry_id,)] = server.ask("SELECT id FROM chart_entries WHERE file_id = ?", file_id)
    server.start("form.requested")
    here = f"/patients/{patient_id}/forms"
    due = (clock.in_zone("UTC") + timedelta(days=3)).date().isoformat()
    fields = {"id": new_id("frm"), "entry": entry_id, "channels": "sms", "due": due}
    dies(ward, lambda: ward.post(here, **fields))
    assert ward.post(here, **fields).status_code == 303
    wait_until(server.is_idle, "the jobs")
    assert server.ask("SELECT count(*) FROM sent_forms") == [(1,)]
    sent = "SELECT count(*) FROM notifications WHERE channel = 'sms' AND cause_id LIKE 'frm_%'"
    assert server.ask(sent) == [(1,)]


@pytest.mark.parametrize(
    "faults",
    [
        ["form.kept"],
        ["form.sent"],
        ["form.filled", "form.uploading", "form.uploaded"],
        ["form.version_stored", "form.versions_kept"],
    ],
    ids=["kept", "sent", "filed", "versions"],
)
def test_killed_while_it_comes_back(ward: Ward, faults: list[str]) -> None:
    server = ward.server
    file_id = _with_form(ward)
    made: list[tuple[str, str]] = []

    async def opened(services: Services) -> None:
        made.append(await _let_in(services, ward.installed, file_id))

    server.inside(opened)
    [(sent, token)] = made

    phone = Phone(ward, sent, token)
    server.start(faults[0])
    if faults[0] == "form.kept":
        phone.dies("/form", **TYPED)
    elif faults[0] == "form.sent":
        phone.post("/form", **TYPED)
        phone.dies("/check", version="1")
    else:
        phone.post("/form", **TYPED)
        phone.post("/check", version="1")
        for following in [*faults[1:], ""]:
            wait_until(lambda: server.is_dead, "death")
            server.restart(following)
    phone.post("/form", **TYPED)
    phone.post("/check", version="1")
    done = "SELECT count(*) FROM requests WHERE state = 'done'"
    wait_until(lambda: server.ask(done) == [(1,)], "the answer")
    wait_until(server.is_idle, "the jobs")
    assert server.ask("SELECT count(*) FROM chart_entries") == [(2,)]
    assert server.ask("SELECT count(*) FROM uploads WHERE NOT finished") == [(0,)]
    server.stop()
    server.inside(lambda services: _is_whole(services, ward.installed, sent))


class Phone:
    """The patient's browser."""

    def __init__(self, ward: Ward, sent: str, token: str) -> None:
        self._ward = ward
        self._here = f"/my/{sent}"
        self._cookies = {"bedside-device": token}

    def post(self, page: str, **form: str) -> httpx.Response:
        """Send a form of one of its pages."""
        headers = {"sec-fetch-site": "same-origin"}
        return httpx.post(
            f"{self._ward.server.url}{self._here}{page}",
            data=form,
            cookies=self._cookies,
            headers=headers,
            timeout=60,
        )

    def dies(self, page: str, **form: str) -> None:
        """Send a form while the server is killed; it is started again."""
        dies(self._ward, lambda: self.post(page, **form))


async def _is_whole(services: Services, installed: Installed, sent: str) -> None:
    chart = await _chart(services, installed)
    form = await services.requests.forms.get(chart, sent)
    assert dict(form.words)["What brings you to us?"] == TYPED["f4"]
    wanted = ChartFilter(channel="patient_upload")
    [entry] = await services.charts.contents.entries(chart, wanted)
    for version in ("original", "fields"):
        opened = await services.files.retrieval.open(chart, entry.id, version)
        assert opened.media_type == "application/pdf"


def test_killed_while_it_is_sent_back(ward: Ward) -> None:
    server, patient_id = ward.server, ward.installed.patient_id
    file_id = _with_form(ward)
    made: list[tuple[str, str]] = []

    async def opened(services: Services) -> None:
        made.append(await _let_in(services, ward.installed, file_id))

    server.inside(opened)
    [(sent, token)] = made
    phone = Phone(ward, sent, token)
    server.start("form.sent_back")
    phone.post("/form", **TYPED)
    phone.post("/check", version="1")
    done = "SELECT count(*) FROM requests WHERE state = 'done'"
    wait_until(lambda: server.ask(done) == [(1,)], "the answer")
    due = (clock.in_zone("UTC") + timedelta(days=3)).date().isoformat()
    fields = {"reason": "Page 2 is missing.", "due": due}
    here = f"/patients/{patient_id}/forms/{sent}/back"
    dies(ward, lambda: ward.post(here, **fields))
    assert ward.post(here, **fields).status_code == 303
    wait_until(server.is_idle, "the jobs")
    assert server.ask("SELECT round FROM requests WHERE id = ?", sent) == [(2,)]
    invited = "SELECT count(*) FROM notifications WHERE channel = 'sms' AND cause_id LIKE ?"
    assert server.ask(invited, f"{sent}/invite/2%") == [(1,)]
