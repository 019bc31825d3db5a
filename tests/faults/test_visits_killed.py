"""The server is killed in the middle of check-ins, admissions and transfers of patients.

Afterwards the visit is in exactly one room, its place is kept, the patient's device is let in, and
pressing the button again does no harm.
"""

import sqlite3
from collections.abc import Callable

import httpx
import pytest

from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until
from tests.faults.ward import NAME, Patient, Ward
from tests.peers.ports import PATIENCE


@pytest.fixture
def ward(server: Server, installed: Installed) -> Ward:
    """Open rooms; the server is not started yet."""
    return Ward(server, installed).prepare()


def dies(ward: Ward, press: Callable[[], object]) -> None:
    """Press a button, and never get an answer."""
    with pytest.raises(httpx.TransportError):
        press()
    wait_until(lambda: ward.server.is_dead, "death")
    ward.server.restart()


def transferred(ward: Ward, patient: Patient) -> httpx.Response:
    """Press “Transfer” to the second room, as the dialog does."""
    return ward.post(f"/visits/{patient.visit_id}/transfer", room=ward.rooms[1], leg="1", note="")


@pytest.mark.feature("V9")
@pytest.mark.parametrize("fault", ["visit.stepping", "visit.transferred"])
def test_killed_while_a_patient_is_transferred(ward: Ward, fault: str) -> None:
    ward.server.start()
    patient = ward.patient()
    place = ward.visit(patient)["queued_at"]
    ward.server.stop()
    ward.server.start(fault)
    with patient.open_page():
        dies(ward, lambda: transferred(ward, patient))
    visit, is_there = ward.visit(patient), fault == "visit.transferred"
    assert visit["room_id"] == ward.rooms[is_there]
    assert visit["queued_at"] == place  # the wait counts from the check-in, wherever it goes on
    assert len(ward.server.ask("SELECT id FROM patient_transfers")) == is_there
    ward.is_whole(patient)
    ward.comes_back(patient)
    again = transferred(ward, patient)
    if is_there:  # said, with where the patient is
        assert again.status_code == 409, again.text
    visit = ward.visit(patient)
    assert (visit["room_id"], visit["leg"], visit["state"]) == (ward.rooms[1], 2, "waiting")
    assert ward.server.ask("SELECT state FROM patient_transfers") == [("open",)]
    ward.is_whole(patient)


@pytest.mark.feature("V1")
@pytest.mark.parametrize("fault", ["visit.arriving", "visit.checked_in"])
def test_killed_while_somebody_checks_in(ward: Ward, fault: str) -> None:
    ward.server.start(fault)
    patient = Patient(ward.server)
    dies(ward, lambda: patient.check_in(ward.slugs[0]))
    there = ward.server.ask("SELECT id FROM visits")
    assert len(there) == (fault == "visit.checked_in")
    patient.check_in(ward.slugs[0])  # the browser sends the same form again
    assert len(ward.server.ask("SELECT id FROM visits")) == 1
    assert ward.server.ask("SELECT patient_id FROM visits") == [("",)]
    ward.is_whole(patient)
    ward.comes_back(patient)
    assert NAME in ward.get(f"/rooms/{ward.rooms[0]}/queue").text


@pytest.mark.feature("S2")
@pytest.mark.parametrize("fault", ["visit.identifying", "visit.identified"])
def test_killed_while_staff_say_who_it_is(ward: Ward, fault: str) -> None:
    """Afterwards everything the visit holds is in the one chart, or none of it; never half."""
    ward.server.start(fault)
    patient = ward.patient()
    ward.post(f"/visits/{patient.visit_id}/chat", body="Hello", draft_id="", leg="1")
    press = f"/visits/{patient.visit_id}/identify/new"
    dies(ward, lambda: ward.post(press, another="no"))
    is_there = fault == "visit.identified"
    [(patient_id,)] = ward.server.ask("SELECT patient_id FROM visits")
    people = ward.server.ask("SELECT count(*) FROM patients WHERE id = ?", patient_id)
    rooms = ward.server.ask(
        "SELECT count(*) FROM patient_assignments WHERE patient_id = ? AND target_id = ?",
        patient_id,
        ward.rooms[0],
    )
    assert (bool(patient_id), people, rooms) == (is_there, [(is_there,)], [(is_there,)])
    ward.comes_back(patient)
    assert ward.post(press, another="no").status_code == (409 if is_there else 204)
    [(patient_id,)] = ward.server.ask("SELECT patient_id FROM visits")
    assert ward.get(f"/patients/{patient_id}/visits/{patient.visit_id}").status_code == 200
    ward.is_whole(patient)


@pytest.mark.feature("V4")
@pytest.mark.parametrize("fault", ["visit.stepping", "visit.admitted"])
def test_killed_while_the_next_patient_is_admitted(ward: Ward, fault: str) -> None:
    ward.server.start(fault)
    patients = [ward.patient(), ward.patient()]
    before = [ward.visit(patient) for patient in patients]
    press = f"/rooms/{ward.rooms[0]}/next"
    dies(ward, lambda: ward.post(press, mode="video"))
    first, second = (ward.visit(patient) for patient in patients)
    is_admitted = fault == "visit.admitted"
    assert first["state"] == ("in_call" if is_admitted else "waiting")
    assert [first["queued_at"], second["queued_at"]] == [one["queued_at"] for one in before]
    again = ward.post(press, mode="video")
    assert again.status_code == (409 if is_admitted else 200), again.text
    call_id = again.json()["call_id"]
    assert [ward.visit(patient)["call_id"] for patient in patients] == [call_id, ""]
    assert ward.server.ask("SELECT id, state FROM calls") == [(call_id, "active")]
    assert ward.get(f"/calls/{call_id}").status_code == 200
    joined = patients[0].ask("POST", "/call/join", data={"camera": "true"})
    assert joined.json()["state"] == "joined"
    for patient in patients:
        ward.is_whole(patient)


@pytest.mark.feature("V15")
def test_a_killed_server_lets_those_in_a_call_go_on(ward: Ward) -> None:
    """Nobody is thrown out of the call; pages reconnect with the connections they had."""
    ward.server.start()
    patient = ward.patient()
    call_id = ward.post(f"/rooms/{ward.rooms[0]}/next", mode="video").json()["call_id"]
    staff = ward.post(f"/calls/{call_id}/join", camera="true").json()
    there = patient.ask("POST", "/call/join", data={"camera": "true"}).json()
    ward.server.kill()
    ward.server.restart()
    for known, joined in (
        (staff, lambda c: ward.post(f"/calls/{call_id}/join", connection=c)),
        (there, lambda c: patient.ask("POST", "/call/join", data={"connection": c})),
    ):
        answer = joined(known["connection_id"])
        assert answer.status_code == 200, answer.text
        assert answer.json()["connection_id"] == known["connection_id"]
    assert ward.visit(patient)["state"] == "in_call"
    ward.comes_back(patient)


@pytest.mark.feature("V15")
def test_who_was_away_before_the_kill_has_the_whole_grace_time_after_it(ward: Ward) -> None:
    """However long the server was down: nobody could reconnect during that time."""
    ward.server.start()
    patient = ward.patient()
    ward.server.kill()
    with sqlite3.connect(ward.server.data / "bedside.db", timeout=PATIENCE) as database:
        database.execute("UPDATE visits SET away_since = 1000, checked_in_at = 1000")
    database.close()
    ward.server.restart()
    wait_until(ward.server.is_idle, "the worker")
    assert ward.visit(patient)["away_since"] > 1000
    assert ward.visit(patient)["state"] == "waiting"
    ward.is_whole(patient)
