"""The server is killed in the middle of what leads to the telephone: one step, and one message."""

import pytest

from tests.faults.conftest import Installed
from tests.faults.servers import Server
from tests.faults.test_visits_killed import dies
from tests.faults.ward import Ward

_DRAFT = "a-draft-of-a-dialog"


@pytest.fixture
def ward(server: Server, installed: Installed) -> Ward:
    """Open rooms; the server is not started yet."""
    return Ward(server, installed).prepare()


@pytest.mark.feature("V24")
@pytest.mark.parametrize("fault", ["visit.stepping", "visit.telephoned"])
def test_killed_while_a_visit_goes_on_by_telephone(ward: Ward, fault: str) -> None:
    ward.server.start()
    patient = ward.patient()
    ward.server.stop()
    ward.server.start(fault)
    path = f"/visits/{patient.visit_id}/telephone"
    dies(ward, lambda: ward.post(path, leg="1"))
    is_there = fault == "visit.telephoned"
    assert ward.server.ask("SELECT on_telephone FROM visits") == [(is_there,)]
    assert ward.post(path, leg="1").status_code in {200, 303}
    assert ward.server.ask("SELECT on_telephone FROM visits") == [(True,)]
    ward.is_whole(patient)


@pytest.mark.feature("V24")
def test_killed_while_a_number_is_invited(ward: Ward) -> None:
    ward.server.start("room.invited")
    path = f"/rooms/{ward.rooms[0]}/invite"
    dies(ward, lambda: ward.post(path, phone="+46 70 174 06 05", draft=_DRAFT))
    again = ward.post(path, phone="+46 70 174 06 05", draft=_DRAFT)
    assert again.status_code in {204, 303}, again.text
    assert ward.server.ask("SELECT count(*) FROM notifications") == [(1,)]


@pytest.mark.feature("V24")
def test_killed_while_a_text_is_sent(ward: Ward) -> None:
    ward.server.start("visit.texted")
    patient = ward.patient(phone="+46 70 174 06 05")
    path = f"/visits/{patient.visit_id}/text"
    dies(ward, lambda: ward.post(path, text="open_page", draft=_DRAFT))
    again = ward.post(path, text="open_page", draft=_DRAFT)
    assert again.status_code in {200, 204, 303}, again.text
    sent = "SELECT count(*) FROM notifications WHERE channel = 'sms'"
    assert ward.server.ask(sent) == [(1,)]  # staff are told of the arrival in other ways
