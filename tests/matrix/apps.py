"""The apps of the matrix's visit: files in transfer, a chat, a note, a whiteboard."""

import json

from bedside.calls.apps.marks import marks_of
from bedside.calls.apps.whiteboard import Picture
from bedside.files.announcing import Announced
from bedside.kernel.ids import new_id
from bedside.people.permissions import RoomAccess, VisitorAccess
from bedside.transfers.service import Chosen
from tests.house import House
from tests.requests.sending import do_jobs, jpeg, pieces


class Apps:
    """Opens everything once. Ids: `offered` and `sending` are in transit, each with an upload;
    `asked` waits for the patient; `given` and `got` can be downloaded."""

    def __init__(
        self, house: House, ids: dict[str, str], room: RoomAccess, visitor: VisitorAccess
    ) -> None:
        self._house, self._ids, self._room, self._visitor = house, ids, room, visitor

    async def build(self) -> None:
        """Build everything."""
        await self._files()
        chat, visit_id = self._house.conversations.visit_chat, self._visitor.visit_id
        await chat.say(self._visitor, visit_id, "A borborygmus again.", new_id("drf"))
        await self._house.visit_records.notes.keep(
            self._room, visit_id, "A xanthoma, seen by video."
        )
        host = await self._house.calls.seats.host(self._room.staff, self._ids["call_id"])
        await self._house.calls.whiteboard.open(host)
        words = {"kind": "words", "line": "a", "ink": "blue", "at": [40, 60], "words": "Two a day"}
        board = self._house.calls.whiteboard
        await board.draw(host, marks_of(json.dumps([words])))
        picture = Picture("image/jpeg", jpeg(64, 48, (10, 90, 200)))
        patient_id = self._ids["patient_id"]
        self._ids["number"] = str(await board.lay_ground(host, patient_id, picture))

    async def _files(self) -> None:
        transfers, visit_id = self._house.transfers.exchange, self._visitor.visit_id
        content = jpeg(64, 48, (120, 60, 20))
        chosen = Chosen("quetzal plan.jpg", "image/jpeg", len(content))
        unfinished = Chosen("quetzal unfinished.jpg", "image/jpeg", 1_000)
        offered = await transfers.offer(self._room, visit_id, unfinished)
        sending = await transfers.send_own(self._visitor, unfinished)
        given = await transfers.offer(self._room, visit_id, chosen)
        got = await transfers.send_own(self._visitor, chosen)
        await transfers.accept(self._visitor, given.id)
        for name, access, one, sent in (
            ("offered", self._room, offered, b""),
            ("sending", self._visitor, sending, b""),
            ("given", self._room, given, content),
            ("got", self._visitor, got, content),
        ):
            holder, transfer = await transfers.sender(access, one.id)
            announced = Announced(transfer.name, transfer.size)
            upload = await transfers.begin_upload(holder, transfer, announced)
            self._ids |= {name: one.id, f"{name}_upload": upload.id}
            if sent:
                await self._house.files.uploads.append(holder, upload.id, 0, pieces(sent))
        self._ids["asked"] = (await transfers.ask(self._room, visit_id)).id
        await do_jobs(self._house)
