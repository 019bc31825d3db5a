"""Every HTTP route × every kind of person: who is let in, who is refused, and what leaks
(nothing).

The routes are the application's own; `rows.ROWS` declares what each of them must do.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

import bedside.web
from bedside.api import PREFIX
from bedside.api.v1 import create_api
from bedside.edge.feature import Feature
from bedside.edge.routes import Audience, AudienceRoute
from tests.matrix.people import (
    ACCOUNTS,
    ADMINISTRATORS,
    BY_LINK,
    DEVICES,
    ELSEWHERE,
    STAFF,
    Access,
    Kind,
    Outcome,
    outcome,
    right_kind,
)
from tests.matrix.row import Row
from tests.matrix.rows import BY_FOLDER, ROWS, joined
from tests.matrix.world import CLINIC_WORDS, PATIENT_WORDS, Template, World, entered

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S2")]

WEB = Path(bedside.web.__file__).parent
_OF_GUESTS = (Access.GUEST, Access.INVITATION, Access.DOOR)
"""Routes where even the right person reads nothing about patients."""
_AUDIENCES = {
    Access.DEVICE: Audience.LINK,
    Access.VISITOR: Audience.VISITOR,
    Access.GUEST: Audience.GUEST,
    Access.ACCOUNT: Audience.ACCOUNT,
    Access.APP: Audience.ACCOUNT,
    **dict.fromkeys(
        (Access.OPEN, Access.LINK, Access.LINK_PAGE, Access.INVITATION, Access.DOOR, Access.STEP),
        Audience.OPEN,
    ),
}
"""The audience of routes with this access; staff where it is not named."""
_BEHIND_A_SESSION = {
    Access.OWN,
    Access.CHART,
    Access.ADMINISTRATOR,
    Access.ADMINISTRATOR_OF,
    Access.ROOM,
    Access.CALL,
}
_SAFE = ("GET", "HEAD", "OPTIONS")
STATUS = {
    Outcome.SIGN_IN: 303,
    Outcome.SIGN_IN_TO_APP: 303,
    Outcome.UNFINISHED: 303,
    Outcome.STRANGER: 401,
    Outcome.FORBIDDEN: 403,
    Outcome.MISSING: 404,
    Outcome.GONE: 410,
}


def http_routes(world: World) -> set[tuple[str, str]]:
    """Return (method, path) of everything that the application answers; HEAD goes with GET."""
    found: set[tuple[str, str]] = set()
    for route in world.app.routes:
        if isinstance(route, Mount):
            found |= _mounted(world, route)
        elif isinstance(route, Route):
            found |= {(method, route.path) for method in _methods(route)}
        else:
            assert isinstance(route, WebSocketRoute), route
    return found


def _mounted(world: World, mount: Mount) -> set[tuple[str, str]]:
    if mount.path == PREFIX:
        api: list[BaseRoute] = create_api(world.services).routes
        return {
            (method, PREFIX + route.path)
            for route in api
            if isinstance(route, Route)
            for method in _methods(route)
        }
    return {("GET", mount.path + "/{path}")}


def _methods(route: Route) -> set[str]:
    methods = set(route.methods or ())
    return methods - {"HEAD"} if "GET" in methods else methods


async def test_every_route_has_a_row_and_every_row_a_route(
    template: Template, tmp_path: Path
) -> None:
    async with entered(template, tmp_path / "world") as world:
        there = http_routes(world)
    assert there - set(ROWS) == set(), "say who may use these, in a rows.py beside their tests"
    assert set(ROWS) - there == set(), "these rows have no route"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in WEB.glob("*/feature.py")))
def test_rows_are_beside_the_tests_of_their_feature(name: str) -> None:
    feature: Feature = import_module(f"bedside.web.{name}.feature").feature
    routes = [route for route in feature.routes if isinstance(route, Route)]
    there = {(method, route.path) for route in routes for method in _methods(route)}
    rows = BY_FOLDER.get(f"web/{name}", {})
    assert there - set(rows) == set(), f"say in tests/web/{name}/rows.py who may use these"
    assert set(rows) - there == set(), f"tests/web/{name}/rows.py has rows of no route of its own"


def test_two_rows_for_one_route_are_an_error() -> None:
    here, there = {("GET", "/here"): Row(Access.OPEN)}, {("GET", "/there"): Row(Access.STAFF)}
    assert joined([here, there]) == {**here, **there}
    with pytest.raises(ValueError, match="/here"):
        joined([here, there, here])


async def test_a_row_needs_what_its_route_is_for(template: Template, tmp_path: Path) -> None:
    """An open route may still ask for a secret or a step of the sign-in; the others have one
    audience, which the row must agree with."""
    async with entered(template, tmp_path / "world") as world:
        routes = [route for route in world.app.routes if isinstance(route, AudienceRoute)]
    for route in routes:
        for method in _methods(route):
            needed = ROWS[method, route.path].access
            audience = _AUDIENCES.get(needed, Audience.STAFF)
            assert route.audience in (audience, Audience.OPEN), (method, route.path)
            if needed in _BEHIND_A_SESSION:
                assert route.audience is Audience.STAFF, (method, route.path)


@pytest.mark.parametrize("place", sorted(ROWS), ids=" ".join)
async def test_row(place: tuple[str, str], template: Template, tmp_path: Path) -> None:
    """First everybody who is refused, in one world, which must not change; then the others."""
    row, (method, _path) = ROWS[place], place
    let_in = [kind for kind in Kind if outcome_of(row, kind) is Outcome.IN]
    async with entered(template, tmp_path / "world") as world:
        before = world.state()
        for kind in Kind:
            if kind not in let_in and kind not in row.counted:
                await _refused(world, place, row, kind)
        assert world.state() == before, "somebody was refused and changed something"
        for kind in row.counted:
            await _refused(world, place, row, kind)
        if method in _SAFE:
            for kind in let_in:
                await _let_in(world, place, row, kind)
            return
    for kind in let_in:
        async with entered(template, tmp_path / "world") as world:
            await _let_in(world, place, row, kind)


def outcome_of(row: Row, kind: Kind) -> Outcome:
    """As people.outcome; a person with a status of their own in the row counts as admitted."""
    if kind in row.also and row.also[kind] < 400:
        return Outcome.IN
    return outcome(row.access, kind)


async def _refused(world: World, place: tuple[str, str], row: Row, kind: Kind) -> None:
    lines = world.refusals()
    for method in _with_head(*place):
        answer = await ask(world, (method, place[1]), row, kind)
        said = f"{method} {place[1]} by {kind}: {answer.status_code}"
        expected = outcome(row.access, kind)
        assert answer.status_code == row.also.get(kind, STATUS.get(expected)), said
        if expected is Outcome.SIGN_IN and kind not in row.also:
            assert answer.headers["location"].startswith("/sign-in"), said
            assert "/continue" not in answer.headers["location"], said
        elif expected is Outcome.SIGN_IN_TO_APP and kind not in row.also:
            assert answer.headers["location"].startswith("/app/sign-in"), said
        elif expected is Outcome.UNFINISHED and kind not in row.also:
            assert answer.headers["location"] == "/sign-in/continue", said
        assert "set-cookie" not in answer.headers, said
        _leaks_nothing(answer, row, kind, refused=True)
    looked_around = kind in (Kind.UNASSIGNED, Kind.ADMINISTRATOR_UNASSIGNED)
    if row.access in (Access.CHART, Access.API_CHART) and looked_around:
        assert world.refusals() > lines, f"{place} by {kind} was refused without a trace"


async def _let_in(world: World, place: tuple[str, str], row: Row, kind: Kind) -> None:
    for method in _with_head(*place):
        answer = await ask(world, (method, place[1]), row, kind)
        said = f"{method} {place[1]} by {kind}: {answer.status_code} {answer.text[:300]}"
        expected = row.also.get(kind, row.right)
        assert answer.status_code == expected, said
        _leaks_nothing(answer, row, kind, refused=False)
        if kind is right_kind(row.access) and method != "HEAD":
            for word in row.shows:
                assert word in _text(answer), f"“{word}” is not in {said}"


def _with_head(method: str, path: str) -> tuple[str, ...]:
    """Also try HEAD where it goes with GET; the API has none."""
    has_head = method == "GET" and not path.startswith(PREFIX)
    return ("HEAD", "GET") if has_head else (method,)


async def ask(world: World, place: tuple[str, str], row: Row, kind: Kind) -> httpx.Response:
    """Make the call that would work for the right person."""
    method, path = place
    cookies: dict[str, Any] = {}
    if row.access is Access.STEP and kind is Kind.PENDING and path.endswith("new-password"):
        name = world.services.settings.session_cookie
        cookies = {"cookies": {name: world.facts["proven_token"]}}
    elif row.access in (Access.LINK_PAGE, Access.DOOR) and kind in world.facts.secrets:
        own = world.facts.cookies.get(kind, {})
        cookies = {"cookies": {**own, "bedside-link": world.facts.secrets[kind]}}
        if kind in (Kind.PATIENT_A, Kind.PATIENT_B):
            cookies["cookies"]["bedside-known"] = own["bedside-device"]
    async with world.client(kind, **cookies) as client:
        return await client.request(
            method, _address(world, path, row, kind), **row.call(world.facts)
        )


def _address(world: World, path: str, row: Row, kind: Kind) -> str:
    facts = world.facts
    values: dict[str, Any] = {
        "secret": facts.secrets.get(kind, "A" * 43),
        "form": "thumbnail",
        "path": "nothing.css",
        "rest": "not-me",
        "link_id": facts.links.get(kind, facts.links[Kind.PATIENT_A]),
        **facts.ids,
        **{name: facts[other] for name, other in row.path.items()},
    }
    if row.access is Access.DEVICE and kind in (Kind.EXPIRED, Kind.REVOKED):
        values["request_id"] = facts.requests[kind]  # where their cookie is known
    return path.format(**values)


def _text(answer: httpx.Response) -> str:
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    return f"{headers} {answer.content.decode('utf-8', 'replace')}".lower()


def _leaks_nothing(answer: httpx.Response, row: Row, kind: Kind, *, refused: bool) -> None:
    hidden: list[str] = []
    right = kind is right_kind(row.access) and row.access not in _OF_GUESTS
    right = right or (kind is Kind.ACCOUNT and not refused)  # the patient, whom the words are about
    may_see_patient = right or (kind is Kind.WRONG_ROLE and not refused)
    if not may_see_patient:
        names_allowed = row.names_patients and kind in ADMINISTRATORS - ELSEWHERE and not refused
        hidden += () if names_allowed else PATIENT_WORDS
    of_the_clinic = (kind in STAFF and kind not in ELSEWHERE) or kind is Kind.PENDING
    with_a_link = kind in DEVICES and row.access in BY_LINK
    in_the_app = kind in ACCOUNTS and row.access in (Access.ACCOUNT, Access.APP)
    signs_in = row.access is Access.OPEN
    if not (of_the_clinic or with_a_link or in_the_app or signs_in):
        hidden += CLINIC_WORDS
    for word in set(hidden) - set(row.asks_for):
        assert word not in _text(answer), f"{answer.request.url} tells {kind} “{word}”"


async def test_other_methods_do_nothing(template: Template, tmp_path: Path) -> None:
    """Other methods are 405, for everybody alike."""
    async with entered(template, tmp_path / "world") as world:
        before = world.state()
        known: dict[str, set[str]] = {}
        for method, path in http_routes(world):
            known.setdefault(path, set()).update(_with_head(method, path))
        async with world.client(Kind.RIGHT) as client:
            for path, methods in known.items():
                names = next(row.path for place, row in ROWS.items() if place[1] == path)
                address = _address(world, path, Row(Access.OPEN, path=names), Kind.RIGHT)
                for method in {"TRACE", "PUT", "PATCH", "DELETE", "CONNECT"} - methods:
                    answer = await client.request(method, address)
                    # 429 where guessing is slowed down, whatever the method
                    assert answer.status_code in (405, 429), f"{method} {path}: {answer}"
        assert world.state() == before


async def test_metrics_are_for_this_machine(template: Template, tmp_path: Path) -> None:
    async with entered(template, tmp_path / "world") as world:
        far = httpx.ASGITransport(world.app, client=("203.0.113.9", 5_000))
        async with httpx.AsyncClient(transport=far, base_url="http://localhost:8080") as client:
            assert (await client.get("/metrics")).status_code == 404
