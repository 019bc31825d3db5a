"""E-mails with attachments: made when the e-mail leaves, for the patient's own address, or not at
all (L3)."""

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bedside.adapters.email import SmtpMail
from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.database.tables import metadata
from bedside.errors import BedsideError, Gone, NotFound, StorageFull, Unavailable
from bedside.kernel import clock
from bedside.kernel.jobs import TryAgain
from bedside.notifications import attaching, leases
from bedside.notifications.attaching import AttachmentSource
from bedside.notifications.dispatcher import GIVE_UP_AFTER
from bedside.notifications.leases import LEASE
from bedside.notifications.messages import OutboxMessage
from bedside.notifications.messenger import Notice
from bedside.notifications.models import notifications
from bedside.notifications.plans.subject import Words, notice_of
from bedside.notifications.ports import (
    Attachment,
    Channel,
    PermanentFailure,
    TemporaryFailure,
)
from bedside.notifications.states import NoticeState
from bedside.people.contact import Hours
from bedside.worker.run import Worker
from tests.canary.searching import Search, new_word
from tests.house import House
from tests.notifications.attaching import FILES, Documents, attach_from, letter_notice
from tests.notifications.plans.planning import at_noon, card, contact
from tests.peers.ports import PATIENCE
from tests.peers.smtp_sink import Manner, SmtpSink
from tests.requests.sending import do_jobs

pytestmark = [pytest.mark.anyio, pytest.mark.feature("L3", "N3")]

MAIL = "maya@patients.example"
SAYS = "Anybody who can open this mailbox can read it."


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with at_noon():
        yield


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server inside the clinic, without TLS."""
    sink = SmtpSink(starttls=False)
    sink.start()
    yield sink
    sink.stop()


class Post:
    """The house with a mail server, and a domain that attaches."""

    def __init__(self, house: House, sink: SmtpSink) -> None:
        self.house = house
        self.sink = sink
        self.documents = attach_from(house, Documents())

    async def write(self, **other: Any) -> Notice:
        """Write an e-mail with attachments to the first patient."""
        given = {"patient_id": self.house.patients[0].id, "to": MAIL, **other}
        notice = letter_notice(clinic_id=self.house.clinic.id, **given)
        async with self.house.database.unit_of_work() as work:
            await self.house.notifications.dispatcher.send(work, notice)
        return notice

    async def row(self) -> Any:
        """Return the newest message, with its sealed content."""
        async with self.house.database.read() as db:
            row = (await db.all(notifications.select().order_by(notifications.c.id)))[-1]
        keys = await self.house.vault.clinic(self.house.clinic.id)
        return row, keys.unseal("notifications.content", row.id, row.content)

    async def outcome(self, later: int = 0) -> tuple[str, str]:
        """Let the worker do what is due. Returns the message's state, and why."""
        with clock.shifted(later):
            await do_jobs(self.house)
        row, _content = await self.row()
        return row.state, row.failure


@pytest.fixture
async def post(house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Both databases."""
    _through(house, smtp_sink, monkeypatch)
    return Post(house, smtp_sink)


@pytest.fixture
async def quick_post(
    quick_house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> Post:
    """SQLite."""
    _through(quick_house, smtp_sink, monkeypatch)
    return Post(quick_house, smtp_sink)


def _through(house: House, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send e-mail through this server; text messages stay in the local outbox."""
    dispatcher = house.notifications.dispatcher
    url = f"smtp://127.0.0.1:{sink.port}?starttls=never"
    mail = SmtpMail(url, "Riverside Clinic <hello@riverside.example>")
    gateways = {**dispatcher._gateways, Channel.EMAIL: mail}
    monkeypatch.setattr(dispatcher, "_gateways", gateways)
    monkeypatch.setattr(dispatcher, "_local", dispatcher.local - {Channel.EMAIL})


# --- what leaves ---------------------------------------------------------------------------------


async def test_the_files_leave_with_the_email_and_are_stored_nowhere(post: Post) -> None:
    notice = await post.write()
    _row, stored = await post.row()
    assert stored["attached"] == notice.attached
    assert post.documents.asked == []
    assert await post.outcome() == ("sent", "")
    [mail] = post.sink.mails
    assert mail.attachments == [(one.name, one.media_type, one.content) for one in FILES]
    assert mail.recipients == (MAIL,)
    for part in ("plain", "html"):
        assert SAYS in mail.part(part)
    assert post.documents.asked == [
        (post.house.clinic.id, post.house.patients[0].id, notice.attached)
    ]
    sent = Filter(action=Action.NOTIFICATION_SENT)
    [line] = await post.house.audit.log.lines(post.house.clinic.id, sent)
    assert line.details["attached"] == 2
    _row, stored = await post.row()
    assert stored == {"to": MAIL, "subject": "", "text": "", "html": ""}


async def test_it_says_so_in_the_patients_language_above_the_code_word(quick_post: Post) -> None:
    await card(quick_post.house, language="de")
    await contact(quick_post.house, code_word="blå hägern")
    await quick_post.write()
    await quick_post.outcome()
    [mail] = quick_post.sink.mails
    text = mail.part("plain")
    assert "blå hägern" in text.partition("/l/secret")[2]
    assert len(mail.attachments) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"channel": "sms", "to": "+46701740605", "subject": "", "html": ""},
        {"staff_id": "stf_1"},
        {"contact_of": "", "patient_id": ""},
        {"contact_of": "maya"},
    ],
    ids=["by SMS", "to staff", "to nobody", "to an address that was typed"],
)
async def test_nothing_is_attached_to_another_message(
    quick_post: Post, other: dict[str, str]
) -> None:
    if other.get("contact_of"):
        other = {"contact_of": quick_post.house.patients[0].id, "to": "typed@patients.example"}
    await quick_post.write(**other)
    row, stored = await quick_post.row()
    assert stored["attached"] == ""
    assert SAYS not in stored["text"]
    await quick_post.outcome()
    assert quick_post.documents.asked == []
    assert all(mail.attachments == [] for mail in quick_post.sink.mails), row.state


def test_a_step_of_a_plan_passes_it_on_by_email_only() -> None:
    from bedside.notifications.plans.places import Place
    from bedside.notifications.plans.table import Occasion
    from bedside.notifications.texts import OutgoingText

    words = Words(OutgoingText("S", "T", "H"), "S", "/app", "doc_1")
    place = Place("req_1", Occasion.INVITE, 1, 0)

    class Row:
        clinic_id, patient_id = "cli_1", "pat_1"

    said = {way: notice_of(Row(), place, words, way, "x").attached for way in ("sms", "email")}  # type: ignore[arg-type] - what it reads of a row
    assert said == {"sms": "", "email": "doc_1"}


async def test_a_neutral_message_has_neither_files_nor_the_sentence(post: Post) -> None:
    await contact(post.house, neutral=True)
    await post.write()
    assert (await post.outcome())[0] == "sent"
    [mail] = post.sink.mails
    assert mail.attachments == []
    assert SAYS not in mail.part("plain") + mail.part("html")
    assert "Riverside" not in mail.part("plain")
    assert post.documents.asked == []


async def test_files_do_not_go_to_a_patient_whose_messages_became_neutral(post: Post) -> None:
    await post.write()
    await contact(post.house, neutral=True)
    state, why = await post.outcome()
    assert (state, "name nobody" in why) == ("failed", True)
    assert (post.documents.asked, post.sink.mails) == ([], [])
    _row, stored = await post.row()
    assert stored["text"] == ""


# --- changed meanwhile ---------------------------------------------------------------------------


@pytest.mark.parametrize("while_made", [False, True])
async def test_nothing_goes_to_an_address_that_was_changed(post: Post, while_made: bool) -> None:
    async def change() -> None:
        await card(post.house, email="new@patients.example")

    await post.write()
    if while_made:
        post.documents.meanwhile = change
    else:
        await change()
    state, why = await post.outcome()
    assert (state, "another number or address" in why) == ("failed", True)
    assert len(post.documents.asked) == while_made
    assert post.sink.mails == []


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        ({"neutral": True}, "failed"),
        ({"never": ("email",)}, "failed"),
        ({"only": Hours(start=17 * 60, end=18 * 60)}, "queued"),
    ],
)
async def test_rules_that_came_while_files_were_made_hold(
    quick_post: Post, rules: dict[str, Any], state: str
) -> None:
    async def change() -> None:
        await contact(quick_post.house, **rules)

    quick_post.documents.meanwhile = change
    await quick_post.write()
    assert (await quick_post.outcome())[0] == state
    assert quick_post.sink.mails == []
    quick_post.documents.meanwhile = None
    with clock.shifted(5 * clock.HOUR + clock.MINUTE):
        await do_jobs(quick_post.house)
    assert len(quick_post.sink.mails) == (state == "queued")


# --- what cannot be had --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure",
    [
        TemporaryFailure("It is being scanned."),
        Unavailable(),
        StorageFull(),
        RuntimeError("Maya"),
        TimeoutError(),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_what_cannot_be_had_now_is_asked_for_again(post: Post, failure: Exception) -> None:
    post.documents.fails = [failure]
    await post.write()
    with structlog.testing.capture_logs() as logged:
        state, why = await post.outcome()
    assert state == "queued"
    assert why == (
        "It is being scanned." if isinstance(failure, TemporaryFailure) else attaching._NOT_NOW
    )
    assert "Maya" not in str(logged)
    assert post.sink.mails == []
    post.documents.files = FILES[:1]  # as they are now
    assert await post.outcome(clock.MINUTE) == ("sent", "")
    assert [len(mail.attachments) for mail in post.sink.mails] == [1]
    assert len(post.documents.asked) == 2


async def test_what_cannot_be_had_for_a_day_has_failed(quick_post: Post) -> None:
    await quick_post.write()
    quick_post.documents.fails = [Unavailable()]
    state, why = await quick_post.outcome(GIVE_UP_AFTER + clock.MINUTE)
    assert (state, why) == ("failed", attaching._NOT_NOW)


@pytest.mark.parametrize(
    "failure",
    [PermanentFailure("The letter is in another chart."), NotFound("Maya"), Gone()],
    ids=lambda failure: type(failure).__name__,
)
async def test_what_is_gone_stops_the_email_and_is_said(post: Post, failure: Exception) -> None:
    post.documents.fails = [failure]
    await post.write()
    state, why = await post.outcome()
    assert state == "failed"
    said = isinstance(failure, BedsideError)
    assert why == (attaching._NOT_THERE if said else "The letter is in another chart.")
    assert post.sink.mails == []


async def test_an_email_that_says_so_never_leaves_without(quick_post: Post) -> None:
    quick_post.documents.files = ()
    await quick_post.write()
    assert await quick_post.outcome() == ("failed", attaching._NOT_THERE)
    quick_post.documents.files = (Attachment("x", "", b"x" * (attaching.LARGEST + 1)),)
    await quick_post.write()
    assert await quick_post.outcome() == ("failed", attaching.TOO_LARGE)
    assert quick_post.sink.mails == []


async def test_a_failed_one_is_sent_again_with_what_is_there_then(post: Post) -> None:
    post.documents.fails = [PermanentFailure("The letter is in another chart.")]
    await post.write()
    await post.outcome()
    row, _content = await post.row()
    await post.house.notifications.dispatcher.resend(await post.house.chart(), row.id)
    assert await post.outcome() == ("sent", "")
    assert [len(mail.attachments) for mail in post.sink.mails] == [2]


async def test_an_installation_that_knows_no_such_domain_waits_for_one(quick_post: Post) -> None:
    await quick_post.write(attached="xxx_01hzy0000000000000000000ab")
    assert await quick_post.outcome() == ("queued", attaching._NOT_NOW)


def test_two_domains_of_one_prefix_are_a_mistake() -> None:
    known = attaching.Attaching()
    known.add(AttachmentSource("doc", Documents()))
    with pytest.raises(ValueError, match="doc"):
        known.add(AttachmentSource("doc", Documents()))


# --- long ----------------------------------------------------------------------------------------


async def test_25_megabytes_arrive(quick_post: Post) -> None:
    content = os.urandom(attaching.LARGEST)
    quick_post.documents.files = (Attachment("scans.zip", "application/zip", content),)
    await quick_post.write()
    assert await quick_post.outcome() == ("sent", "")
    assert quick_post.sink.mails[0].attachments == [("scans.zip", "application/zip", content)]


async def test_the_lease_of_a_long_one_is_extended(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "_EXTENDED_EVERY", 50)
    post.sink.delay = 1.0
    post.sink.behave(Manner.SLOW)
    await post.write()
    row, _content = await post.row()
    deliver = post.house.registered.handlers["large.notification"]
    sending = asyncio.create_task(deliver({"notification_id": row.id}))
    seen: set[int] = set()
    async with asyncio.timeout(PATIENCE):
        while len(seen) < 4:
            await asyncio.sleep(0.02)
            seen.add((await post.row())[0].locked_until)
    with clock.shifted(LEASE - clock.SECOND), pytest.raises(TryAgain):
        await deliver({"notification_id": row.id})
    await sending
    assert len(post.sink.mails) == 1
    assert (await post.row())[0].locked_until == 0


async def test_a_slow_one_holds_up_no_other_message(quick_post: Post) -> None:
    released = asyncio.Event()
    quick_post.documents.meanwhile = released.wait
    for _ in range(3):
        await quick_post.write()
    worker = Worker(quick_post.house.database, quick_post.house.registered.handlers, {})
    await worker.start()
    try:
        await quick_post.write(attached="", text="Riverside Clinic: hello.")
        async with asyncio.timeout(PATIENCE):
            while not quick_post.sink.mails:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.02)
        assert "hello" in quick_post.sink.mails[0].part("plain")
        assert len(quick_post.documents.asked) == 1, "one at a time, so that memory is bounded"
        released.set()
        async with asyncio.timeout(PATIENCE):
            while len(quick_post.sink.mails) < 4:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.02)
    finally:
        await worker.stop()


# --- the local outbox ----------------------------------------------------------------------------


async def outbox(house: House) -> list[OutboxMessage]:
    await do_jobs(house)
    return await house.notifications.messages.outbox(house.here.receptionist)


async def test_the_local_outbox_lists_names_and_sizes(house: House) -> None:
    attach_from(house, Documents())
    maya = house.patients[0].id
    async with house.database.unit_of_work() as work:
        notice = letter_notice(house.clinic.id, maya, MAIL)
        await house.notifications.dispatcher.send(work, notice)
    [shown] = await outbox(house)
    assert shown.state is NoticeState.DELIVERED
    assert [(one.name, one.size) for one in shown.attachments] == [
        (one.name, len(one.content)) for one in FILES
    ]
    assert SAYS in shown.text


@pytest.mark.feature("F6")
async def test_neither_names_nor_content_can_be_read_where_they_were_listed(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    name, content = new_word(1), new_word(2)
    file = Attachment(f"{name}.txt", "text/plain", content.encode())
    attach_from(house, Documents((file,)))
    async with house.database.unit_of_work() as work:
        notice = letter_notice(house.clinic.id, house.patients[0].id, MAIL)
        await house.notifications.dispatcher.send(work, notice)
    [shown] = await outbox(house)
    assert [one.name for one in shown.attachments] == [f"{name}.txt"]
    search = Search([name, content], ())
    assert search.found_below(house.settings.data) == {}
    async with house.database.read() as db:
        for table in ("notifications", "audit_lines", "jobs", "events"):
            rows = await db.all(metadata.tables[table].select())
            assert search.found_in(repr(rows).encode()) == set(), table
    assert search.found_in("".join(capfd.readouterr()).encode()) == set()
