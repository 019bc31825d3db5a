"""A letter and its files as attachments of the e-mail about it, by a real mail server."""

from collections.abc import Iterator

import pytest

from bedside.adapters.email import SmtpMail
from bedside.audit.actors import SYSTEM
from bedside.letters.options import LetterOptions
from bedside.letters.sending import Posting
from bedside.notifications.ports import Channel
from tests.conversations.test_files import put_in_chart
from tests.house import House
from tests.letters.writing import TITLE, sent_letter
from tests.notifications.plans.planning import at_noon
from tests.peers.certificates import client_context
from tests.peers.smtp_sink import SmtpSink
from tests.printing.reading import words_of
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("L3")]
BOTH = Posting(("email",), attached=True)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with at_noon():
        yield


async def test_the_mail_has_the_letter_and_its_files(
    house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = await put_in_chart(house, "Röntgen.jpg")
    dispatcher = house.notifications.dispatcher
    mail = SmtpMail(f"smtp://127.0.0.1:{smtp_sink.port}", "clinic@riverside.example")
    mail._trust = client_context()
    monkeypatch.setattr(dispatcher, "_gateways", {**dispatcher._gateways, Channel.EMAIL: mail})
    monkeypatch.setattr(dispatcher, "_local", dispatcher.local - {Channel.EMAIL})
    sent = await sent_letter(house, entries=[entry_id], posting=BOTH)
    [arrived] = smtp_sink.mails
    letter, picture = arrived.message.iter_attachments()
    assert letter.get_filename() == f"{TITLE}.pdf"
    assert "Your result is fine." in words_of(letter.get_content())
    assert (picture.get_filename(), picture.get_content_type()) == ("Röntgen.jpg", "image/jpeg")
    assert picture.get_content()[:2] == b"\xff\xd8"
    assert "Your result" not in arrived.part("plain") + arrived.part("html")
    assert (await sent.now()).state == "sent"


async def attached_to(house: House, letter_id: str) -> list[tuple[str, ...]]:
    """Return the names of what is attached to each message about a letter."""
    shown = await house.notifications.messages.outbox(house.here.receptionist)
    return [
        tuple(file.name for file in one.attachments)
        for one in shown
        if one.cause_id.startswith(letter_id)
    ]


async def test_only_to_the_email_and_only_where_the_clinic_lets_it(house: House) -> None:
    by_text = await sent_letter(house, posting=Posting(("sms",), attached=True))
    assert await attached_to(house, by_text.id) == [()]
    both = await sent_letter(house, posting=Posting(("sms", "email"), attached=True))
    assert sorted(await attached_to(house, both.id)) == [(), (f"{TITLE}.pdf",)]
    async with house.services.database.unit_of_work() as work:
        await house.services.people.clinics.change(
            work, SYSTEM, house.clinic.id, LetterOptions(letters_by_email=False)
        )
    house.services.people.clinics._known.clear()
    link_only = await sent_letter(house, posting=BOTH)
    assert await attached_to(house, link_only.id) == [()]


async def test_no_mail_leaves_without_a_file_that_is_gone(house: House) -> None:
    """The file was moved to another chart between the press and the e-mail."""
    entry_id = await put_in_chart(house, "x-ray.jpg")
    sent = await sent_letter(house, entries=[entry_id], posting=BOTH, jobs=False)
    await house.charts.contents.move(sent.chart, entry_id, await house.chart(1), "Not hers")
    await do_jobs(house)
    mail, text = await house.notifications.messages.of_request(sent.chart, sent.id)
    assert (mail.channel, text.channel) == ("email", "sms"), "the link goes by the next way"
    assert "not there any more" in mail.failure
