"""Photo requests of the demonstration, in every state that staff encounter."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from bedside.demo.chart_plans import DOCUMENTS
from bedside.files.announcing import Announced
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.streams import one_piece
from bedside.people.permissions import ChartAccess, LinkAccess
from bedside.requests.photos.sending import Draft
from bedside.services import Services

_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request: its patient (by number), when, and how far it got.

    `ends` is one of: sent, opened, sending, done, locked, expired.
    """

    patient: int
    ends: str
    minutes_ago: int
    template: str
    body_part: str = ""
    photos: tuple[tuple[str, str], ...] = field(default=())


STORY = (
    PlannedRequest(
        0,
        "done",
        95,
        "skin",
        "left arm",
        (("skin_1.jpg", "Close up, in daylight"), ("skin_4.jpg", "From further back")),
    ),
    PlannedRequest(
        15, "done", 26 * 60, "wound", "right knee", (("skin_3.jpg", "After the shower"),)
    ),
    PlannedRequest(7, "sending", 12, "skin", "shoulder", (("skin_2.jpg", ""),)),
    PlannedRequest(18, "opened", 40, "skin", "neck"),
    PlannedRequest(13, "sent", 6, "general"),
    PlannedRequest(27, "sent", 3 * 60, "document"),
    PlannedRequest(2, "locked", 5 * 60, "general"),
    PlannedRequest(11, "expired", 9 * 24 * 60, "skin", "hand"),
)


class PhotoRequestStory:
    """Acts out requests by staff and answers by patients, through the real services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def tell(self, chart: ChartAccess, born: date, told: PlannedRequest) -> None:
        """Act out one request from asking to its end."""
        services = self._services
        draft = Draft(new_id("req"), ("sms", "email"), told.template, told.body_part)
        with clock.shifted(-told.minutes_ago * clock.MINUTE):
            await services.requests.photos.send(chart, draft)
            await self._deliver(chart, draft.id)
            if told.ends in ("sent", "expired"):
                return
            async with services.database.unit_of_work() as work:
                secret = await services.links.issue(
                    work,
                    chart.clinic_id,
                    chart.patient_id,
                    draft.id,
                    clock.now() + 7 * clock.DAY,
                )
        with clock.shifted(-(told.minutes_ago // 2) * clock.MINUTE):
            if told.ends == "locked":
                for _ in range(5):
                    wrong = born + timedelta(days=1)
                    await services.links.answer(secret, wrong, _ADDRESS)
                return
            answer = await services.links.answer(secret, born, _ADDRESS)
            link = await services.links.resume(answer.token, draft.id, _ADDRESS)
            for file, comment in told.photos:
                await self._send_photo(link, file, comment)
            if told.ends == "done":
                await services.requests.answers.agree(link)

    async def _deliver(self, chart: ChartAccess, request_id: str) -> None:
        """Hand the messages over before somebody answers: later they would not leave any more."""
        notifications = self._services.notifications
        for sent in await notifications.messages.of_request(chart, request_id):
            await notifications.dispatcher.deliver({"notification_id": sent.id})

    async def _send_photo(self, link: LinkAccess, file: str, comment: str) -> None:
        services = self._services
        content = (DOCUMENTS / file).read_bytes()
        allowance = await services.requests.answers.allowance(link)
        upload = await services.files.uploads.begin_held(
            link, Announced(file, len(content), comment), allowance
        )
        await services.files.uploads.append(link, upload.id, 0, one_piece(content))
