"""Killed while a patient and a proxy are told that access ends: each hears of it once."""

import pytest

from bedside.accounts.levels import Level, Relation
from bedside.accounts.opening import Person
from bedside.accounts.options import AccountOptions
from bedside.audit.actors import SYSTEM
from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.services import Services
from tests.accounts.people import BORN
from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until
from tests.peers.sms_sink import SmsSink

pytestmark = pytest.mark.feature("P7")
PROXY = "+46701740777"


@pytest.mark.parametrize("fault", ["proxy.telling", "proxy.told", "notification.delivered"])
def test_both_are_told_once(
    server: Server, installed: Installed, sms_sink: SmsSink, fault: str
) -> None:
    server.settings |= {
        "twilio_url": sms_sink.url,
        "twilio_account": sms_sink.account,
        "twilio_token": sms_sink.token,
        "sms_from": "+46701740600",
    }
    server.inside(lambda services: let_in(services, installed))
    server.start(fault)
    wait_until(lambda: server.is_dead, f"death at {fault}")
    server.restart()
    wait_until(lambda: len(sms_sink.messages) == 2, "two text messages")
    wait_until(server.is_idle, "the worker")
    server.stop()
    assert len(sms_sink.messages) == 2
    assert server.ask("SELECT state, count(*) FROM proxy_notices GROUP BY state") == [("told", 1)]
    told = "SELECT count(*) FROM audit_lines WHERE action = 'proxy.told'"
    assert server.ask(told) == [(1,)]


async def let_in(services: Services, installed: Installed) -> None:
    """Let somebody in for one month, so that the end is near at once; nobody is told yet."""
    clinic_id, staff_id = installed.clinic_id, installed.staff_id
    async with services.database.unit_of_work() as work:
        options = AccountOptions(proxy_months=1)
        await services.people.clinics.change(work, SYSTEM, clinic_id, options)
    staff = staff_access(staff_id, clinic_id, Role.STAFF, "ses_test", "127.0.0.1")
    chart = await services.people.permissions.chart(staff, installed.patient_id)
    proxies = services.accounts.proxies
    grant, secret = await proxies.invite(chart, Relation.CARER, Level.LIMITED)
    answer = await services.links.answer(secret, BORN, "")
    link = await services.links.resume(answer.token, grant, "")
    await proxies.accept(link, Person("Eva", None, phone=PROXY), "", device="", own=True)
