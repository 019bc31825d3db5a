"""The server is killed while a letter is saved and sent, and while its copy is filed: the patient
gets one link, and the chart one copy."""

import pytest

from bedside.kernel.ids import new_id
from bedside.printing.body import of_plain
from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until
from tests.faults.test_visits_killed import dies
from tests.faults.ward import Ward

pytestmark = pytest.mark.feature("L3")
BODY = of_plain("Your result is fine.").model_dump_json()


@pytest.fixture
def ward(server: Server, installed: Installed) -> Ward:
    """A house whose server is not started yet."""
    return Ward(server, installed).prepare()


@pytest.mark.parametrize("fault", ["letter.saved", "letter.sent"])
def test_killed_while_it_is_saved_and_sent(ward: Ward, fault: str) -> None:
    server = ward.server
    server.start()
    letters, letter_id = f"/patients/{ward.installed.patient_id}/letters", new_id("let")
    begun = ward.post(letters, id=letter_id, template="blank")
    assert begun.status_code == 303, begun.text
    server.stop()
    server.start(fault)
    here, words = f"{letters}/{letter_id}", {"title": "Your result", "body": BODY}
    if fault == "letter.saved":
        dies(ward, lambda: ward.post(here, **words, version="1", do="save"))
        kept = server.ask("SELECT version FROM letters")
        assert kept == [(1,)], "what nobody was told of is not half there"
    ward.post(here, **words, version="1", do="save")
    press = {"channels": "sms", "version": "2"}
    if fault == "letter.sent":
        dies(ward, lambda: ward.post(f"{here}/send", **press))
    assert ward.post(f"{here}/send", **press).status_code == 303
    wait_until(lambda: server.ask("SELECT count(*) FROM chart_entries") == [(1,)], "the copy")
    wait_until(server.is_idle, "the jobs")
    assert server.ask("SELECT count(*) FROM requests") == [(1,)]
    sent = "SELECT count(*) FROM notifications WHERE channel = 'sms' AND cause_id LIKE 'let_%'"
    assert server.ask(sent) == [(1,)]
