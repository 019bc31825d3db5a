"""A patient whose network fails in the middle of a download has not downloaded the file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from bedside.files.announcing import Announced
from bedside.people.permissions import RoomAccess, VisitorAccess
from bedside.transfers.service import Chosen
from bedside.transfers.states import Phase
from tests.calls.calling import Ward
from tests.edge.tus import words
from tests.house import House, serving
from tests.peers.ports import PATIENCE, free_port
from tests.requests.sending import do_jobs, pieces

pytestmark = [pytest.mark.anyio, pytest.mark.feature("X6")]

CONTENT = words(24 << 20)
"""More than the buffers of two sockets hold."""


async def _accepted(ward: Ward, patient: VisitorAccess, room: RoomAccess) -> str:
    """Let the patient accept a file of staff, so that it can be downloaded. Returns the
    transfer."""
    chosen = Chosen("large.txt", "text/plain", len(CONTENT))
    offered = await ward.transfers.exchange.offer(room, patient.visit_id, chosen)
    holder, transfer = await ward.transfers.exchange.sender(room, offered.id)
    announced = Announced(chosen.name, chosen.size)
    upload = await ward.transfers.exchange.begin_upload(holder, transfer, announced)
    await ward.files.uploads.append(holder, upload.id, 0, pieces(CONTENT))
    await ward.transfers.exchange.accept(patient, offered.id)
    await do_jobs(ward.house)
    return offered.id


async def test_a_file_is_downloaded_when_all_of_it_was_fetched(quick_house: House) -> None:
    ward, got = Ward(quick_house), bytearray()
    patient, room = await ward.wait(), await ward.room()
    transfer_id = await _accepted(ward, patient, room)
    cookies = {"bedside-visitor": ward.tokens[patient.visit_id]}
    address = f"/visit/{patient.visit_id}/transfers/{transfer_id}/file"

    async with _phone(quick_house, cookies) as phone, phone.stream("GET", address) as answer:
        async for piece in answer.aiter_bytes():
            got += piece
            if len(got) > 1 << 20:
                break  # the connection is closed with most of it in transit
    shown = await ward.transfers.lists.one(patient, transfer_id)
    assert shown.phase is Phase.READY

    async with _phone(quick_house, cookies) as phone:
        rest = await phone.get(address, headers={"range": f"bytes={len(got)}-"})
    assert bytes(got) + rest.content == CONTENT
    shown = await ward.transfers.lists.one(patient, transfer_id)
    assert shown.phase is Phase.DONE


@asynccontextmanager
async def _phone(house: House, cookies: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    """Run a phone and a server, which finishes at the end everything it has begun."""
    async with (
        serving(house.services, free_port()) as url,
        httpx.AsyncClient(base_url=url, cookies=cookies, timeout=PATIENCE) as phone,
    ):
        yield phone
