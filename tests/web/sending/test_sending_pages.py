"""The patient's page “Send files”: with a form, by tus, and who may."""

import base64
import re

import httpx
import pytest

from bedside.accounts.levels import Level, Relation
from bedside.charts.channels import Channel
from bedside.charts.records import ChartFilter, Entry
from bedside.files import upload_rows
from bedside.kernel import clock
from bedside.web.app import create_app
from tests.accounts.people import side_of
from tests.accounts.people import signed_in as device_of
from tests.accounts.test_proxies import BORN, MOTHER
from tests.house import House, at_the_door
from tests.requests.sending import do_jobs, jpeg
from tests.web.charts.chart_files import EICAR
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio]
TUS = {"Tus-Resumable": "1.0.0", "Accept": "application/json"}
BODY = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
async def phone(quick_house: House) -> httpx.AsyncClient:
    """The phone of the first patient, signed in to the app."""
    return await phone_of(quick_house)


async def phone_of(house: House, patient: int = 0) -> httpx.AsyncClient:
    """Return the phone of a patient, signed in to the app."""
    client = at_the_door(create_app(house.services))
    client.cookies.set("bedside-app", (await device_of(house, patient)).token)
    return client


def app(house: House, path: str = "", patient: int = 0) -> str:
    """Return an address of a patient's app."""
    return f"/app/{house.patients[patient].id}{path}"


async def chart_of(house: House) -> list[Entry]:
    """Return what the first patient's chart has."""
    return await house.charts.contents.entries(await house.chart(0), ChartFilter())


async def owner_of(house: House, phone: httpx.AsyncClient) -> str:
    """Return whose phone it is, as its pages say."""
    page = (await phone.get(app(house, "/send"))).text
    return re.findall(r'data-drafts-owner="(acc_\w+)"', page)[0]


def metadata(**said: str) -> str:
    """Return metadata as tus writes it."""
    pairs = {key: base64.b64encode(value.encode()).decode() for key, value in said.items()}
    return ",".join(f"{key} {value}" for key, value in pairs.items())


async def begin(
    house: House, phone: httpx.AsyncClient, content: bytes, **said: str
) -> httpx.Response:
    """Announce a file."""
    owner = said.pop("owner", "") or await owner_of(house, phone)
    headers = {
        **TUS,
        "Upload-Length": str(len(content)),
        "Upload-Metadata": metadata(owner=owner, **said),
    }
    return await phone.post(app(house, "/uploads"), headers=headers)


async def patch(
    phone: httpx.AsyncClient, address: str, content: bytes, offset: int = 0
) -> httpx.Response:
    """Send bytes from an offset on."""
    headers = {**BODY, "Upload-Offset": str(offset)}
    return await phone.patch(address, headers=headers, content=content)


@pytest.mark.feature("P1", "F1", "F7")
async def test_a_form_without_script_sends_files_with_a_comment(
    quick_house: House, phone: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    page = (await phone.get(app(quick_house, "/send"))).text
    assert "Send files to the clinic" in page
    sent = await phone.post(
        app(quick_house, "/send"),
        data={"category": "imaging", "comment": "From the other hospital."},
        files=[("file", ("knee.jpg", jpeg(), "image/jpeg"))],
    )
    assert (sent.status_code, sent.headers["location"]) == (303, app(quick_house, "/send"))
    assert "At the clinic, is being checked" in (await phone.get(app(quick_house, "/send"))).text
    await do_jobs(quick_house)
    (entry,) = await chart_of(quick_house)
    assert (entry.channel, entry.category, entry.comment, entry.reviewed) == (
        Channel.PATIENT_UPLOAD,
        "imaging",
        "From the other hospital.",
        False,
    )
    listed = (await phone.get(app(quick_house, "/send/list"))).text
    assert "knee.jpg" in listed
    assert "is being checked" not in listed
    assert "knee.jpg" in (await phone.get(app(quick_house, "/files"))).text
    await enter(visitor, quick_house)
    assert "From the other hospital." in (await visitor.get("/inbox")).text
    shown = await visitor.get(f"/patients/{quick_house.patients[0].id}/entries/{entry.id}")
    assert "from Maya Lindqvist, upload by patient" in shown.text


@pytest.mark.feature("P8", "F14")
async def test_a_file_is_resumed_and_its_receipt_lasts(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    content = jpeg()
    begun = await begin(quick_house, phone, content, filename="knee.jpg", category="patient_photo")
    assert begun.status_code == 201
    address = begun.headers["location"]
    assert address.startswith(app(quick_house, "/uploads/upl_"))
    there = await phone.head(address, headers=TUS)
    assert there.headers["upload-offset"] == "0"
    assert (await patch(phone, address, content)).status_code == 204
    with clock.shifted(upload_rows.RECEIPT_LASTS - clock.DAY):  # the answer was lost, the phone off
        await quick_house.files.uploads.expire()
    again = await phone.head(address, headers=TUS)
    assert again.headers["upload-offset"] == str(len(content))
    (entry,) = await chart_of(quick_house)
    assert (entry.name, entry.category) == ("knee.jpg", "patient_photo")
    cancelled = await phone.delete(address, headers=TUS)
    assert cancelled.status_code == 410  # the record stays
    assert len(await chart_of(quick_house)) == 1


@pytest.mark.feature("P8")
async def test_nobody_sends_what_somebody_else_has_chosen(
    quick_house: House, phone: httpx.AsyncClient
) -> None:
    content, other = jpeg(), await phone_of(quick_house, 1)
    owner = await owner_of(quick_house, phone)
    wrong = await begin(quick_house, phone, content, owner="acc_somebody")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "another_person")
    begun = await begin(quick_house, phone, content, filename="knee.jpg")
    address = begun.headers["location"]
    assert (await begin(quick_house, other, content, owner=owner)).status_code == 404
    assert (await other.head(address, headers=TUS)).status_code == 404
    assert (await patch(other, address, content)).status_code == 404
    moved = address.replace(quick_house.patients[0].id, quick_house.patients[1].id)
    assert (await patch(other, moved, content)).status_code == 404
    assert await chart_of(quick_house) == []


@pytest.mark.feature("F2", "F4", "F5")
async def test_what_is_not_accepted_says_why(quick_house: House, phone: httpx.AsyncClient) -> None:
    program = b"MZ" + bytes(2_000)
    begun = await begin(quick_house, phone, program, filename="knee.jpg")
    refused = await patch(phone, begun.headers["location"], program)
    assert refused.status_code == 415
    too_large = await phone.post(
        app(quick_house, "/uploads"),
        headers={
            **TUS,
            "Upload-Length": str(60_000_000),
            "Upload-Metadata": metadata(owner=await owner_of(quick_house, phone)),
        },
    )
    assert too_large.status_code == 413
    awkward = "../../etc/p\u00e4ss\u202ewd.txt"
    infected = await phone.post(
        app(quick_house, "/send"), files=[("file", (awkward, EICAR, "text/plain"))]
    )
    assert infected.status_code == 303
    await do_jobs(quick_house)
    listed = (await phone.get(app(quick_house, "/send/list"))).text
    assert "Not accepted" in listed
    assert "/etc/" not in listed
    form = await phone.post(app(quick_house, "/send"), files=[("file", ("a.exe", program))])
    assert form.status_code == 415
    nothing = await phone.post(app(quick_house, "/send"), files={"comment": (None, "Kept.")})
    assert (nothing.status_code, "Please choose a file first." in nothing.text) == (422, True)


@pytest.mark.feature("P4")
async def test_a_proxy_sends_and_the_chart_says_who(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    phone, grant = await mothers_phone(quick_house, Level.FULL)
    page = (await phone.get(app(quick_house, "/send"))).text
    assert "They go into the record of Maya Lindqvist" in page
    files = [("file", ("letter.jpg", jpeg(), "image/jpeg"))]
    sent = await phone.post(app(quick_house, "/send"), files=files)
    assert sent.status_code == 303
    await do_jobs(quick_house)
    (entry,) = await chart_of(quick_house)
    assert entry.sender_kind == "proxy"
    await enter(visitor, quick_house)
    shown = await visitor.get(f"/patients/{quick_house.patients[0].id}/entries/{entry.id}")
    assert "Eva Lindqvist, for Maya Lindqvist" in shown.text
    own = await phone_of(quick_house)
    assert "from Eva Lindqvist" in (await own.get(app(quick_house, "/send"))).text
    await quick_house.accounts.proxies.end(await side_of(quick_house), grant)
    assert (await phone.get(app(quick_house, "/send"))).status_code == 404


@pytest.mark.feature("P7")
async def test_a_proxy_who_sees_no_files_sends_none(quick_house: House) -> None:
    phone, _grant = await mothers_phone(quick_house, Level.LIMITED)
    home = (await phone.get(app(quick_house))).text
    assert "Send files" not in home
    assert (await phone.get(app(quick_house, "/send"))).status_code == 403
    owner = re.findall(r'data-drafts-owner="(acc_\w+)"', home)[0]
    assert (await begin(quick_house, phone, b"words", owner=owner)).status_code == 403
    files = [("file", ("letter.jpg", jpeg(), "image/jpeg"))]
    assert (await phone.post(app(quick_house, "/send"), files=files)).status_code == 403
    assert await chart_of(quick_house) == []


async def mothers_phone(house: House, level: Level) -> tuple[httpx.AsyncClient, str]:
    """Let the first patient's mother in; return her phone, and the grant."""
    grant, secret = await house.accounts.proxies.invite(await side_of(house), Relation.CARER, level)
    answer = await house.links.answer(secret, BORN, "192.0.2.9")
    link = await house.links.resume(answer.token, grant, "192.0.2.9")
    there = await house.accounts.proxies.accept(
        link, MOTHER, "192.0.2.9", device="a phone", own=True
    )
    client = at_the_door(create_app(house.services))
    client.cookies.set("bedside-app", there.token)
    return client, grant
