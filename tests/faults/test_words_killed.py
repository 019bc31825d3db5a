"""The server is killed while staff ask a colleague, change the order of a queue, or add to a note:
each is done once or not at all, and pressing again does the rest."""

import re

import pytest

from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.services import Services
from tests.faults.conftest import Installed
from tests.faults.servers import Server
from tests.faults.test_visits_killed import dies
from tests.faults.ward import Patient, Ward


@pytest.fixture
def ward(server: Server, installed: Installed) -> Ward:
    """Open rooms; the server is not started yet."""
    return Ward(server, installed).prepare()


def places(ward: Ward) -> list[str]:
    """Return who waits in the first room, in order."""
    found = ward.server.ask("SELECT id FROM visits ORDER BY place_at, id")
    return [visit for (visit,) in found]


def in_order(*patients: Patient) -> list[str]:
    return [patient.visit_id for patient in patients]


@pytest.mark.feature("V26")
def test_a_question_is_asked_once(ward: Ward) -> None:
    ward.server.start("colleague.asked")
    [(colleague,)] = ward.server.ask(
        "SELECT id FROM staff WHERE id <> ? AND clinic_id = ? ORDER BY id LIMIT 1",
        ward.installed.staff_id,
        ward.installed.clinic_id,
    )
    page = ward.get("/colleagues/ask").text
    [draft] = re.findall(r'name="draft" value="(qst_[^"]+)"', page)
    asked = {"to": colleague, "text": "Is Room 2 free?", "draft": draft}
    dies(ward, lambda: ward.post("/colleagues/ask", **asked))
    for _ in range(2):
        assert ward.post("/colleagues/ask", **asked).status_code in {200, 303}
    assert ward.server.ask("SELECT count(*) FROM colleague_questions") == [(1,)]
    assert ward.server.ask("SELECT count(*) FROM audit_lines WHERE action = 'colleague.asked'") == [
        (1,)
    ]


@pytest.mark.feature("V26")
def test_an_answer_that_was_not_written_can_be_sent_again(ward: Ward) -> None:
    installed = ward.installed

    async def ask(services: Services) -> None:
        [other] = (await _others(services, installed))[:1]
        asker = staff_access(other, installed.clinic_id, Role.CLINICIAN, "ses_test", "127.0.0.1")
        await services.colleagues.questions.ask(asker, installed.staff_id, "Who is next?")

    ward.server.inside(ask)
    ward.server.start("colleague.answering")
    [(question,)] = ward.server.ask("SELECT id FROM colleague_questions")
    path = f"/colleagues/questions/{question}/answer"
    dies(ward, lambda: ward.post(path, text="Maya."))
    assert ward.server.ask("SELECT state, answer FROM colleague_questions") == [("asked", None)]
    assert ward.post(path, text="Maya.").status_code in {204, 303}
    assert ward.server.ask("SELECT state FROM colleague_questions") == [("answered",)]


async def _others(services: Services, installed: Installed) -> list[str]:
    staff = staff_access(
        installed.staff_id, installed.clinic_id, Role.ADMINISTRATOR, "ses_test", "127.0.0.1"
    )
    listed = await services.people.staff.listed(services.people.permissions.administer(staff))
    return [member.id for member in listed if member.id != installed.staff_id]


@pytest.mark.feature("V27")
@pytest.mark.parametrize("fault", ["visit.placed", "visit.placed:2"])
def test_the_order_of_a_queue_is_the_old_one_or_the_new_one(ward: Ward, fault: str) -> None:
    ward.server.start()
    first, second, third = ward.patient(), ward.patient(), ward.patient()
    # one moment for all: everybody behind the one who is moved needs a new place
    ward.server.stop()
    ward.server.tell("UPDATE visits SET place_at = 1000, queued_at = 1000")
    before = places(ward)
    ward.server.start(fault)
    path = f"/visits/{before[2]}/order"
    dies(ward, lambda: ward.post(path, after=before[0]))
    assert places(ward) == before
    assert ward.post(path, after=before[0]).status_code in {204, 303}
    assert places(ward) == [before[0], before[2], before[1]]
    for patient in (first, second, third):
        ward.is_whole(patient)


@pytest.mark.feature("V28")
def test_an_addition_to_a_note_is_made_once(ward: Ward) -> None:
    ward.server.start()
    patient = ward.patient()
    chart = ward.installed.patient_id
    assert ward.post(f"/visits/{patient.visit_id}/identify", patient=chart).status_code in {
        200,
        204,
        303,
    }
    record = f"/patients/{chart}/visits/{patient.visit_id}"
    [draft] = re.findall(r'name="draft" value="(nad_[^"]+)"', ward.get(record).text)
    ward.server.stop()
    ward.server.start("visit.note_added")
    dies(ward, lambda: ward.post(f"{record}/notes", text="Wound closed.", draft=draft))
    assert ward.post(f"{record}/notes", text="Wound closed.", draft=draft).status_code == 303
    assert ward.server.ask("SELECT count(*) FROM visit_additions") == [(1,)]
    assert ward.get(record).text.count("Wound closed.") == 1
    noted = "SELECT count(*) FROM audit_lines WHERE action = 'visit.noted'"
    assert ward.server.ask(noted) == [(1,)]
