"""The choices of a chart page, as its address states them: no patient content, only choices."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request

from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.charts.records import ChartFilter, Tally
from bedside.files import media_types
from bedside.files.media_types import Kind
from bedside.kernel.language import N_

PAGE = 100
"""Entries per page of a chart."""

TYPE_NAMES: dict[str, str] = {
    "pictures": N_("Pictures"),
    "pdf": N_("PDF"),
    "documents": N_("Documents"),
    "text": N_("Text"),
    "dicom": N_("DICOM"),
    "videos": N_("Videos"),
}
SENDER_NAMES: dict[str, str] = {"patient": N_("The patient"), "staff": N_("The clinic")}
_STAFF_ID = re.compile(r"stf_[0-9a-z]{26}")
_ENTRY_ID = re.compile(r"ent_[0-9a-z]{26}")


def _of_kind(kind: Kind) -> tuple[str, ...]:
    found = (name for name, known in media_types.MEDIA_TYPES.items() if known.kind is kind)
    return tuple(name for name in found if name != media_types.DICOM)


_MEDIA_TYPES: dict[str, tuple[str, ...]] = {
    "pictures": _of_kind(Kind.IMAGE),
    "pdf": _of_kind(Kind.PDF),
    "documents": _of_kind(Kind.DOCUMENT),
    "text": _of_kind(Kind.TEXT),
    "dicom": (media_types.DICOM,),
    "videos": _of_kind(Kind.VIDEO),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of a chart page; empty ones do not filter. Dates are of the clinic's calendar."""

    view: str = ""
    """“gallery”, or "" for the list."""
    type: str = ""
    category: str = ""
    sender: str = ""
    """A key of SENDER_NAMES, or the id of a member of staff."""
    channel: str = ""
    unreviewed: str = ""
    since: str = ""
    until: str = ""
    before: str = ""
    """The last entry of the previous page."""
    moved: str = ""
    """An entry that was just moved to another chart."""
    via: str = ""
    """“inbox” (with its order) for somebody who goes through the inbox: files lead on to the next
    one there."""

    @property
    def filtering(self) -> bool:
        """Whether anything is filtered out."""
        return self != Choices(view=self.view, before=self.before, moved=self.moved, via=self.via)

    def address(self, path: str, **changes: str) -> str:
        """Return `path` with these choices after `changes`; another choice starts at the newest
        again."""
        changes = {"before": "", "moved": "", **changes} if changes else {"moved": ""}
        chosen = replace(self, **changes)
        query = {name: value for name, value in chosen.items() if value}
        return f"{path}?{urlencode(query)}" if query else path

    def items(self) -> list[tuple[str, str]]:
        """Return names and values, for addresses and hidden fields."""
        return [(name, getattr(self, name)) for name in _NAMES]

    def wanted(self, zone: str) -> ChartFilter:
        """Return the chart's filter; days begin in `zone`. The previous page is added elsewhere."""
        is_person = self.sender.startswith("stf_")
        return ChartFilter(
            kinds=_MEDIA_TYPES.get(self.type, ()),
            category=self.category,
            channel=self.channel,
            sender_kind="" if is_person else self.sender,
            sender_id=self.sender if is_person else "",
            unreviewed=bool(self.unreviewed),
            since=_midnight(self.since, zone),
            until=_midnight(self.until, zone, days=1),
            limit=PAGE + 1,
        )


def counted(tallies: Iterable[Tally]) -> dict[tuple[str, str], int]:
    """Return how many entries each choice would leave, by (name of the filter, choice)."""
    counts: Counter[tuple[str, str]] = Counter()
    for tally in tallies:
        kinds = [
            ("type", name) for name, types in _MEDIA_TYPES.items() if tally.media_type in types
        ]
        facts = [("category", tally.category), ("channel", tally.channel)]
        senders = [("sender", tally.sender_kind), ("sender", tally.sender_id)]
        for choice in (*kinds, *facts, *senders):
            counts[choice] += tally.entries
    return counts


_NAMES = tuple(Choices.__dataclass_fields__)
_ALLOWED: dict[str, Any] = {
    "view": {"gallery"},
    "type": set(_MEDIA_TYPES),
    "category": {str(one) for one in Category},
    "channel": {str(one) for one in Channel},
    "unreviewed": {"1"},
    "via": {"inbox", "inbox-oldest", "inbox-patient", "inbox-kind"},
}


def choices_of(request: Request) -> Choices:
    """Parse the choices in an address; what makes no sense is left out."""
    given = {name: request.query_params.get(name, "") for name in _NAMES}
    known = {name: value for name, value in given.items() if value and _makes_sense(name, value)}
    return Choices(**known)


def _makes_sense(name: str, value: str) -> bool:
    if name in _ALLOWED:
        return value in _ALLOWED[name]
    if name == "sender":
        return value in SENDER_NAMES or bool(_STAFF_ID.fullmatch(value))
    if name in ("before", "moved"):
        return bool(_ENTRY_ID.fullmatch(value))
    return _day(value) is not None


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _midnight(value: str, zone: str, *, days: int = 0) -> int:
    """Return the beginning of a day, `days` later, in milliseconds; 0 for no day."""
    day = _day(value)
    if day is None or day >= date.max - timedelta(days=1):
        return 0
    start = datetime.combine(day + timedelta(days=days), datetime.min.time(), ZoneInfo(zone))
    return max(1, round(start.timestamp() * 1000))
