"""A second kind of request, made of one folder (`second_kind/`) and one line, goes all the way:
link, SMS, date of birth, its page, its states, its files, the audit log, the lists, the matrix."""

from pathlib import Path

import httpx
import pytest
from starlette.routing import Route

from bedside.audit.recorder import Filter
from bedside.charts.records import ChartFilter
from bedside.errors import Conflict, WrongInput
from bedside.files.announcing import Allowance, Announced
from bedside.kernel.ids import new_id
from bedside.kernel.kinds import UnknownKind
from bedside.people.permissions import ChartAccess
from bedside.requests.states import State
from bedside.web import app
from tests.house import House
from tests.links.second_kind import feature
from tests.links.second_kind.kind import WEIGHTS, Weights
from tests.links.second_kind.rows import ROWS
from tests.matrix import test_routes as matrix
from tests.matrix.people import Kind, Outcome
from tests.matrix.world import entered, make_template
from tests.requests.sending import ADDRESS, BORN, Sent, do_jobs, draft, jpeg, pieces, send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("R1")]

TYPED = {"birth_day": "14", "birth_month": "3", "birth_year": "1991"}


@pytest.fixture(autouse=True)
def second_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line: the kind's feature is in the list of features."""
    monkeypatch.setattr(app, "FEATURES", (*app.FEATURES, feature.feature))


@pytest.fixture
async def chart(second_kind: None, quick_house: House) -> ChartAccess:
    """The chart of the patient who is asked."""
    return await quick_house.chart()


@pytest.fixture
def weights(chart: ChartAccess, quick_house: House) -> Weights:
    """The service that the kind has built."""
    return quick_house.requests.kinds.parts(WEIGHTS).weights


async def asked(house: House, weights: Weights, chart: ChartAccess) -> Sent:
    """Ask for a weight, and deliver the message."""
    request_id = await weights.send(chart, new_id(WEIGHTS.prefix), "kg")
    await do_jobs(house)
    return Sent(house, chart, request_id)


async def actions(house: House, subject_id: str) -> list[str]:
    """Return what the audit log says of a request, oldest first."""
    lines = await house.audit.log.lines(house.clinic.id, Filter(limit=100))
    said = [str(line.action) for line in reversed(lines) if line.subject_id == subject_id]
    return [action for action in said if action.startswith("request.")]


async def test_from_the_message_to_the_end(
    quick_house: House, chart: ChartAccess, weights: Weights, visitor: httpx.AsyncClient
) -> None:
    sent = await asked(quick_house, weights, chart)
    assert (await sent.now()).state is State.DELIVERED
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    question = (await visitor.get(page)).text
    assert "Rita Sandberg asks what you weigh." in question
    assert "Your weight stays here." in question
    assert "photo" not in question.lower()

    wrong = await visitor.post(page, data={**TYPED, "birth_year": "1992"})
    assert (wrong.status_code, (await sent.now()).state) == (422, State.DELIVERED)
    entered_by = await visitor.post(page, data=TYPED)
    home = entered_by.headers["location"]
    assert (entered_by.status_code, home) == (303, f"/my/{sent.id}")
    assert (await sent.now()).state is State.OPENED
    assert (await visitor.get(page)).headers["location"] == home  # this device is known now

    assert (await visitor.get(home)).text == "What do you weigh?"
    assert (await visitor.post(f"{home}/weight", data={"weight": "70 kg"})).status_code == 303
    assert (await visitor.get(home)).text == "You weigh 70 kg."
    done = await sent.now()
    assert (done.state, done.kind) == (State.DONE, "weight")
    assert await actions(quick_house, sent.id) == [
        "request.sent",
        "request.refused",
        "request.checked",
        "request.opened",
        "request.completed",
    ]


async def test_it_locks_is_sent_again_and_ends_as_every_request(
    quick_house: House, chart: ChartAccess, weights: Weights, visitor: httpx.AsyncClient
) -> None:
    sent = await asked(quick_house, weights, chart)
    page = (await visitor.get(f"/l/{await sent.secret()}")).headers["location"]
    tries = [await visitor.post(page, data={**TYPED, "birth_day": "1"}) for _ in range(5)]
    assert [tried.status_code for tried in tries] == [422, 422, 422, 422, 403]
    assert (await sent.now()).state is State.LOCKED
    assert (await visitor.post(f"{page}/new-link")).headers["location"] == f"{page}/reported"
    assert (await sent.now()).waits_for_staff

    await quick_house.requests.all.reissue(chart, sent.id)
    await do_jobs(quick_house)
    assert (await visitor.get(page)).status_code == 410  # the link of before
    link = await sent.enter()
    await quick_house.requests.all.revoke(chart, sent.id)
    assert (await sent.now()).state is State.REVOKED
    assert "request.locked" in await actions(quick_house, sent.id)
    with pytest.raises(Conflict):
        await weights.answer(link, "70 kg")


async def test_it_holds_files(quick_house: House, chart: ChartAccess, weights: Weights) -> None:
    sent = await asked(quick_house, weights, chart)
    link = await sent.enter()
    content = jpeg(64, 48)
    begun = await quick_house.files.uploads.begin_held(
        link, Announced("scale.jpg", len(content)), Allowance(1_000_000, files=1)
    )
    await quick_house.files.uploads.append(link, begun.id, 0, pieces(content))
    [held] = await quick_house.files.retrieval.held(link)
    assert held.name == "scale.jpg"
    await do_jobs(quick_house)  # the scan tells the kind, which files it
    assert await quick_house.files.retrieval.held(link) == []
    [entry] = await quick_house.charts.contents.entries(chart, ChartFilter())
    assert (entry.label, entry.source_id) == ("The scale", sent.id)


async def test_staff_see_it_beside_photo_requests(
    quick_house: House, chart: ChartAccess, weights: Weights, visitor: httpx.AsyncClient
) -> None:
    sent, photos = await asked(quick_house, weights, chart), await send(quick_house)
    visitor.cookies.update(await quick_house.cookie(quick_house.here.receptionist))
    desk = (await visitor.get("/requests")).text
    assert "Weight: kg" in desk
    assert "Photo request: Left hand" in desk
    one = await visitor.get(f"/patients/{chart.patient_id}/requests/{sent.id}")
    assert (one.status_code, "Unit" in one.text) == (200, True)
    assert (await visitor.get(f"/patients/{chart.patient_id}/requests/{photos.id}")).is_success


async def test_kinds_do_not_answer_for_each_other(
    quick_house: House, chart: ChartAccess, weights: Weights, visitor: httpx.AsyncClient
) -> None:
    sent, photos = await asked(quick_house, weights, chart), await send(quick_house)
    for one, foreign in ((sent, "/photos"), (photos, "/weight")):
        answer = await quick_house.links.answer(await one.secret(), BORN, ADDRESS)
        visitor.cookies.set("bedside-device", answer.token, path=f"/my/{one.id}")
        method = "GET" if foreign == "/photos" else "POST"
        found = await visitor.request(method, f"/my/{one.id}{foreign}", data={"weight": "1"})
        assert found.status_code == 404, foreign
    with pytest.raises(WrongInput):
        await quick_house.requests.photos.send(chart, draft(id=new_id(WEIGHTS.prefix)))


async def test_without_the_line_it_does_not_exist(
    monkeypatch: pytest.MonkeyPatch, chart: ChartAccess, quick_house: House
) -> None:
    from bedside.bootstrap.kinds import link_kinds, request_kinds

    of_weights = new_id(WEIGHTS.prefix)
    assert link_kinds(quick_house.audit.log, quick_house.people.phone_numbers).of(of_weights)
    monkeypatch.undo()
    assert not request_kinds().has(of_weights)
    with pytest.raises(UnknownKind):
        link_kinds(quick_house.audit.log, quick_house.people.phone_numbers).of(of_weights)


async def test_the_matrix_asks_for_a_row_and_tries_it(tmp_path: Path) -> None:
    template = make_template(tmp_path / "template")
    async with entered(template, tmp_path / "world") as world:
        missing = matrix.http_routes(world) - set(matrix.ROWS)
        assert missing == set(ROWS)
        assert all(isinstance(route, Route) for route in feature.feature.routes)
        before = world.state()
        for place, row in ROWS.items():
            for kind in Kind:
                answer = await matrix.ask(world, place, row, kind)
                right = matrix.outcome_of(row, kind) is Outcome.IN
                wanted = row.right if right else matrix.STATUS[matrix.outcome_of(row, kind)]
                assert answer.status_code == wanted, (place, kind)
        assert world.state() == before
