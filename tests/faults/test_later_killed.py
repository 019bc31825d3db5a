"""Killed while a message leaves that was written for later: it is there once, whatever came in
between."""

import pytest

from bedside.conversations.writing import Text
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.permissions import link_access, staff_access
from bedside.people.roles import Role
from bedside.services import Services
from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until

pytestmark = pytest.mark.feature("C8")

LEFT = "SELECT count(*) FROM jobs WHERE kind = 'conversation.send_later'"


@pytest.mark.parametrize("fault", ["job.claimed", "later.due", "later.done", "job.done"])
def test_it_is_there_once(server: Server, installed: Installed, fault: str) -> None:
    server.inside(lambda services: write(services, installed))
    server.tell("UPDATE jobs SET run_at = 0 WHERE kind = 'conversation.send_later'")
    server.start(fault)
    wait_until(lambda: server.is_dead, f"death at {fault}")
    server.restart()
    wait_until(lambda: server.ask(LEFT) == [(0,)], "the job")
    server.stop()
    assert server.ask("SELECT sender_id, number FROM conversation_messages ORDER BY number") == [
        (installed.staff_id, 1),
        (installed.staff_id, 2),
    ]
    assert server.ask("SELECT count(*) FROM later_messages") == [(0,)]


async def write(services: Services, installed: Installed) -> None:
    """Begin a conversation with a patient who has the app, and write for later."""
    clinic, patient = installed.clinic_id, installed.patient_id
    link = link_access("lnk_test", clinic, patient, "app_test", "127.0.0.1")
    await services.accounts.sign_in.by_link(link, device="a phone", own=True)
    staff = staff_access(installed.staff_id, clinic, Role.STAFF, "ses_test", "127.0.0.1")
    chart = await services.people.permissions.chart(staff, patient)
    begun = await services.conversations.all.start(chart, Text("Hello."), new_id("drf"))
    soon = clock.now() + clock.HOUR
    later = services.conversations.later
    await later.write(chart, begun, Text("How is it today?"), new_id("drf"), soon)
