"""The server is killed while somebody asks for a lost link, and while it is sent again: it comes
once, and leads back."""

import re

import httpx
import pytest
from sqlalchemy import select

from bedside.database.statements import prepared
from bedside.notifications.models import notifications
from bedside.services import Services
from tests.faults.conftest import Installed
from tests.faults.phone import SITE
from tests.faults.servers import Server, wait_until
from tests.faults.ward import Patient, Ward
from tests.peers.ports import PATIENCE

NUMBER = "+46 70 174 06 05"
_all = prepared(select(notifications))


@pytest.fixture
def ward(server: Server, installed: Installed) -> Ward:
    """Open rooms; the server is not started yet."""
    return Ward(server, installed).prepare()


def _ask(ward: Ward) -> int:
    """Ask at the door. Returns the status, or 0 if the server died."""
    try:
        with httpx.Client(base_url=ward.server.url, headers=SITE, timeout=PATIENCE) as http:
            form = {"address": NUMBER}
            return http.post(f"/r/{ward.slugs[0]}/lost-link", data=form).status_code
    except httpx.TransportError:
        return 0


@pytest.mark.feature("V20")
@pytest.mark.parametrize("fault", ["link.missed", "link.sending_again", "link.sent_again"])
def test_killed_while_a_link_is_sent_again(ward: Ward, fault: str) -> None:
    ward.server.start()
    patient = ward.patient(phone=NUMBER)
    ward.server.stop()
    ward.server.start(fault)
    assert _ask(ward) in {0, 303}
    wait_until(lambda: ward.server.is_dead, "death")
    ward.server.restart()
    sent = "SELECT count(*) FROM notifications WHERE cause_id LIKE '%/again/%'"
    wait_until(lambda: ward.server.ask(sent) == [(1,)], "the message")
    wait_until(ward.server.is_idle, "the jobs")
    assert ward.server.ask(sent) == [(1,)]
    ward.is_whole(patient)
    ward.server.stop()
    _leads_back(ward, patient)


def _leads_back(ward: Ward, patient: Patient) -> None:
    [text] = ward.server.inside(_texts)
    found = re.search(r"/l/my/\S+", text)
    assert found
    ward.server.start()
    with httpx.Client(base_url=ward.server.url, headers=SITE, timeout=PATIENCE) as http:
        page = http.get(found[0]).headers["location"]
        born = {"birth_day": "2", "birth_month": "11", "birth_year": "1958"}
        come = http.post(page, data=born)
    assert come.headers["location"].startswith(patient.page)


async def _texts(services: Services) -> list[str]:
    """Return the messages that lead back."""
    async with services.database.read() as db:
        rows = [row for row in await db.all(_all) if "/again/" in row.cause_id]
    found: list[str] = []
    for row in rows:
        keys = await services.vault.clinic(row.clinic_id)
        found.append(keys.unseal("notifications.content", row.id, row.content)["text"])
    return found
