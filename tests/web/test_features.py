"""The list of features: what they add fits together, and each address leads to its own handler."""

import re

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from bedside.audit import Action
from bedside.edge.feature import Feature, Features, Section, Sentence
from bedside.edge.routes import AudienceRoute, AudienceSocket, staff_route
from bedside.people.roles import May
from bedside.web.app import FEATURES, create_app
from tests.house import House

pytestmark = pytest.mark.anyio

_PARAMETER = re.compile(r"\{\w+(?::\w+)?\}")


def test_every_audit_line_is_said_by_one_feature() -> None:
    assert set(Features(FEATURES).sentences) == set(Action)


def test_two_features_cannot_say_one_line() -> None:
    words = {Action.CHART_OPENED: Sentence("eye", "{who} looked")}
    with pytest.raises(ValueError, match=r"chart\.opened"):
        Features([Feature(routes=(), sentences=words), Feature(routes=(), sentences=words)])
    today = {Action.CHART_OPENED: "{who} looked"}
    with pytest.raises(ValueError, match=r"chart\.opened"):
        Features([Feature(routes=(), today=today), Feature(routes=(), today=today)])


def test_two_features_cannot_share_a_section() -> None:
    section = Section("rooms", "Rooms", "armchair", "/rooms", May.SEE_CHARTS)
    with pytest.raises(ValueError, match="section"):
        Features([Feature(routes=(), section=section), Feature(routes=(), section=section)])


def test_each_section_has_its_page() -> None:
    features = Features(FEATURES)
    there = {route.path for route in features.routes if isinstance(route, Route)}
    assert {section.href for section in features.sections} <= there


def test_every_route_says_whom_it_is_for() -> None:
    for route in Features(FEATURES).routes:
        assert isinstance(route, AudienceRoute | AudienceSocket), route


async def test_staff_are_asked_for_before_the_handler_runs(quick_house: House) -> None:
    """A handler that forgets to ask who calls does not run for strangers."""

    async def forgetful(_request: Request) -> Response:
        return Response("secret")

    app = create_app(quick_house.services, more_routes=[staff_route("/forgetful", forgetful)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://clinic.example") as visitor:
        answer = await visitor.get("/forgetful")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/forgetful"


def test_no_address_is_taken_by_another_route() -> None:
    routes = [route for route in Features(FEATURES).routes if isinstance(route, Route)]
    for wanted in routes:
        path = _PARAMETER.sub("abc", wanted.path)
        for method in wanted.methods or ():
            scope = {"type": "http", "method": method, "path": path, "headers": []}
            taken = next(route for route in routes if route.matches(scope)[0] is Match.FULL)
            assert taken is wanted, f"{method} {wanted.path} is answered by {taken.path}"
