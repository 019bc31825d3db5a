"""The list of features: what they add fits together, and each address leads to its own handler."""

import re

import pytest
from starlette.routing import Match, Route

from bedside.audit import Action
from bedside.edge.feature import Feature, Features, Section, Sentence
from bedside.people.roles import May
from bedside.web.app import FEATURES

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


def test_no_address_is_taken_by_another_route() -> None:
    routes = [route for route in Features(FEATURES).routes if isinstance(route, Route)]
    for wanted in routes:
        path = _PARAMETER.sub("abc", wanted.path)
        for method in wanted.methods or ():
            scope = {"type": "http", "method": method, "path": path, "headers": []}
            taken = next(route for route in routes if route.matches(scope)[0] is Match.FULL)
            assert taken is wanted, f"{method} {wanted.path} is answered by {taken.path}"
