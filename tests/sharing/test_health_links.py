"""A link is opened by a receiver that knows the specification only."""

import asyncio
import json
import re
from base64 import b64decode

import httpx
import pytest

from bedside.audit import Action
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.people.permissions import NotShared
from bedside.people.record_parts import Part
from bedside.sharing.serving import MOST_WRONG, TICKET_LASTS
from bedside.sharing.shares import MOST_FILES
from bedside.web.app import create_app
from tests.hostile import builders
from tests.house import House, at_the_door
from tests.peers.shl_client import (
    decrypted,
    payload_of,
    receive,
    request_manifest,
    unbase64url,
)
from tests.requests.sending import jpeg
from tests.sharing.people import given, proxy, share, signed_in, wanted
from tests.web.pages import lines

pytestmark = [pytest.mark.anyio, pytest.mark.feature("P5")]

PASSCODE = "4711 rain"
OF_THE_SPECIFICATION = {
    # The example of a payload in the guide.
    "link": "https://viewer.example.org#shlink:/eyJ1cmwiOiJodHRwczovL2Voci5leGFtcGxlLm9yZy9xci9ZOXh"
    "3a1VkdG1OOXd3b0pvTjNmZkpJaFgyVUd2Q0wxSm5sUFZOTDNrRFdNL20iLCJmbGFnIjoiTFAiLCJrZXkiOiJyeFRnWWxP"
    "YUtKUEZ0Y0VkMHFjY2VOOHdFVTRwOTRTcUF3SVdRZTZ1WDdRIiwibGFiZWwiOiJCYWNrLXRvLXNjaG9vbCBpbW11bml6Y"
    "XRpb25zIGZvciBPbGl2ZXIgQnJvd24ifQ",
    "key": "rxTgYlOaKJPFtcEd0qcceN8wEU4p94SqAwIWQe6uX7Q",
}


@pytest.fixture
async def receiver(quick_house: House) -> httpx.AsyncClient:
    """An app of somebody else: no cookies, and none of Bedside's headers."""
    transport = httpx.ASGITransport(create_app(quick_house.services))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8080")


def test_the_receiver_reads_the_example_of_the_specification() -> None:
    payload = payload_of(OF_THE_SPECIFICATION["link"])
    assert payload["key"] == OF_THE_SPECIFICATION["key"]
    assert payload["flag"] == "LP"


async def test_a_receiver_opens_a_link(quick_house: House, receiver: httpx.AsyncClient) -> None:
    pdf = builders.simple_pdf()
    letter = await given(quick_house, "letter.pdf", pdf)
    photo = await given(quick_house, "knee.jpg", jpeg())
    share_id, link = await share(quick_house, letter, photo)

    got = await receive(receiver, link, "Dr Ekström, Uppsala", passcode=PASSCODE)

    assert {h["enc"] for h in got.headers} == {"A256GCM"}
    attachments = [_attachment(one) for one in got.resources]
    assert [a["contentType"] for a in attachments] == ["application/pdf", "image/jpeg"]
    assert attachments[0]["title"] == "letter.pdf"
    assert b64decode(attachments[0]["data"]) == pdf
    assert b64decode(attachments[1]["data"])[:3] == b"\xff\xd8\xff"
    assert attachments[0]["size"] == len(pdf)
    reference = got.resources[0]["entry"][0]["resource"]
    assert reference["subject"]["display"] == "Maya Lindqvist"
    assert got.manifest["list"]["source"]["display"] == "Riverside Clinic"
    opened = (await quick_house.sharing.links.one(signed_in(quick_house), share_id)).openings
    assert [(o.recipient, o.files_read) for o in opened] == [("Dr Ekström, Uppsala", 2)]
    assert (await lines(quick_house, Action.SHARE_OPENED))[0].patient_id == (
        quick_house.patients[0].id
    )
    assert len(await lines(quick_house, Action.SHARE_READ)) == 2


def _attachment(bundle: dict) -> dict:
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    (entry,) = bundle["entry"]
    assert entry["resource"]["resourceType"] == "DocumentReference"
    return entry["resource"]["content"][0]["attachment"]


async def test_the_payload_is_what_the_specification_says(quick_house: House) -> None:
    letter = await given(quick_house)
    _, link = await share(quick_house, letter, label="Knee, before the operation: 王芳 Đỗ")
    assert link.startswith("shlink:/")
    payload = payload_of(link)
    assert len(payload["url"]) <= 128
    assert len(payload["key"]) == 43
    assert len(unbase64url(payload["key"])) == 32
    assert len(re.findall(r"[\w-]{43}", payload["url"])) == 1, "256 bits in the address"
    assert payload["flag"] == "P"
    assert payload["label"] == "Knee, before the operation: 王芳 Đỗ"
    assert abs(payload["exp"] * 1000 - clock.now() - 14 * clock.DAY) < 60_000
    assert payload["v"] == 1
    _, open_to_all = await share(quick_house, letter, passcode="")
    assert "flag" not in payload_of(open_to_all)


async def test_small_files_are_embedded_if_the_receiver_likes(
    quick_house: House, receiver: httpx.AsyncClient
) -> None:
    letter = await given(quick_house)
    _, link = await share(quick_house, letter, passcode="")
    got = await receive(receiver, link, "Dr E", embeddedLengthMax=100_000)
    assert "location" not in got.manifest["files"][0]
    length = len(got.manifest["files"][0]["embedded"])
    exactly = await receive(receiver, link, "Dr E", embeddedLengthMax=length)
    assert "embedded" in exactly.manifest["files"][0]
    for too_small in (length - 1, 0, -5):
        got = await receive(receiver, link, "Dr E", embeddedLengthMax=too_small)
        assert "embedded" not in got.manifest["files"][0]


async def test_no_two_files_are_encrypted_with_one_nonce(
    quick_house: House, receiver: httpx.AsyncClient
) -> None:
    letter = await given(quick_house)
    _, link = await share(quick_house, letter, passcode="")
    nonces = set()
    for _ in range(3):
        manifest = (await request_manifest(receiver, link, "Dr E")).json()
        for _ in range(2):
            jwe = (await receiver.get(manifest["files"][0]["location"])).text
            nonces.add(jwe.split(".")[2])
            decrypted(jwe, payload_of(link)["key"])
    assert len(nonces) == 6


async def test_wrong_passcodes_are_counted_over_the_whole_life(
    quick_house: House, receiver: httpx.AsyncClient
) -> None:
    letter = await given(quick_house)
    share_id, link = await share(quick_house, letter)
    missing = await request_manifest(receiver, link, "Dr E")
    assert (missing.status_code, missing.json()) == (401, {"remainingAttempts": MOST_WRONG})
    for left in range(MOST_WRONG - 1, 0, -1):
        wrong = await request_manifest(receiver, link, "Dr E", passcode="0000")
        assert (wrong.status_code, wrong.json()) == (401, {"remainingAttempts": left})
    right = await request_manifest(receiver, link, "Dr E", passcode=PASSCODE)
    assert right.status_code == 200, "what was wrong before does not end it"
    last = await request_manifest(receiver, link, "Dr E", passcode="0000")
    assert (last.status_code, last.json()) == (401, {"remainingAttempts": 0})
    gone = await request_manifest(receiver, link, "Dr E", passcode=PASSCODE)
    assert gone.status_code == 404
    details = await quick_house.sharing.links.one(signed_in(quick_house), share_id)
    assert (details.share.is_open, details.share.ended_why) == (False, "passcodes")
    assert len(details.openings) == 1


async def test_guesses_at_the_same_time_are_counted_one_by_one(house: House) -> None:
    letter = await given(house)
    _, link = await share(house, letter)
    async with at_the_door(create_app(house.services)) as http:
        answers = await asyncio.gather(
            *(request_manifest(http, link, "Eve", passcode=f"{n:04}") for n in range(20))
        )
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == MOST_WRONG
    assert statuses.count(404) == 20 - MOST_WRONG


@pytest.mark.parametrize("how", ["ended", "expired"])
async def test_what_is_over_is_not_found(
    quick_house: House, receiver: httpx.AsyncClient, how: str
) -> None:
    letter = await given(quick_house)
    share_id, link = await share(quick_house, letter, passcode="")
    manifest = (await request_manifest(receiver, link, "Dr E")).json()
    location = manifest["files"][0]["location"]
    if how == "ended":
        await quick_house.sharing.links.end(signed_in(quick_house), share_id)
        await quick_house.sharing.links.end(signed_in(quick_house), share_id)
    with clock.shifted(15 * clock.DAY if how == "expired" else 0):
        assert (await request_manifest(receiver, link, "Dr E")).status_code == 404
        assert (await receiver.get(location)).status_code == 404
        await quick_house.sharing.links.end_expired()
        details = await quick_house.sharing.links.one(signed_in(quick_house), share_id)
    assert details.link == ""
    assert details.share.ended_why == ("patient" if how == "ended" else "date")
    assert len(await lines(quick_house, Action.SHARE_ENDED)) == 1


async def test_locations_are_short_lived_and_for_one_file(
    quick_house: House, receiver: httpx.AsyncClient
) -> None:
    letter, photo = await given(quick_house), await given(quick_house, "knee.jpg", jpeg())
    unshared = await given(quick_house, "private.pdf")
    _, link = await share(quick_house, letter, photo, passcode="")
    manifest = (await request_manifest(receiver, link, "Dr E")).json()
    location = manifest["files"][0]["location"]
    assert payload_of(link)["url"].rsplit("/", 1)[1] not in location, "it may be in a log"
    assert (await receiver.get(location)).status_code == 200
    for changed in (
        location.replace(letter, photo),
        location.replace(letter, unshared),
        location[:-1] + ("A" if location[-1] != "A" else "B"),
        re.sub(r"\.(\d{10})\.", r".9999999999.", location),
        re.sub(r"\.(\d{10})\.", r".²٣٤.", location),
        location + ".x",
        location.rsplit("/", 1)[0] + "/....",
    ):
        assert (await receiver.get(changed)).status_code == 404, changed
    with clock.shifted(TICKET_LASTS + 2_000):
        assert (await receiver.get(location)).status_code == 404
    assert TICKET_LASTS <= clock.HOUR


async def test_what_leaves_the_patients_view_leaves_the_link(
    quick_house: House, receiver: httpx.AsyncClient
) -> None:
    letter, photo = await given(quick_house), await given(quick_house, "knee.jpg", jpeg())
    _, link = await share(quick_house, letter, photo, passcode="")
    manifest = (await request_manifest(receiver, link, "Dr E")).json()
    await quick_house.charts.reports.by_patient(signed_in(quick_house), letter, "not_mine", "")
    assert (await receiver.get(manifest["files"][0]["location"])).status_code == 404
    assert len((await request_manifest(receiver, link, "Dr E")).json()["files"]) == 1
    await quick_house.charts.reports.by_patient(signed_in(quick_house), photo, "wrong", "")
    assert (await request_manifest(receiver, link, "Dr E")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"recipient": 5}',
        b'{"recipient": ""}',
        b'{"recipient": "\\u200b"}',
        b'{"recipient": "Dr E", "passcode": {"a": 1}}',
        b'{"recipient": null}',
        b"[" * 9_000,
    ],
)
async def test_strange_requests_open_nothing(
    quick_house: House, receiver: httpx.AsyncClient, body: bytes
) -> None:
    letter = await given(quick_house)
    share_id, link = await share(quick_house, letter)
    headers = {"content-type": "application/json"}
    answer = await receiver.post(payload_of(link)["url"], content=body, headers=headers)
    assert answer.status_code in (401, 415, 422), answer.text
    assert not (await quick_house.sharing.links.one(signed_in(quick_house), share_id)).openings


async def test_pages_of_other_sites_may_open_links(
    quick_house: House, receiver: httpx.AsyncClient
) -> None:
    letter = await given(quick_house)
    _, link = await share(quick_house, letter, passcode="")
    foreign = {"origin": "https://viewer.example.org", "sec-fetch-site": "cross-site"}
    url = payload_of(link)["url"]
    asked = await receiver.options(url, headers=foreign)
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "content-type" in asked.headers["access-control-allow-headers"]
    answer = await receiver.post(url, json={"recipient": "Dr E"}, headers=foreign)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    file = await receiver.get(answer.json()["files"][0]["location"], headers=foreign)
    assert file.headers["access-control-allow-origin"] == "*"


async def test_who_may_share(house: House) -> None:
    letter = await given(house)
    other = await given(house, patient=1)
    staff_only = await given(house, "internal.pdf", channel="staff_upload")
    links = house.sharing.links
    for parts in ((), (Part.FILES,), (Part.SHARING,)):
        with pytest.raises(NotShared):
            await links.create(proxy(house, *parts), wanted(house, letter))
    mother = proxy(house, Part.FILES, Part.SHARING)
    share_id = await links.create(mother, wanted(house, letter))
    assert [one.by_kind for one in await links.listed(signed_in(house))] == ["proxy"]
    with pytest.raises(NotFound):
        await links.one(signed_in(house, 1), share_id)
    with pytest.raises(NotFound):
        await links.end(signed_in(house, 1), share_id)
    for not_theirs in (other, staff_only, "ent_nothing"):
        with pytest.raises(WrongInput):
            await links.create(signed_in(house), wanted(house, letter, not_theirs))


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"label": "x" * 81}, "label"),
        ({"passcode": "123"}, "passcode"),
        ({"passcode": "x" * 41}, "passcode"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ],
)
async def test_wrong_input_says_where(
    quick_house: House, other: dict[str, object], field: str
) -> None:
    letter = await given(quick_house)
    with pytest.raises(WrongInput) as wrong:
        await quick_house.sharing.links.create(
            signed_in(quick_house), wanted(quick_house, letter, **other)
        )
    assert wrong.value.field == field


async def test_files_have_to_be_chosen_and_not_too_many(quick_house: House) -> None:
    links, patient = quick_house.sharing.links, signed_in(quick_house)
    for chosen in ((), tuple(f"ent_{n}" for n in range(MOST_FILES + 1))):
        with pytest.raises(WrongInput):
            await links.create(patient, wanted(quick_house, *chosen))


async def test_a_share_that_is_sent_twice_is_made_once(house: House) -> None:
    letter = await given(house)
    links, patient = house.sharing.links, signed_in(house)
    draft = wanted(house, letter)
    made = await asyncio.gather(*(links.create(patient, draft) for _ in range(4)))
    assert set(made) == {draft.id}
    assert len(await links.listed(patient)) == 1


async def test_neither_key_nor_secret_is_readable_in_the_database(quick_house: House) -> None:
    letter = await given(quick_house)
    _, link = await share(quick_house, letter)
    payload = payload_of(link)
    secret = payload["url"].rsplit("/", 1)[1]
    stored = b"".join(
        path.read_bytes() for path in quick_house.services.settings.data.glob("bedside.db*")
    )
    for word in (payload["key"], secret, PASSCODE, payload["label"]):
        assert word.encode() not in stored
        assert json.dumps(word).strip('"').encode() not in stored


async def test_an_ended_share_has_no_key_any_more(house: House) -> None:
    letter = await given(house)
    share_id, _ = await share(house, letter)
    await house.sharing.links.end(signed_in(house), share_id)
    (kept,) = await house.sharing.links.listed(signed_in(house))
    assert (kept.id, kept.is_open, kept.has_passcode) == (share_id, False, False)


async def test_the_patient_reads_the_passcode_while_the_link_is_open(house: House) -> None:
    letter = await given(house)
    share_id, _ = await share(house, letter)
    links = house.sharing.links
    assert (await links.one(signed_in(house), share_id)).passcode == PASSCODE
    await links.end(signed_in(house), share_id)
    assert (await links.one(signed_in(house), share_id)).passcode == ""
