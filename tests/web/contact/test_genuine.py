"""“Is this message from us?”: what its links say, and that nobody learns who is a patient."""

import httpx
import pytest

from bedside.notifications.genuine import Verdict, check
from tests.house import House
from tests.notifications.plans.planning import contact

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R8")]

BASE = "https://care.riverside.example"


@pytest.mark.parametrize(
    "text",
    [
        f"{BASE}/l/abc",
        f"Riverside Clinic: open it by 3 May: {BASE}/l/a-b_c. Questions? Call 0800 1.",
        f"<{BASE}/visit/vis_01?door=x>",
        f"({BASE}:443/r/reception)",
        "HTTPS://CARE.Riverside.Example/l/abc",
        "care.riverside.example/l/abc",
        "https://care.riverside.example./l/abc",
        f"“{BASE}/l/x”, and write to maya@patients.example",
    ],
)
def test_links_that_lead_here(text: str) -> None:
    assert check(text, BASE).verdict is Verdict.OURS


@pytest.mark.parametrize(
    "text",
    [
        "https://care.riverside.example.evil.example/l/abc",
        "https://evil.example/care.riverside.example/l/abc",
        "https://care.riverside.example@evil.example/l/abc",
        "https://maya:x@care.riverside.example/l/abc",
        "https://care-riverside.example/l/abc",
        "https://riverside.example/l/abc",
        "http://care.riverside.example/l/abc",
        "https://care.riverside.example:8443/l/abc",
        "https://care.riverside.example:99999/l",
        "https://cаre.riverside.example/l/abc",  # a Cyrillic “а”
        "https://care。riverside。example/l/abc",
        "https://care.riverside.example\\@evil.example/l",
        "https://care.riverside\u200b.example/l/abc",
        "https://care.riverside.example/\u202elmth",
        "bit.ly/3xyzabc",
        "www.riverside.example",
        "ftp://care.riverside.example/l",
        "https://[::1/l",
        "//care.riverside.example.evil.example/l/x",
        f"{BASE}/l/abc and https://evil.example/l/abc",
        "evil.example\\l\\abc",
    ],
)
def test_links_that_do_not(text: str) -> None:
    found = check(text, BASE)
    assert found.verdict is Verdict.NOT_OURS
    assert all(host.isascii() for host in found.elsewhere)


@pytest.mark.parametrize(
    "text",
    ["", "Your parcel waits", "Call 0800.123.45", "maya@patients.example", "On 3.5.26 at 10.30"],
)
def test_messages_without_a_link(text: str) -> None:
    assert check(text, BASE).verdict is Verdict.NO_LINK


def test_a_very_long_text_is_cut() -> None:
    assert check("x " * 100_000, BASE).verdict is Verdict.NO_LINK
    assert len(check("https://" + "e" * 3_000 + ".example/l", BASE).elsewhere[0]) <= 100


async def test_the_page_tells_how_and_checks(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    address = f"/from-us/{quick_house.clinic.id}"
    page = (await visitor.get(address)).text
    assert "Riverside Clinic" in page
    assert "http://localhost:8080/" in page
    bad = await visitor.post(address, data={"message": "<b>see https://evil.example/l/x"})
    assert (bad.status_code, "not from us" in bad.text) == (200, True)
    assert "<b>see" not in bad.text
    good = await visitor.post(address, data={"message": "http://localhost:8080/l/x"})
    assert "leads to us" in good.text
    assert "no link" in (await visitor.post(address, data={"message": "hello"})).text
    assert (await visitor.get("/from-us/cli_unknown")).status_code == 404


async def test_with_several_clinics_the_short_address_names_none(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    page = (await visitor.get("/from-us")).text
    assert "Riverside" not in page
    assert "http://localhost:8080/" in page


async def test_the_answer_is_the_same_whoever_is_a_patient(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    message = {"message": "heron +46701740605 maya@patients.example http://localhost:8080/l/x"}
    before = await visitor.post("/from-us", data=message)
    await contact(quick_house, code_word="heron")
    assert (await visitor.post("/from-us", data=message)).text == before.text


async def test_the_reader_s_language_comes_before_the_clinic_s(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    here = f"/from-us/{quick_house.clinic.id}"
    german = {"accept-language": "de"}
    assert 'lang="de"' in (await visitor.get(here, headers=german)).text
    assert 'lang="en"' in (await visitor.get(here)).text
