"""Killed while a message is handed to its gateway: the patient gets it once."""

import pytest

from bedside.kernel.ids import new_id
from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.requests.photos.sending import Draft
from bedside.services import Services
from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until
from tests.peers.sms_sink import SmsSink

pytestmark = pytest.mark.feature("N3")


@pytest.mark.parametrize(
    "fault", ["notification.taken", "notification.delivered", "notification.noted"]
)
def test_a_message_is_sent_once(
    server: Server, installed: Installed, sms_sink: SmsSink, fault: str
) -> None:
    server.settings |= {
        "twilio_url": sms_sink.url,
        "twilio_account": sms_sink.account,
        "twilio_token": sms_sink.token,
        "sms_from": "+46701740600",
    }
    server.inside(lambda services: ask_for_photos(services, installed))
    server.start(fault)
    wait_until(lambda: server.is_dead, f"death at {fault}")
    server.restart()
    wait_until(server.is_idle, "the worker")
    server.stop()
    assert len(sms_sink.messages) == 1
    assert server.ask("SELECT state FROM notifications") == [("sent",)]


async def ask_for_photos(services: Services, installed: Installed) -> None:
    """Request photos by SMS, not delivered yet."""
    staff = staff_access(
        installed.staff_id, installed.clinic_id, Role.STAFF, "ses_test", "127.0.0.1"
    )
    chart = await services.people.permissions.chart(staff, installed.patient_id)
    await services.requests.photos.send(chart, Draft(new_id("req"), ("sms",), "skin"))
