"""Helpers for requests: sending one and answering it."""

import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from PIL import Image

from bedside.files.announcing import Announced
from bedside.kernel.ids import new_id
from bedside.people.permissions import ChartAccess, LinkAccess
from bedside.requests.photos.sending import Draft
from bedside.requests.records import Request
from bedside.worker.run import Worker
from tests.house import House

BORN = date(1991, 3, 14)
"""The first patient of the house, Maya Lindqvist."""
ADDRESS = "192.0.2.7"


def draft(**other: Any) -> Draft:
    """Return a request for photos of a left hand, by SMS and e-mail."""
    given: dict[str, Any] = {
        "id": new_id("req"),
        "channels": ("sms", "email"),
        "template": "skin",
        "body_part": "Left hand",
        "instructions": "",
    }
    return Draft(**{**given, **other})


async def do_jobs(house: House) -> int:
    """Do what the worker would do now."""
    return await Worker(house.database, house.registered.handlers, {}).run_until_idle()


@dataclass
class Sent:
    """A request that was sent. `secrets` are those of its links, oldest first."""

    house: House
    chart: ChartAccess
    id: str

    async def secrets(self) -> list[str]:
        """The secrets of the links in the local outbox, by SMS, oldest first."""
        shown = await self.house.notifications.messages.outbox(self.house.here.receptionist)
        texts = [
            message.text
            for message in reversed(shown)
            if message.channel == "sms" and message.cause_id.startswith(self.id)
        ]
        return [found for text in texts for found in re.findall(r"/l/([\w-]+)", text)]

    async def secret(self) -> str:
        """The secret of the newest link."""
        return (await self.secrets())[-1]

    async def now(self) -> Request:
        """Return the request as staff see it."""
        return await self.house.requests.all.get(self.chart, self.id)

    async def enter(self, born: date = BORN) -> LinkAccess:
        """Open the newest link with the date of birth."""
        answer = await self.house.links.answer(await self.secret(), born, ADDRESS)
        assert answer.token, answer
        return await self.house.links.resume(answer.token, self.id, ADDRESS)

    async def upload(
        self, link: LinkAccess, name: str = "hand.jpg", given_id: str = "", **photo: Any
    ) -> str:
        """Upload a photo, which the device calls `given_id`. Returns its file id."""
        content = jpeg(**photo)
        answers, uploads = self.house.requests.answers, self.house.files.uploads
        allowance = await answers.allowance(link)
        begun = await uploads.begin_held(
            link, Announced(name, len(content), given_id=given_id), allowance
        )
        done = await uploads.append(link, begun.id, 0, pieces(content))
        assert done.finished
        return done.file_id


async def send(house: House, **other: Any) -> Sent:
    """Send a request to the first patient, and deliver its messages."""
    chart = await house.chart()
    wanted = draft(**other)
    await house.requests.photos.send(chart, wanted)
    await do_jobs(house)
    return Sent(house, chart, wanted.id)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    """Yield bytes as from a network."""
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


def jpeg(
    width: int = 640, height: int = 480, colour: tuple[int, int, int] = (190, 140, 110)
) -> bytes:
    """Return a photo without noise: small, and real."""
    picture = Image.new("RGB", (width, height), colour)
    for x in range(0, width, 40):
        for y in range(0, height, 40):
            picture.paste((x % 256, y % 256, (x + y) % 256), (x, y, x + 20, y + 20))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
