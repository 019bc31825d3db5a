"""The filters of the audit log, as the page's address states them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.kernel.ids import is_id


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters by id, action and day; days are ISO 8601 in the clinic's time zone."""

    patient: str = ""
    person: str = ""
    action: str = ""
    since: str = ""
    until: str = ""
    before: int = 0
    zone: str = "UTC"

    def filter(self, limit: int, joined: tuple[str, ...] = ()) -> Filter:
        """Convert to the log's own filter; `until` is the last day shown, `joined` are the charts
        that became part of the patient's."""
        return Filter(
            patient_id=self.patient,
            actor_id=self.person,
            action=self.action,
            since=self._midnight(self.since),
            until=self._midnight(self.until, days=1),
            before_seq=self.before,
            limit=limit,
            joined=joined,
        )

    def as_given(self) -> dict[str, Any]:
        """Return the fields, as they go into an address or a form."""
        return {k: v for k, v in asdict(self).items() if k != "zone"}

    def named(self) -> list[str]:
        """Return which filters were on, for the audit line about looking."""
        return [k for k, v in self.as_given().items() if v and k != "before"]

    @property
    def filters(self) -> bool:
        """Whether anything is filtered out."""
        return bool(self.named())

    def _midnight(self, day: str, days: int = 0) -> int:
        if not day:
            return 0
        first = date.fromisoformat(day) + timedelta(days=days)
        return int(datetime.combine(first, time(), ZoneInfo(self.zone)).timestamp() * 1000)


def wanted_by(query: Mapping[str, str], zone: str) -> Wanted:
    """Parse filters from an address; what makes no sense does not filter."""
    before = query.get("before", "")
    return Wanted(
        patient=_id(query.get("patient", ""), "pat"),
        person=_id(query.get("person", ""), "stf"),
        action=query.get("action", "") if query.get("action") in set(Action) else "",
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        before=int(before) if before.isdecimal() and len(before) < 16 else 0,
        zone=zone,
    )


def _id(given: str, prefix: str) -> str:
    return given if is_id(given, prefix) else ""


def _day(given: str) -> str:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return ""
    return day.isoformat() if 1970 < day.year < 9000 else ""
