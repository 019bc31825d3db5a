"""A feature of the web: everything the application registers from one folder of `web/`."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from bedside.audit import Action
from bedside.edge.link_pages import AllLinkPages, LinkPages
from bedside.people.permissions import PatientAccess, StaffAccess
from bedside.people.record_parts import Part
from bedside.people.roles import May, allows
from bedside.services import Services

_Words = TypeVar("_Words")


@dataclass(frozen=True, slots=True)
class AppSection:
    """One section of the patient's app, below its pages, for those who may see `part` of the record
    (None: everybody). `path` follows the address of the patient."""

    key: str
    label: str
    icon: str
    path: str
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class AppItem:
    """Something on the first page of a patient's app. `asks` marks what waits for the patient;
    `at` in milliseconds."""

    id: str
    title: str
    detail: str
    icon: str
    href: str
    at: int
    asks: bool = False
    new: bool = False


AppItems = Callable[[Services, PatientAccess], Awaitable[Sequence[AppItem]]]
"""Finds what a feature has for the first page of a patient's app."""
Count = Callable[[Services, StaffAccess], Awaitable[int]]
"""Counts what waits for a person in one section of the console."""


@dataclass(frozen=True, slots=True)
class Section:
    """One line of the rail, shown to those whose role allows it. `waiting` counts for its badge."""

    key: str
    label: str
    icon: str
    href: str
    may: May
    waiting: Count | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """An audit line in words. `text` may name {who} and {patient}; `tone` is "", attention or
    bad."""

    icon: str
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """The contributions of one folder.

    `sentences` describe its audit lines in words, `today` those that the Patient information card
    shows for the day. `link_pages` are those of the kinds of links that it sends, `app_section` and
    `app_items` its part of the patient's app.
    """

    routes: Sequence[BaseRoute]
    section: Section | None = None
    link_pages: Sequence[LinkPages] = ()
    sentences: Mapping[Action, Sentence] = field(default_factory=dict[Action, Sentence])
    today: Mapping[Action, str] = field(default_factory=dict[Action, str])
    app_section: AppSection | None = None
    app_items: AppItems | None = None


class Features:
    """All features together, in the order of their sections in the rail.

    Raises ValueError when two of them have a sentence for the same audit line, the same section,
    or pages for the same kind of link.
    """

    def __init__(self, features: Iterable[Feature]) -> None:
        features = tuple(features)
        self.routes = [route for feature in features for route in feature.routes]
        self.sections = [feature.section for feature in features if feature.section is not None]
        self.app_sections = [one.app_section for one in features if one.app_section is not None]
        self.app_items = [one.app_items for one in features if one.app_items is not None]
        self.link_pages = AllLinkPages(*(one for feature in features for one in feature.link_pages))
        self.sentences: dict[Action, Sentence] = {}
        self.today: dict[Action, str] = {}
        for feature in features:
            _add(self.sentences, feature.sentences)
            _add(self.today, feature.today)
        if len({section.key for section in self.sections}) < len(self.sections):
            raise ValueError("two features have the same section of the rail")

    async def waiting(self, services: Services, staff: StaffAccess) -> dict[str, int]:
        """Count what waits for a person in each section with a badge that they see."""
        return {
            section.key: await section.waiting(services, staff)
            for section in self.sections
            if section.waiting is not None and allows(staff.role, section.may)
        }


def _add(known: dict[Action, _Words], more: Mapping[Action, _Words]) -> None:
    if twice := known.keys() & more.keys():
        raise ValueError(f"two features say {sorted(twice)}")
    known.update(more)


def features_of(connection: HTTPConnection) -> Features:
    """Return the features of the running application."""
    return cast(Features, connection.app.state.features)
