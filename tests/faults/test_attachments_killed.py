"""Killed around an e-mail with attachments: it arrives under one name, with its files each time,
which are asked for once more, because nothing of them was kept."""

from pathlib import Path

import pytest

from bedside.services import Services
from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until
from tests.notifications.attaching import FILES, letter_notice
from tests.peers.smtp_sink import SmtpSink

pytestmark = pytest.mark.feature("L3", "N3")


@pytest.mark.parametrize(
    ("fault", "asked", "sent"),
    [
        ("notification.taken", 1, 1),
        ("notification.attached", 2, 1),
        ("notification.delivered", 2, 2),
        ("notification.noted", 1, 1),
    ],
)
def test_the_files_are_in_each_try(
    server: Server, installed: Installed, tmp_path: Path, fault: str, asked: int, sent: int
) -> None:
    mail = SmtpSink(starttls=False)
    mail.start()
    book = tmp_path / "asked"
    book.write_text("")
    settings = {
        "smtp_url": f"smtp://127.0.0.1:{mail.port}?starttls=never",
        "mail_from": "hello@riverside.example",
    }
    more = {"ASKED": str(book)}
    program = "tests.faults.attaching_server"
    attaching = Server(server.data, settings, more=more, program=program)
    try:
        attaching.inside(lambda services: write(services, installed))
        attaching.start(fault)
        wait_until(lambda: attaching.is_dead, f"death at {fault}")
        attaching.restart()
        wait_until(attaching.is_idle, "the worker")
    finally:
        attaching.stop()
        mail.stop()
    assert len({one.message["Message-ID"] for one in mail.mails}) == 1
    assert [len(one.attachments) for one in mail.mails] == [len(FILES)] * sent
    assert len(book.read_text().split()) == asked
    assert attaching.ask("SELECT state FROM notifications") == [("sent",)]
    everything = [path for path in server.data.parent.rglob("*") if path.is_file()]
    assert not any(FILES[0].content in path.read_bytes() for path in everything)


async def write(services: Services, installed: Installed) -> None:
    """Write the e-mail; it leaves when the server starts."""
    notice = letter_notice(installed.clinic_id, installed.patient_id, "maya@patients.example")
    async with services.database.unit_of_work() as work:
        await services.notifications.dispatcher.send(work, notice)
