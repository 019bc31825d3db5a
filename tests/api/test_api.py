"""The JSON API: its answers, who gets them, and that it conforms to its own description."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from starlette.applications import Starlette

from bedside.api import api_routes
from bedside.audit import Action
from bedside.web.app import create_app
from tests.house import House, at_the_door, living_in
from tests.peers.ports import PATIENCE, free_port
from tests.visits.ward import Ward
from tests.web.charts.chart_files import EICAR, NOTES, filed, upload
from tests.web.pages import enter, lines

pytestmark = pytest.mark.feature("I3")

API = "/api/v1"


def application(house: House) -> Starlette:
    return create_app(house.services, more_routes=api_routes(house.services))


@pytest.fixture
async def program(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A program of the receptionist."""
    async with at_the_door(application(quick_house)) as client:
        await enter(client, quick_house)
        yield client


@pytest.mark.anyio
async def test_the_inbox_holds_what_waits_with_names(
    quick_house: House, program: httpx.AsyncClient
) -> None:
    await filed(quick_house, await quick_house.chart(1), "bad.txt", EICAR)
    entry = await upload(quick_house, await quick_house.chart(), "arm.txt", NOTES)
    [row] = (await program.get(f"{API}/inbox")).json()["entries"]
    assert row == {
        "id": entry.id,
        "patient_id": entry.patient_id,
        "patient": "Maya Lindqvist",
        "title": "arm.txt",
        "state": "scanning",
        "media_type": entry.media_type,
        "size": len(NOTES),
        "category": "other",
        "channel": "staff_upload",
        "received_at": entry.received_at,
    }


@pytest.mark.anyio
async def test_the_inbox_follows_every_change_though_its_rows_are_kept(
    quick_house: House, program: httpx.AsyncClient
) -> None:
    house, chart = quick_house, await quick_house.chart()
    entry = await upload(house, chart, "arm.txt", NOTES)
    assert (await program.get(f"{API}/inbox")).json()["entries"][0]["title"] == "arm.txt"
    demographics = house.patients[0].demographics.model_copy(update={"name": "Maya Berg"})
    async with house.services.database.unit_of_work() as work:
        await house.services.people.patients.change(work, chart, demographics)
    await house.services.charts.contents.change(
        chart, entry.id, label="Blood", note="", category="lab_results", seen_version=1
    )
    [row] = (await program.get(f"{API}/inbox")).json()["entries"]
    assert (row["title"], row["patient"]) == ("Blood", "Maya Berg")
    await house.services.people.staff.unassign(
        house.administer(), house.here.receptionist.staff_id, house.here.room.id
    )
    assert (await program.get(f"{API}/inbox")).json() == {"entries": []}


@pytest.mark.anyio
async def test_asking_again_and_again_is_one_look(
    quick_house: House, program: httpx.AsyncClient
) -> None:
    for _ in range(5):
        await program.get(f"{API}/inbox")
    assert len(await lines(quick_house, Action.INBOX_OPENED)) == 1


@pytest.mark.anyio
@pytest.mark.feature("V3")
async def test_the_queue_of_a_room_follows_who_waits(
    quick_house: House, program: httpx.AsyncClient
) -> None:
    ward = Ward(quick_house)
    room = await ward.room("Walk-in", quick_house.here.receptionist)
    address = f"{API}/rooms/{room.room_id}/queue"
    waiter = await ward.check_in(room, "Noor Haddad", reason="A rash")
    second = await ward.check_in(room, "Kofi Asante")
    found = (await program.get(address)).json()["visits"]
    assert [(row["patient"], row["place"]) for row in found] == [
        ("Noor Haddad", 1),
        ("Kofi Asante", 2),
    ]
    assert (found[0]["reason"], found[0]["state"]) == ("A rash", "waiting")
    await ward.admit(room, waiter.visit_id)
    found = (await program.get(address)).json()["visits"]
    assert [(row["state"], row["place"]) for row in found] == [("in_call", 0), ("waiting", 1)]
    await quick_house.services.visits.waiting_room.remove(room, second.visit_id)
    assert len((await program.get(address)).json()["visits"]) == 1
    assert len(await lines(quick_house, Action.QUEUE_OPENED)) == 1


@pytest.mark.anyio
async def test_patients_search_and_entries(quick_house: House, program: httpx.AsyncClient) -> None:
    await filed(quick_house, await quick_house.chart(), "arm.txt", NOTES, category="imaging")
    page = (await program.get(f"{API}/patients?size=2")).json()
    assert (len(page["patients"]), page["count"]) == (2, 3)
    found = await program.post(f"{API}/patients/search", json={"words": "lindq"})
    [patient] = found.json()["patients"]
    assert patient["birth_date"] == "1991-03-14"
    entries = (await program.get(f"{API}/patients/{patient['id']}/entries")).json()["entries"]
    assert [(e["name"], e["state"]) for e in entries] == [("arm.txt", "filed")]
    other = await program.get(f"{API}/patients/{patient['id']}/entries?category=consent")
    assert other.json() == {"entries": []}
    for action in (Action.PATIENTS_LISTED, Action.PATIENTS_SEARCHED, Action.CHART_OPENED):
        assert await lines(quick_house, action), action


@pytest.mark.anyio
async def test_the_audit_log_in_pages(quick_house: House, program: httpx.AsyncClient) -> None:
    assert (await program.get(f"{API}/audit")).json()["code"] == "not_allowed"
    await enter(program, quick_house, quick_house.here.administrator)
    first = (await program.get(f"{API}/audit?limit=2")).json()
    second = (await program.get(f"{API}/audit?limit=2&before={first['next_before']}")).json()
    seqs = [line["seq"] for page in (first, second) for line in page["lines"]]
    assert seqs == list(range(seqs[0], seqs[0] - 4, -1))


@pytest.mark.anyio
async def test_nothing_without_a_session_and_nothing_of_another_clinic(
    quick_house: House, program: httpx.AsyncClient
) -> None:
    maya = quick_house.patients[0].id
    await filed(quick_house, await quick_house.chart(), "arm.txt", NOTES)
    await enter(program, quick_house, quick_house.next_door.administrator)
    assert (await program.get(f"{API}/patients/{maya}/entries")).status_code == 404
    assert (await program.get(f"{API}/inbox")).json() == {"entries": []}
    found = await program.post(f"{API}/patients/search", json={"words": "maya"})
    assert found.json() == {"patients": []}
    audit = (await program.get(f"{API}/audit?patient={maya}")).json()
    assert audit["lines"] == []
    program.cookies.clear()
    for address in ("inbox", "patients", f"patients/{maya}/entries", "audit"):
        answer = await program.get(f"{API}/{address}")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.anyio
async def test_a_failure_names_the_field_and_repeats_nothing(program: httpx.AsyncClient) -> None:
    answer = await program.post(f"{API}/patients/search", json={"words": "maya", "secret": "abc"})
    assert answer.status_code == 422
    assert answer.json()["field"] == "secret"
    assert "abc" not in answer.text
    assert (await program.get(f"{API}/nothing")).json()["code"] == "not_found"
    assert (await program.delete(f"{API}/patients")).json()["code"] == "wrong_method"


@pytest.mark.anyio
async def test_a_page_of_another_site_cannot_search(program: httpx.AsyncClient) -> None:
    answer = await program.post(
        f"{API}/patients/search",
        json={"words": "maya"},
        headers={"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


@pytest.mark.anyio
async def test_every_route_is_described(quick_house: House, program: httpx.AsyncClient) -> None:
    described = (await program.get(f"{API}/openapi.json")).json()["paths"]
    assert set(described) == {
        "/inbox",
        "/rooms/{room_id}/queue",
        "/patients",
        "/patients/search",
        "/patients/{patient_id}/entries",
        "/audit",
    }
    assert all("200" in verb["responses"] for path in described.values() for verb in path.values())


# --- what schemathesis makes of the description --------------------------------------------------


@dataclass
class Program:
    """The address of the API, and the session of an administrator."""

    url: str
    cookies: dict[str, str]


@pytest.fixture(scope="module")
def program_of_administrator(
    empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """The API behind uvicorn on a loop in a thread of its own, because hypothesis does not
    await."""
    data = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{shutil.copy(empty_sqlite, data / 'bedside.db')}"
    port = free_port()
    ready: Future[dict[str, str]] = Future()
    done = threading.Event()

    async def live() -> None:
        async with living_in(data, url, port=port) as house:
            await upload(house, await house.chart(), "arm.txt", NOTES)
            config = uvicorn.Config(
                application(house), port=port, log_config=None, lifespan="off", ws="none"
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
                assert not serving.done(), serving
            ready.set_result(await house.cookie(house.here.administrator))
            await asyncio.to_thread(done.wait)
            server.should_exit = True
            await serving

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    try:
        yield Program(f"http://localhost:{port}{API}", ready.result(timeout=PATIENCE))
    finally:
        done.set()
        thread.join()


OPERATIONS = ("GET /inbox", "GET /patients", "POST /patients/search", "GET /audit")
OF_ONE_PATIENT = "GET /patients/{patient_id}/entries"


@pytest.mark.parametrize("name", [*OPERATIONS, OF_ONE_PATIENT])
def test_the_api_keeps_to_its_description(program_of_administrator: Program, name: str) -> None:
    """Whatever is sent: a declared status, the declared shape, never a 5xx."""
    api = program_of_administrator
    schema = schemathesis.openapi.from_url(f"{api.url}/openapi.json")
    method, path = name.split()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy())
    def holds(case: schemathesis.Case) -> None:
        headers = {"sec-fetch-site": "same-origin"}
        case.validate_response(case.call(api.url, headers=headers, cookies=api.cookies))

    holds()
