"""The server is killed while a summary is sent, and while its copy is filed: the patient gets one
link, and the chart one copy."""

import pytest

from bedside.charts.records import ChartFilter
from bedside.kernel.ids import new_id
from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.services import Services
from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until
from tests.faults.test_visits_killed import dies
from tests.faults.ward import Ward
from tests.printing.reading import without_spaces, words_of
from tests.requests.summaries import WORDS

pytestmark = pytest.mark.feature("V28")


@pytest.fixture
def ward(server: Server, installed: Installed) -> Ward:
    """Open rooms; the server is not started yet."""
    return Ward(server, installed).prepare()


@pytest.mark.parametrize("fault", ["summary.sent", "copy.begun", "copy.filed"])
def test_killed_while_it_is_sent_and_filed(ward: Ward, fault: str) -> None:
    server, patient_id = ward.server, ward.installed.patient_id
    server.start()
    patient = ward.patient()
    visit = f"/visits/{patient.visit_id}"
    for answer in (
        ward.post(f"{visit}/call", leg="1", mode="video"),
        ward.post(f"{visit}/end", leg="1"),
        ward.post(f"{visit}/identify", patient=patient_id),
    ):
        assert answer.status_code in {200, 204, 303}, answer.text
    server.stop()
    server.start(fault)
    here = f"/patients/{patient_id}/visits/{patient.visit_id}/summary/send"
    form = {"id": new_id("sum"), "channels": "sms", "text": WORDS}
    if fault == "summary.sent":
        dies(ward, lambda: ward.post(here, **form))
    else:
        ward.post(here, **form)
        wait_until(lambda: server.is_dead, "death")
        server.restart()
    assert ward.post(here, **form).status_code in {200, 303}
    wait_until(lambda: server.ask("SELECT count(*) FROM chart_entries") == [(1,)], "the copy")
    wait_until(server.is_idle, "the jobs")
    assert server.ask("SELECT count(*) FROM requests") == [(1,)]
    sent = "SELECT count(*) FROM notifications WHERE channel = 'sms' AND cause_id LIKE 'sum_%'"
    assert server.ask(sent) == [(1,)]
    server.stop()
    server.inside(lambda services: _is_whole(services, ward.installed))


async def _is_whole(services: Services, installed: Installed) -> None:
    staff = staff_access(
        installed.staff_id, installed.clinic_id, Role.STAFF, "ses_test", "127.0.0.1"
    )
    chart = await services.people.permissions.chart(staff, installed.patient_id)
    [entry] = await services.charts.contents.entries(chart, ChartFilter())
    opened = await services.files.retrieval.open(chart, entry.id, "original")
    content = b"".join([piece async for piece in opened.chunks(0, opened.size)])
    assert without_spaces(WORDS) in without_spaces(words_of(content))
