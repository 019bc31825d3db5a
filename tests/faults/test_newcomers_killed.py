"""The server is killed while patients are asked into a call: nobody is in it before all agreed."""

import pytest

from tests.faults.conftest import Installed
from tests.faults.servers import Server
from tests.faults.test_visits_killed import dies
from tests.faults.ward import Patient, Ward

pytestmark = pytest.mark.feature("V6")


@pytest.fixture
def ward(server: Server, installed: Installed) -> Ward:
    """Open rooms; the server is not started yet."""
    return Ward(server, installed).prepare()


def in_call(ward: Ward) -> str:
    """Start a call with a first patient. Returns its id."""
    ward.patient()
    return str(ward.post(f"/rooms/{ward.rooms[0]}/next", mode="video").json()["call_id"])


def asked(ward: Ward, call_id: str, patient: Patient) -> int:
    """Ask for a patient, whose page is there meanwhile."""
    with patient.open_page():
        answer = ward.post(f"/calls/{call_id}/add", visit=patient.visit_id, leg="1")
    return answer.status_code


def place_of(ward: Ward, patient: Patient) -> str:
    """Return the state of a patient's place in a call; "" for none."""
    found = ward.server.ask(
        "SELECT state FROM call_participants WHERE person_id = ?", patient.visit_id
    )
    return found[0][0] if found else ""


def test_killed_while_they_are_asked(ward: Ward) -> None:
    ward.server.start("call.newcomer_asked")
    call_id, patient = in_call(ward), ward.patient()
    with patient.open_page():
        path, form = f"/calls/{call_id}/add", {"visit": patient.visit_id, "leg": "1"}
        dies(ward, lambda: ward.post(path, **form))
    assert place_of(ward, patient) == ""
    assert asked(ward, call_id, patient) == 200
    assert place_of(ward, patient) == "agreeing"
    ward.is_whole(patient)


def test_killed_while_the_last_answer_lets_them_in(ward: Ward) -> None:
    ward.server.start()
    call_id, patient = in_call(ward), ward.patient()
    assert asked(ward, call_id, patient) == 200
    [(newcomer,)] = ward.server.ask(
        "SELECT id FROM call_participants WHERE state = 'agreeing' AND call_id = ?", call_id
    )
    ward.server.stop()
    ward.server.start("call.newcomer_in")
    answer = f"/call/newcomers/{newcomer}/agree"
    assert patient.ask("POST", answer).status_code == 200
    first = ward.patients[0]
    dies(ward, lambda: first.ask("POST", answer))
    assert place_of(ward, patient) == "agreeing"
    assert ward.visit(patient)["state"] == "waiting"
    assert first.ask("POST", answer).status_code == 200
    assert place_of(ward, patient) == "asked"
    assert ward.visit(patient)["call_id"] == call_id
    ward.is_whole(patient)
