"""The server is killed while it cleans up after a photo request that has ended.

Afterwards nothing that the request held is left: no file, no upload in progress, no sealed byte.
"""

import pytest

from bedside.files.announcing import Announced
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.permissions import staff_access
from bedside.people.roles import Role
from bedside.requests.photos.sending import Draft
from bedside.services import Services
from tests.faults.conftest import Installed
from tests.faults.lives import Lives
from tests.faults.servers import Server, wait_until
from tests.requests.sending import BORN, jpeg, pieces

pytestmark = pytest.mark.feature("R7")

CONTENT = jpeg()


async def _holds_photos(services: Services, installed: Installed, *, revoked: bool) -> None:
    """Let a request hold one photo and half of another; then close or expire it."""
    staff = staff_access(
        installed.staff_id, installed.clinic_id, Role.STAFF, "ses_test", "127.0.0.1"
    )
    chart = await services.people.permissions.chart(staff, installed.patient_id)
    draft = Draft(new_id("req"), ("sms",), "skin")
    with clock.shifted(0 if revoked else -8 * clock.DAY):
        await services.requests.photos.send(chart, draft)
        async with services.database.unit_of_work() as work:
            secret = await services.links.issue(
                work, chart.clinic_id, chart.patient_id, draft.id, clock.now() + 7 * clock.DAY
            )
        answer = await services.links.answer(secret, BORN, "192.0.2.7")
        link = await services.links.resume(answer.token, draft.id, "192.0.2.7")
        for part in (len(CONTENT), len(CONTENT) // 2):
            allowance = await services.requests.answers.allowance(link)
            announced = Announced("hand.jpg", len(CONTENT))
            begun = await services.files.uploads.begin_held(link, announced, allowance)
            await services.files.uploads.append(link, begun.id, 0, pieces(CONTENT[:part]))
        if revoked:
            await services.requests.all.revoke(chart, draft.id)


async def _no_byte(services: Services) -> None:
    assert [key async for key, _ in services.files.custody.blobs()] == []


@pytest.mark.parametrize(
    ("revoked", "faults"),
    [(True, ["request.abandoned"]), (False, ["request.lapsed", "request.abandoned"])],
    ids=["revoked", "expired"],
)
def test_killed_while_it_clears_up(
    server: Server, installed: Installed, revoked: bool, faults: list[str]
) -> None:
    server.inside(lambda services: _holds_photos(services, installed, revoked=revoked))
    server.let_time_pass()
    lives = Lives(server, installed, faults)
    while not lives.has_died_enough:
        wait_until(lambda: server.is_dead, "death")
        lives.revive()

    def is_clear() -> bool:
        held = server.ask("SELECT count(*) FROM files WHERE holder_id <> ''")
        coming = server.ask("SELECT count(*) FROM uploads WHERE NOT finished")
        return held == coming == [(0,)]

    wait_until(is_clear, "what the request held to be destroyed")
    lives.finish()
    server.stop()
    server.inside(_no_byte)
