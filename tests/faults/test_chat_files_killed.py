"""The server is killed while a file goes into a draft, while its message is sent, and while what
did not go along is destroyed: one message, with each file once, and nothing else is left."""

import httpx
import pytest

from bedside.charts.records import ChartFilter
from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.services import Services
from tests.edge.tus import metadata
from tests.faults.conftest import Installed
from tests.faults.lives import Lives
from tests.faults.phone import SITE, Phone
from tests.faults.servers import Server
from tests.peers.ports import PATIENCE
from tests.requests.sending import jpeg

pytestmark = pytest.mark.feature("C1", "F14")

DRAFT = "drf_01arz3ndektsv4rrffq69g5fzz"


def _post(server: Server, installed: Installed, path: str, **form: str) -> httpx.Response:
    return httpx.post(
        server.url + path, data=form, headers=SITE, cookies=installed.cookies, timeout=PATIENCE
    )


@pytest.mark.parametrize(
    "fault",
    ["upload.begun", "upload.sealed", "upload.noted:2", "conversation.said", "draft.abandoned"],
)
def test_one_message_with_its_file_once(server: Server, installed: Installed, fault: str) -> None:
    chat = f"/patients/{installed.patient_id}/chat"
    lives = Lives(server, installed, [fault])
    phone = Phone(server, f"{chat}/drafts/{DRAFT}/uploads", installed.cookies, lives.revive)
    phone.send(jpeg(1200, 900), "spot.jpg", 2)
    try:
        with phone._client() as http:  # left behind in the middle of its bytes
            http.post(
                phone.home,
                headers={"Upload-Length": "900", "Upload-Metadata": metadata(filename="late.jpg")},
            )
    except httpx.TransportError:
        lives.revive()
    file_id = _file_of(server)
    form = {"body": "Look.", "draft_id": DRAFT, "files": file_id}

    def post() -> httpx.Response | None:
        try:
            return _post(server, installed, chat, **form)
        except httpx.TransportError:
            lives.revive()
            return None

    answers = [answer for answer in (post(), post(), post()) if answer is not None]
    assert {answer.status_code for answer in answers} == {200}
    lives.finish()
    assert server.ask("SELECT count(*) FROM conversation_messages") == [(1,)]
    assert server.ask("SELECT count(*) FROM conversation_drafts") == [(0,)]
    assert server.ask("SELECT count(*) FROM uploads WHERE finished = 0") == [(0,)]
    assert server.ask("SELECT count(*) FROM files WHERE holder_id != ''") == [(0,)]
    server.stop()
    server.inside(lambda services: _is_whole(services, installed))


def _file_of(server: Server) -> str:
    [(file_id,)] = server.ask("SELECT id FROM files WHERE holder_id != ''")
    return str(file_id)


async def _is_whole(services: Services, installed: Installed) -> None:
    staff = staff_access(
        installed.staff_id, installed.clinic_id, Role.STAFF, "ses_test", "127.0.0.1"
    )
    chart = await services.people.permissions.chart(staff, installed.patient_id)
    [entry] = await services.charts.contents.entries(chart, ChartFilter())
    assert (entry.state, entry.channel) == ("filed", "chat")
    opened = await services.files.retrieval.open(chart, entry.id, "original")
    assert b"".join([piece async for piece in opened.chunks(0, opened.size)]) == jpeg(1200, 900)
