"""Killed while a message plan goes on: the following way is tried once, and nothing is lost."""

import pytest

from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.notifications.plans.subject import PlanSubject
from bedside.notifications.plans.table import PlanKind
from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.services import Services
from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until
from tests.peers.sms_sink import SmsSink
from tests.peers.smtp_sink import SmtpSink
from tests.requests.sending import draft

pytestmark = pytest.mark.feature("N7")

STEPS = "SELECT channel, count(*) FROM plan_steps GROUP BY channel ORDER BY channel"


@pytest.mark.parametrize("what", ["message", "request"])
@pytest.mark.parametrize("fault", ["plan.going_on", "plan.went_on", "notification.delivered"])
def test_each_way_is_tried_once(
    server: Server, installed: Installed, sms_sink: SmsSink, fault: str, what: str
) -> None:
    mail = SmtpSink(starttls=False)
    mail.start()
    server.settings |= {
        "twilio_url": sms_sink.url,
        "twilio_account": sms_sink.account,
        "twilio_token": sms_sink.token,
        "sms_from": "+46701740600",
        "smtp_url": f"smtp://127.0.0.1:{mail.port}?starttls=never",
        "mail_from": "hello@riverside.example",
    }
    try:
        begin = {"message": begin_message, "request": begin_request}[what]
        server.inside(lambda services: begin(services, installed))
        server.start()
        wait_until(lambda: len(sms_sink.messages) == 1, "the text message")
        wait_until(server.is_idle, "the worker")
        server.stop()
        let_a_day_pass(server)
        server.start(fault)
        wait_until(lambda: server.is_dead, f"death at {fault}")
        server.restart()
        wait_until(lambda: server.ask(STEPS)[0] == ("email", 1), "the e-mail")
        wait_until(server.is_idle, "the worker")
        server.stop()
        assert len(sms_sink.messages) == 1
        assert len({str(one.message["message-id"]) for one in mail.mails}) == 1
        assert server.ask(STEPS) == [("email", 1), ("push", 1), ("sms", 1)]
        assert server.ask("SELECT state FROM message_plans") == [("running",)]
    finally:
        mail.stop()


def let_a_day_pass(server: Server) -> None:
    """Make everything four days older, as if nobody had read it and no report had come."""
    assert 4 * clock.DAY == 345_600_000
    server.tell("UPDATE plan_steps SET began_at = began_at - 345600000")
    server.tell("UPDATE plan_steps SET sent_at = sent_at - 345600000 WHERE sent_at > 0")
    server.tell("UPDATE jobs SET run_at = 0 WHERE kind LIKE 'plan.%'")


async def begin_message(services: Services, installed: Installed) -> None:
    """Begin a plan; nothing is sent yet."""
    subject = PlanSubject(
        kind=PlanKind.NORMAL,
        clinic_id=installed.clinic_id,
        patient_id=installed.patient_id,
        item_id=new_id("msg"),
        title="Something for you",
        said="Something for you:",
        path="/app",
    )
    async with services.database.unit_of_work() as work:
        await services.notifications.plans.start(work, subject)


async def begin_request(services: Services, installed: Installed) -> None:
    """Send a photo request by SMS; it is on its way when the server starts."""
    staff = staff_access(
        installed.staff_id, installed.clinic_id, Role.STAFF, "ses_test", "127.0.0.1"
    )
    chart = await services.people.permissions.chart(staff, installed.patient_id)
    await services.requests.photos.send(chart, draft(channels=("sms",)))
