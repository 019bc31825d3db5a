"""The server is killed at each fault point of the intake, and in the middle of the bytes.

Afterwards every acknowledged byte is there once, the chart has the file once, no job is left, and
the blob store holds nothing that no row refers to.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.entries import ChartFilter
from bedside.files.retrieval import FileFacts
from bedside.kernel import clock
from bedside.kernel.words import words_of
from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.services import Services
from bedside.worker.run import Worker
from tests.adapters.rendering.test_tiff import sheet
from tests.edge.tus import multipart, words
from tests.faults.conftest import Installed
from tests.faults.lives import Lives
from tests.faults.phone import SITE
from tests.faults.servers import Server, wait_until
from tests.peers.ports import PATIENCE
from tests.web.charts.chart_files import photo

pytestmark = pytest.mark.feature("F1")

SOURCE = Path(__file__).parents[2] / "src" / "bedside"

WHILE_SENDING = (
    "upload.begun",
    "upload.marked",
    "upload.paused",
    "upload.noted",
    "upload.noted:2",
    "upload.sealed",
    "upload.noted:3",
)
WHILE_WORKING = (
    "job.claimed",
    "file.scanned",
    "file.examined",
    "file.copy_stored",
    "job.done",
    "job.forgotten",
    "job.claimed:2",
    "file.derived",
    "file.derivative_stored",
    "file.derivative_stored:2",
    "job.done:2",
)
ELSEWHERE = {
    "file.some_words_indexed": "test_killed_while_words_are_indexed",
    "file.page_read": "test_killed_while_a_fax_is_read",
    "file.layer_stored": "test_killed_while_words_become_a_layer",
    "file.layer_kept": "test_killed_while_words_become_a_layer",
    "upload.taken": "test_a_form_that_was_cut_off_leaves_nothing",
    "notification.taken": "tests/faults/test_notifications_killed.py",
    "notification.attached": "tests/faults/test_attachments_killed.py",
    "notification.delivered": "tests/faults/test_notifications_killed.py",
    "notification.noted": "tests/faults/test_notifications_killed.py",
    "plan.going_on": "tests/faults/test_plans_killed.py",
    "plan.went_on": "tests/faults/test_plans_killed.py",
    "later.due": "tests/faults/test_later_killed.py",
    "later.done": "tests/faults/test_later_killed.py",
    "proxy.telling": "tests/faults/test_proxies_killed.py",
    "proxy.told": "tests/faults/test_proxies_killed.py",
    "visit.arriving": "tests/faults/test_visits_killed.py",
    "visit.checked_in": "tests/faults/test_visits_killed.py",
    "visit.stepping": "tests/faults/test_visits_killed.py",
    "visit.transferred": "tests/faults/test_visits_killed.py",
    "visit.admitted": "tests/faults/test_visits_killed.py",
    "visit.telephoned": "tests/faults/test_telephone_killed.py",
    "visit.texted": "tests/faults/test_telephone_killed.py",
    "room.invited": "tests/faults/test_telephone_killed.py",
    "visit.placed": "tests/faults/test_words_killed.py",
    "visit.note_added": "tests/faults/test_words_killed.py",
    "colleague.asked": "tests/faults/test_words_killed.py",
    "colleague.answering": "tests/faults/test_words_killed.py",
    "call.newcomer_asked": "tests/faults/test_newcomers_killed.py",
    "call.newcomer_in": "tests/faults/test_newcomers_killed.py",
    "call.room_opened": "tests/faults/test_group_calls_killed.py",
    "link.missed": "tests/faults/test_links_again_killed.py",
    "link.sending_again": "tests/faults/test_links_again_killed.py",
    "link.sent_again": "tests/faults/test_links_again_killed.py",
    "conversation.said": "tests/faults/test_chat_files_killed.py",
    "draft.abandoned": "tests/faults/test_chat_files_killed.py",
    "letter.saved": "tests/faults/test_letters_killed.py",
    "letter.sent": "tests/faults/test_letters_killed.py",
    **dict.fromkeys(
        (
            "appointment.booking",
            "appointment.booked",
            "appointment.moving",
            "appointment.moved",
            "appointment.cancelling",
            "appointment.cancelled",
        ),
        "tests/faults/test_appointments_killed.py",
    ),
    "summary.sent": "tests/faults/test_summaries_killed.py",
    "copy.begun": "tests/faults/test_summaries_killed.py",
    "copy.filed": "tests/faults/test_summaries_killed.py",
    "form.requested": "tests/faults/test_forms_killed.py",
    "form.kept": "tests/faults/test_forms_killed.py",
    "form.sent": "tests/faults/test_forms_killed.py",
    "form.sent_back": "tests/faults/test_forms_killed.py",
    "form.version_stored": "tests/faults/test_forms_killed.py",
    "form.versions_kept": "tests/faults/test_forms_killed.py",
    "form.filled": "tests/faults/test_forms_killed.py",
    "form.uploading": "tests/faults/test_forms_killed.py",
    "form.uploaded": "tests/faults/test_forms_killed.py",
    "request.lapsed": "tests/faults/test_requests_killed.py",
    "request.abandoned": "tests/faults/test_requests_killed.py",
    "live_transfer.begun": "tests/faults/test_transfers_killed.py",
    "live_transfer.accepted": "tests/faults/test_transfers_killed.py",
    "live_transfer.handed_over": "tests/faults/test_transfers_killed.py",
    "live_transfer.abandoned": "tests/faults/test_transfers_killed.py",
    "visit.identifying": "tests/faults/test_visits_killed.py",
    "visit.identified": "tests/faults/test_visits_killed.py",
    "keys.generation_added": "tests/upkeep/test_rotation.py",
    "keys.old_kept": "tests/upkeep/test_rotation.py",
    "keys.old_dropped": "tests/upkeep/test_rotation.py",
    "rotation.begun": "tests/upkeep/test_rotation.py",
    "rotation.clinics_wrapped": "tests/upkeep/test_rotation.py",
    "rotation.files_wrapped": "tests/upkeep/test_rotation.py",
    "backup.written": "tests/upkeep/test_restore.py",
    "restore.begun": "tests/upkeep/test_restore.py",
    "restore.blobs_put": "tests/upkeep/test_restore.py",
    "restore.committed": "tests/upkeep/test_restore.py",
    "demo.marked": "tests/demo/test_own.py",
    "demo.migrated": "tests/demo/test_own.py",
}


def test_every_fault_point_has_its_test() -> None:
    found = {
        name
        for path in SOURCE.rglob("*.py")
        for call in re.findall(r"faults\.point\(([^)]*)\)", path.read_text())
        for name in re.findall(r'"([a-z_.]+)"', call)
    }
    tested = {fault.partition(":")[0] for fault in (*WHILE_SENDING, *WHILE_WORKING, *ELSEWHERE)}
    assert found == tested


def test_killed_while_bytes_come(server: Server, installed: Installed) -> None:
    server.settings["worker_in_process"] = "0"
    lives = Lives(server, installed, WHILE_SENDING)
    sent: dict[str, bytes] = {}
    while not lives.has_died_enough and len(sent) < 10:
        name, content = f"report {len(sent)}.txt", words(700_000, len(sent))
        lives.phone().send(content, name, checked=1)
        sent[name] = content
    assert lives.has_died_enough
    server.stop()
    server.inside(do_what_is_due)
    server.inside(lambda services: holds_each_once(services, installed, sent))


def test_killed_while_the_worker_works(server: Server, installed: Installed) -> None:
    lives = Lives(server, installed, WHILE_WORKING)
    sent: dict[str, bytes] = {}
    while not lives.has_died_enough and len(sent) < 15:
        name, content = (
            f"photo {len(sent)}.jpg",
            photo(f"photo {len(sent)}", size=(64, 48), place="59.33N 18.07E"),
        )
        lives.phone().send(content, name, parts=1)
        sent[name] = content
        lives.finish()
    assert lives.has_died_enough
    server.stop()
    server.inside(lambda services: holds_each_once(services, installed, sent))


def test_killed_in_the_middle_of_a_stream(
    server: Server, installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = words(3_000_000)
    lives = Lives(server, installed)
    plugs = [(100_000, 0), (1_500_000, 1_000_000), (2_900_000, 1_000_000)]
    sent = 0

    def stored() -> int:
        files = [path for path in (server.data / "files").rglob("*") if path.is_file()]
        return sum(path.stat().st_size for path in files)

    def trickling(part: bytes) -> Iterator[bytes]:
        """Pull the plug when a given number of bytes is out, and another number on the disk."""
        nonlocal sent
        for at in range(0, len(part), 65_536):
            yield part[at : at + 65_536]
            sent += 65_536
            if plugs and sent >= plugs[0][0]:
                _, wanted = plugs.pop(0)
                wait_until(lambda least=wanted: stored() >= least, "what is on its way")
                server.kill()

    monkeypatch.setattr("tests.faults.phone.trickling", trickling)
    sender = lives.phone()
    sender.send(content, "report.txt", parts=1)
    assert len(sender.resumed_at) == 3
    assert sender.resumed_at[0] < sender.resumed_at[-1]  # what was sealed is not sent again
    lives.finish()
    server.stop()
    server.inside(lambda services: holds_each_once(services, installed, {"report.txt": content}))


def test_the_bytes_of_a_refused_file_are_gone_after_a_kill(
    server: Server, installed: Installed
) -> None:
    """Killed just before removing them: the key is gone already, the bytes go later."""
    lives = Lives(server, installed, ["job.claimed:2"])
    lives.phone().send(b"%PDF-1.7\n" + b"torn " * 200_000, "torn.pdf", parts=1)
    lives.finish()
    assert lives.has_died_enough
    server.stop()

    async def look(services: Services) -> None:
        (state, key) = server.ask("SELECT state, data_key FROM files")[0]
        assert (state, key) == ("refused", b"")
        assert [key async for key, _ in services.files.custody.blobs()] == []

    server.inside(look)


def test_killed_while_words_are_indexed(server: Server, installed: Installed) -> None:
    """Some hundred of them were searchable already; afterwards all of them are, once."""
    text = " ".join(f"finding{number}" for number in range(900))
    lives = Lives(server, installed, ["file.some_words_indexed:2", "file.some_words_indexed"])
    lives.phone().send(text.encode(), "report.txt", parts=1)
    lives.finish()
    assert lives.has_died_enough
    server.stop()
    [(indexed,)] = server.ask("SELECT count(*) FROM entry_words")
    assert indexed == len({*words_of(text), *words_of("report.txt")})


def test_killed_while_a_fax_is_read(server: Server, installed: Installed) -> None:
    """Its pages are there at once; afterwards the words of all are, and no scan is left."""
    fax = io.BytesIO()
    pages = [sheet(word) for word in ("laboratory", "penicillin", "wednesday")]
    pages[0].save(fax, "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    lives = Lives(server, installed, ["file.page_read", "file.page_read:2"])
    lives.phone().send(fax.getvalue(), "fax.tif", parts=1)
    lives.finish()
    assert lives.has_died_enough
    server.stop()
    assert server.ask("SELECT role FROM derivatives WHERE role LIKE 'ocr-%'") == []
    assert server.ask("SELECT source FROM file_texts") == [("recognised",)]
    server.inside(
        lambda services: holds_each_once(services, installed, {"fax.tif": fax.getvalue()})
    )


def test_killed_while_words_become_a_layer(server: Server, installed: Installed) -> None:
    """The copy has the words of both pages, and none of them waits any more."""
    scan = io.BytesIO()
    pages = [sheet(word) for word in ("laboratory", "penicillin")]
    pages[0].save(scan, "PDF", save_all=True, append_images=pages[1:])
    points = ["file.page_read", "file.layer_stored", "file.layer_kept"]
    lives = Lives(server, installed, points)
    lives.phone().send(scan.getvalue(), "scan.pdf", parts=1)
    lives.finish()
    assert lives.has_died_enough
    server.stop()
    roles = {role for (role,) in server.ask("SELECT role FROM derivatives")}
    assert roles == {"thumbnail", "preview", "page-2", "searchable"}
    server.inside(
        lambda services: holds_each_once(services, installed, {"scan.pdf": scan.getvalue()})
    )


def test_a_form_that_was_cut_off_leaves_nothing(server: Server, installed: Installed) -> None:
    """It was not acknowledged, so the person sends it again; the leftovers are swept."""
    content = words(700_000)
    lives = Lives(server, installed, ["upload.taken"])
    headers, body = multipart([("file", "report.txt", content)])
    address = f"{server.url}/patients/{installed.patient_id}/files"

    def send() -> httpx.Response:
        return httpx.post(
            address,
            content=body,
            headers={**SITE, **headers},
            cookies=installed.cookies,
            timeout=PATIENCE,
        )

    with pytest.raises(httpx.TransportError):
        send()
    lives.revive()
    assert send().status_code == 303
    lives.finish()
    server.stop()
    server.inside(lambda services: holds_each_once(services, installed, {"report.txt": content}))


async def holds_each_once(services: Services, installed: Installed, sent: dict[str, bytes]) -> None:
    """Check that the chart has each file once, with every byte, and nothing else is left."""
    staff = staff_access(
        installed.staff_id, installed.clinic_id, Role.STAFF, "ses_test", "127.0.0.1"
    )
    chart = await services.people.permissions.chart(staff, installed.patient_id)
    entries = await services.charts.contents.entries(chart, ChartFilter(limit=200))
    assert sorted(entry.name for entry in entries) == sorted(sent)
    known: set[str] = set()
    for entry in entries:
        content = sent[entry.name]
        assert (entry.state, entry.size) == ("filed", len(content))
        facts = await services.files.retrieval.facts(entry)
        assert facts.text_found or facts.forms
        opened = await services.files.retrieval.open(chart, entry.id, "original")
        assert b"".join([p async for p in opened.chunks(0, opened.size)]) == content
        known |= {f"{installed.clinic_id}/{entry.file_id}{form}" for form in ("", *_dotted(facts))}
    lines = await services.audit.log.lines(installed.clinic_id, Filter(limit=1_000))
    for action in (Action.FILE_RECEIVED, Action.FILE_FILED):
        assert [line.action for line in lines].count(action) == len(sent)
    assert (await services.audit.log.verify(installed.clinic_id)).broken_at is None
    assert [broken async for broken in services.files.custody.damaged(installed.clinic_id)] == []
    await _sweep(services)
    assert {key async for key, _ in services.files.custody.blobs()} == known


def _dotted(facts: FileFacts) -> list[str]:
    return [f".{form}" for form in facts.forms]


async def do_what_is_due(services: Services) -> None:
    """Do what the worker would do."""
    await Worker(services.database, services.registered.handlers, {}).run_until_idle()


async def _sweep(services: Services) -> None:
    """Sweep a day later: what was begun and never finished is gone."""
    with clock.shifted(25 * clock.HOUR):
        await services.files.uploads.expire()
        await do_what_is_due(services)
