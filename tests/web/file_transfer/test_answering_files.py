"""Files that a patient answers, and what staff ask for: words, order of buttons, looking."""

import re

import httpx
import pytest

from bedside.files.announcing import Announced
from bedside.transfers.chosen import WANTED_MAX, Chosen
from tests.calls.calling import Ward
from tests.house import House
from tests.requests.sending import do_jobs, jpeg, pieces
from tests.web.pages import FRAGMENT, enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("X2", "X4")]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Insurance card", "Insurance card"),
        ("  the letter \n of Dr Böhm ", "the letter of Dr Böhm"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("ä" * 200, "ä" * WANTED_MAX),
        ("بطاقة التأمين", "بطاقة التأمين"),
    ],
)
async def test_a_request_says_what_for(
    quick_house: House, visitor: httpx.AsyncClient, typed: str, read: str
) -> None:
    ward = Ward(quick_house)
    patient = await ward.wait()
    base = f"/visits/{patient.visit_id}/transfers"
    await enter(visitor, quick_house, quick_house.here.clinician)
    asked = await visitor.post(f"{base}/ask", data={"kind": "file", "wanted": typed})
    assert asked.status_code == 303
    visitor.cookies.set("bedside-visitor", ward.tokens[patient.visit_id])
    listing = f"/visit/{patient.visit_id}/transfers/list"
    shown = (await visitor.get(listing, headers=FRAGMENT)).text
    assert f'<p class="transfer-wanted">{read}</p>' in shown
    assert "asks you for a file" in shown
    labels = ("Choose a file", "Take a photo", "No thanks")
    assert sorted(labels, key=shown.index) == list(labels)

    [asked_for] = await ward.transfers.lists.of_visit(patient, patient.visit_id)
    await ward.transfers.exchange.answer(patient, asked_for.id, Chosen("a.jpg", "image/jpeg", 9))
    [answered] = await ward.transfers.lists.of_visit(patient, patient.visit_id)
    assert (answered.name, answered.wanted) == ("a.jpg", asked_for.wanted)


async def test_all_offers_are_accepted_at_once_and_what_is_over_is_past(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    ward = Ward(quick_house)
    patient, room = await ward.wait(), await ward.room()
    exchange, at = ward.transfers.exchange, f"/visit/{patient.visit_id}/transfers"
    visitor.cookies.set("bedside-visitor", ward.tokens[patient.visit_id])
    offers = [await exchange.offer(room, patient.visit_id, _chosen("1.pdf"))]
    assert "Accept all" not in (await visitor.get(f"{at}/list", headers=FRAGMENT)).text
    offers += [await exchange.offer(room, patient.visit_id, _chosen(f"{n}.pdf")) for n in (2, 3)]
    await exchange.decline(patient, offers[2].id)
    await exchange.send_own(patient, _chosen("mine.pdf"))
    shown = (await visitor.get(f"{at}/list", headers=FRAGMENT)).text
    assert shown.count("Accept all") == 1
    assert "sent you a file" in shown
    assert re.search("Accept</span>.*?No thanks</span>", shown, re.DOTALL)

    assert (await visitor.post(f"{at}/accept")).status_code == 303
    found = await ward.transfers.lists.of_visit(room, patient.visit_id)
    phases = {one.id: one.phase for one in found}
    assert [phases[one.id] for one in offers] == ["moving", "moving", "declined"]
    assert (await visitor.post(f"{at}/accept")).status_code == 303  # twice is once


def _chosen(name: str) -> Chosen:
    return Chosen(name, "application/pdf", 100)


async def test_only_what_is_scanned_and_accepted_is_looked_at(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    ward, content = Ward(quick_house), jpeg()
    patient, room = await ward.wait(), await ward.room()
    exchange = ward.transfers.exchange
    chosen = Chosen("hand.jpg", "image/jpeg", len(content))
    offered = await exchange.offer(room, patient.visit_id, chosen)
    visitor.cookies.set("bedside-visitor", ward.tokens[patient.visit_id])
    one = f"/visit/{patient.visit_id}/transfers/{offered.id}"
    for page in ("/look", "/look/picture?form=preview"):
        assert (await visitor.get(one + page)).status_code == 409  # not here, not accepted
    holder, transfer = await exchange.sender(room, offered.id)
    upload = await exchange.begin_upload(holder, transfer, Announced("hand.jpg", len(content)))
    await ward.files.uploads.append(holder, upload.id, 0, pieces(content))
    await exchange.accept(patient, offered.id)
    for page in ("/look", "/look/picture?form=preview"):
        assert (await visitor.get(one + page)).status_code == 409  # not scanned
    await do_jobs(quick_house)

    assert (await visitor.get(f"{one}/look", headers=FRAGMENT)).status_code == 200
    seen = await visitor.get(f"{one}/look/picture?form=preview")
    assert seen.status_code == 200
    assert seen.headers["content-type"] == "image/jpeg"
    assert seen.headers["content-disposition"].startswith("inline")
    assert "sandbox" in seen.headers["content-security-policy"]
    assert "no-store" in seen.headers["cache-control"]
    for form in ("original", "thumbnail", "blanked", "page-9", "../file", "ocr-1", "x" * 999):
        answer = await visitor.get(f"{one}/look/picture", params={"form": form})
        # A form that is no picture gives the version for others, or nothing: never the original.
        assert answer.status_code in (200, 404), form
        assert b"quetzal" not in answer.content
    # Looking is no download: the transfer is not over.
    [now] = await ward.transfers.lists.of_visit(patient, patient.visit_id)
    assert now.phase == "ready"


async def test_the_end_page_lists_the_files(quick_house: House, visitor: httpx.AsyncClient) -> None:
    ward = Ward(quick_house)
    patient, room = await ward.wait(), await ward.room()
    exchange = ward.transfers.exchange
    await exchange.offer(room, patient.visit_id, _chosen("never answered.pdf"))
    declined = await exchange.offer(room, patient.visit_id, _chosen("not wanted.pdf"))
    await exchange.decline(patient, declined.id)
    await exchange.ask(room, patient.visit_id, wanted="Insurance card")
    await ward.visits.waiting_room.leave(patient)
    visitor.cookies.set("bedside-visitor", ward.tokens[patient.visit_id])
    page = (await visitor.get(f"/visit/{patient.visit_id}")).text
    listed = page[page.index("Files of this visit") :]
    for name, said in (
        ("never answered.pdf", "You did not get it before the visit ended."),
        ("not wanted.pdf", "You did not want it."),
        ("Insurance card", "It did not arrive."),
    ):
        assert said in listed[listed.index(name) :][:200]
