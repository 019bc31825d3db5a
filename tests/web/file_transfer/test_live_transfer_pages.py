"""Files in transfer: what a colleague of the sender sees and may do, and what a patient reads."""

import httpx
import pytest

from bedside.files.announcing import Announced
from bedside.transfers.options import TransferOptions
from bedside.transfers.service import Chosen
from tests.calls.calling import Ward
from tests.house import House
from tests.requests.sending import jpeg, pieces
from tests.web.pages import FRAGMENT, enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("X2")]

TUS = {"tus-resumable": "1.0.0", "upload-length": "7", "accept": "application/json"}


async def test_a_colleague_sees_who_sends_and_is_told_why_they_cannot(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    ward = Ward(quick_house)
    patient, room = await ward.wait(), await ward.room()
    chosen = Chosen("care.pdf", "application/pdf", 7)
    offered = await ward.transfers.exchange.offer(room, patient.visit_id, chosen)
    base = f"/visits/{patient.visit_id}/transfers"

    await enter(visitor, quick_house, quick_house.here.clinician)
    listed = (await visitor.get(f"{base}/list", headers=FRAGMENT)).text
    assert '<p class="strong">To the patient</p>' in listed
    begun = await visitor.post(f"{base}/{offered.id}/uploads", headers=TUS)
    assert begun.status_code == 201

    await enter(visitor, quick_house)
    listed = (await visitor.get(f"{base}/list", headers=FRAGMENT)).text
    assert '<p class="strong">To the patient, from Dr Amara Okafor</p>' in listed
    refused = await visitor.post(f"{base}/{offered.id}/uploads", headers=TUS)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_the_sender")
    assert refused.json()["sentence"].startswith("A colleague has offered this file")
    taken_over = await visitor.head(begun.headers["location"], headers=TUS)
    assert taken_over.status_code == 403


@pytest.mark.feature("X5")
async def test_a_patient_may_leave_only_where_the_file_is_kept(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    ward, content = Ward(quick_house), jpeg()
    patient = await ward.wait()
    chosen = Chosen("hand.jpg", "image/jpeg", len(content))
    sent = await ward.transfers.exchange.send_own(patient, chosen)
    holder, transfer = await ward.transfers.exchange.sender(patient, sent.id)
    announced = Announced("hand.jpg", len(content))
    upload = await ward.transfers.exchange.begin_upload(holder, transfer, announced)
    await ward.files.uploads.append(holder, upload.id, 0, pieces(content))  # nothing scans it yet

    visitor.cookies.set("bedside-visitor", ward.tokens[patient.visit_id])
    listing = f"/visit/{patient.visit_id}/transfers/list"
    assert "You may leave this page." in (await visitor.get(listing, headers=FRAGMENT)).text
    async with quick_house.database.unit_of_work() as work:
        actor = quick_house.here.administrator.actor
        await ward.people.clinics.change(
            work, actor, quick_house.clinic.id, TransferOptions(keep_unfinished_files=False)
        )
    said = (await visitor.get(listing, headers=FRAGMENT)).text
    assert "Keep this page open." in said
    assert "You may leave this page." not in said
