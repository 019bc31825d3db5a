"""Mail that comes back: read where hostile files are, told in words, and the next way at once."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from click.testing import CliRunner

from bedside.adapters.child_process import Children
from bedside.adapters.child_reports import ChildReports
from bedside.adapters.email import SmtpMail
from bedside.cli import main
from bedside.notifications.bounces import PATH, Bounces, meaning_of, named_in
from bedside.notifications.models import notifications
from bedside.notifications.plans.table import PlanState
from bedside.notifications.ports import Channel, Message
from bedside.requests.states import State
from bedside.web.app import create_app
from tests.house import House, at_the_door
from tests.notifications.plans.planning import Planned, at_noon, card
from tests.peers.smtp_sink import SmtpSink
from tests.requests.sending import do_jobs, draft
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("N1"), pytest.mark.feature("N7")]

TOKEN = "a token of the mail server"
NTF = "ntf_01hzy0000000000000000000ab"


def report(
    *,
    to: str = f"bounces+{NTF}@care.example",
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <maya@patients.example>: no such user",
    original: str = "",
    kind: str = "delivery-status",
) -> bytes:
    """Return a report as Postfix writes it."""
    returned = f"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{original}" if original else ""
    return (
        "Return-Path: <>\r\n"
        "From: MAILER-DAEMON@mail.example (Mail Delivery System)\r\n"
        f"To: {to}\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n'
        "MIME-Version: 1.0\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mail.example\r\n\r\n"
        "Final-Recipient: rfc822; maya@patients.example\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: {diagnostic}\r\n"
        f"{returned}\r\n--b--\r\n"
    ).encode()


ABSENT = (
    f"From: maya@patients.example\r\nTo: bounces+{NTF}@care.example\r\n"
    "Auto-Submitted: auto-replied\r\nSubject: I am away\r\n\r\nUntil Monday.\r\n"
).encode()


@pytest.fixture(scope="module")
def reader() -> ChildReports:
    return ChildReports(Children())


# --- what a report says ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mail", "action", "code"),
    [
        (report(), "failed", "5.1.1"),
        (report(status="5.0.0", diagnostic="smtp; 550 #5.2.2 mailbox full"), "failed", "5.2.2"),
        (report(status="4.4.7 (timed out)", diagnostic="x"), "failed", "4.4.7"),
        (report(action="Delayed", status="4.2.2"), "delayed", "4.2.2"),
        (report(to="nobody@care.example", original=f"Message-ID: <{NTF}@x.example>\r\n\r\nhi"),
         "failed", "5.1.1"),
    ],
)  # fmt: skip
async def test_a_report_says_what_became_of_which_message(
    reader: ChildReports, mail: bytes, action: str, code: str
) -> None:
    read = await reader.read(mail)
    assert named_in(read.places) == NTF
    assert read.outcomes == ((action, code),)


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\xff\x00\xfe" * 500,
        ABSENT,
        report(kind="disposition-notification"),
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=\r\n\r\n--\r\n",
        b"Content-Type: multipart/report; report-type*=utf-8''delivery-status\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" * 3_000,
        report()[:200],
    ],
)
async def test_what_is_no_report_says_nothing(reader: ChildReports, mail: bytes) -> None:
    assert (await reader.read(mail)).outcomes == ()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("5.1.1", "does not exist"),
        ("5.1.10", "does not exist"),
        ("5.1.2", "does not exist"),
        ("5.2.2", "full"),
        ("4.2.2", "full"),
        ("5.2.1", "right now"),
        ("4.4.7", "for days"),
        ("5.7.1", "unwanted"),
        ("5.7.26", "unwanted"),
        ("5.9.9", "came back"),
        ("", "came back"),
        ("nonsense", "came back"),
    ],
)
def test_a_code_in_words(code: str, words: str) -> None:
    assert words in meaning_of(code)


@pytest.mark.parametrize(
    "places",
    [(), ("x",), ("ntf_short",), (NTF, NTF[:-1] + "c"), (f"x{NTF}",)],
)
def test_a_report_that_names_no_message_or_several(places: tuple[str, ...]) -> None:
    assert named_in(places) == ""


# --- what follows --------------------------------------------------------------------------------


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    sink = SmtpSink(starttls=False)
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def noon() -> Iterator[None]:
    with at_noon():
        yield


def by_mail(house: House, sink: SmtpSink) -> None:
    """Send the house's mail through a real server."""
    dispatcher = house.notifications.dispatcher
    url = f"smtp://127.0.0.1:{sink.port}?starttls=never"
    mail = SmtpMail(url, "Riverside <hello@care.example>", bounces="bounces@care.example")
    dispatcher._gateways = {**dispatcher._gateways, Channel.EMAIL: mail}
    dispatcher._local -= {Channel.EMAIL}


async def test_a_mail_that_comes_back_is_followed_by_the_next_way_at_once(
    house: House, smtp_sink: SmtpSink, reader: ChildReports, noon: None
) -> None:
    by_mail(house, smtp_sink)
    await card(house, phone="")
    item = await Planned(house).started()
    [mail] = smtp_sink.mails
    assert mail.sender.startswith("bounces+ntf_")
    bounces = Bounces(house.notifications.dispatcher, reader, TOKEN)
    assert await bounces.take(report(to=mail.sender, action="delayed", status="4.2.2")) is False
    assert (await item.progress()).state is PlanState.RUNNING
    assert await bounces.take(report(to=mail.sender)) is True
    step = await item.step("email")
    assert (step.state, "does not exist" in step.reason) == ("failed", True)
    assert (await item.progress()).state is PlanState.UNREACHED
    assert await bounces.take(report(to=mail.sender)) is True  # the same once more
    assert len(await house.notifications.plan_tasks.waiting(house.here.clinician)) == 1


async def test_an_absence_note_changes_nothing(
    quick_house: House, smtp_sink: SmtpSink, reader: ChildReports, noon: None
) -> None:
    by_mail(quick_house, smtp_sink)
    await card(quick_house, phone="")
    item = await Planned(quick_house).started()
    to = smtp_sink.mails[0].sender.encode()
    away = ABSENT.replace(f"bounces+{NTF}@care.example".encode(), to)
    bounces = Bounces(quick_house.notifications.dispatcher, reader, TOKEN)
    assert await bounces.take(away, to.decode()) is False
    assert (await item.progress()).state is PlanState.RUNNING


async def test_a_report_about_a_message_of_nobody(quick_house: House, reader: ChildReports) -> None:
    bounces = Bounces(quick_house.notifications.dispatcher, reader, TOKEN)
    assert await bounces.take(report()) is False


async def test_a_text_message_does_not_come_back_by_mail(
    quick_house: House, reader: ChildReports, noon: None
) -> None:
    item = await Planned(quick_house).started()
    async with quick_house.database.read() as db:
        [row] = await db.all(notifications.select())
    bounces = Bounces(quick_house.notifications.dispatcher, reader, TOKEN)
    assert await bounces.take(report(to=f"bounces+{row.id}@care.example")) is False
    assert (await item.step("sms")).state == "delivered"


@pytest.mark.parametrize(
    ("shown", "status"),
    [(f"Bearer {TOKEN}", 204), (f"bearer {TOKEN}", 204), ("Bearer wrong", 403), (TOKEN, 403),
     ("", 403)],
)  # fmt: skip
async def test_the_hook_wants_the_token(
    quick_house: House, reader: ChildReports, shown: str, status: int
) -> None:
    bounces = Bounces(quick_house.notifications.dispatcher, reader, TOKEN)
    services = quick_house.services
    services.notifications = replace(services.notifications, bounces=bounces)
    async with at_the_door(create_app(services)) as client:
        del client.headers["sec-fetch-site"]
        answer = await client.post(
            PATH,
            content=report(),
            headers={"authorization": shown, "content-type": "message/rfc822"},
        )
    assert answer.status_code == status


async def test_without_a_token_the_hook_takes_nothing(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    answer = await visitor.post(PATH, content=report(), headers={"authorization": "Bearer "})
    assert answer.status_code == 403


def test_the_command_takes_a_mail_from_a_pipe(tmp_path: object) -> None:
    """An installation that is not there is a reason to try again, so that no report is lost."""
    result = CliRunner().invoke(main, ["bounce", "--data", f"{tmp_path}/none"], input=report())
    assert result.exit_code == 75


# --- what is sent --------------------------------------------------------------------------------


async def test_each_mail_has_its_own_sender_and_says_that_nobody_wrote_it(
    smtp_sink: SmtpSink,
) -> None:
    url = f"smtp://127.0.0.1:{smtp_sink.port}?starttls=never"
    sent = Message(NTF, Channel.EMAIL, "maya@patients.example", "S", "T", neutral=True)
    await SmtpMail(url, "Riverside <hello@care.example>", bounces="b@care.example").deliver(sent)
    await SmtpMail(url, "Riverside <hello@care.example>").deliver(replace(sent, neutral=False))
    neutral, plain = smtp_sink.mails
    assert neutral.sender == f"b+{NTF}@care.example"
    assert plain.sender == "hello@care.example"
    assert neutral.message["from"] == "hello@care.example"
    assert "Riverside" in plain.message["from"]
    for mail in (neutral, plain):
        assert mail.message["auto-submitted"] == "auto-generated"
        assert "OOF" in mail.message["x-auto-response-suppress"]


@pytest.mark.parametrize("kind", ["photos", "app_invitations"])
@pytest.mark.feature("R7")
async def test_a_request_that_comes_back_goes_by_sms_and_the_card_says_why(
    quick_house: House,
    smtp_sink: SmtpSink,
    reader: ChildReports,
    visitor: httpx.AsyncClient,
    noon: None,
    kind: str,
) -> None:
    house, chart = quick_house, await quick_house.chart()
    by_mail(house, smtp_sink)
    if kind == "photos":
        request_id = await house.requests.photos.send(chart, draft(channels=("email",)))
    else:
        request_id = await house.requests.app_invitations.send(chart, ("email",))
    await do_jobs(house)
    [mail] = smtp_sink.mails
    bounces = Bounces(house.notifications.dispatcher, reader, TOKEN)
    assert await bounces.take(report(to=mail.sender)) is True
    await do_jobs(house)
    deliveries = await house.notifications.messages.of_request(chart, request_id)
    assert [(one.channel, one.state) for one in deliveries] == [
        ("email", "failed"),
        ("sms", "delivered"),
    ]
    assert (await house.requests.all.get(chart, request_id)).state is State.DELIVERED
    await enter(visitor, house)
    here = f"/patients/{chart.patient_id}/card"
    assert "E-mail address does not exist" in (await visitor.get(here)).text
    await card(house, email="other@patients.example")
    assert "E-mail address does not exist" not in (await visitor.get(here)).text
