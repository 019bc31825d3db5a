"""The calendar of the clinic: a day or a week, of everybody, one person, or one room."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from bedside.care.appointments.lists import MOST_DAYS, InCalendar
from bedside.edge.context import services_of
from bedside.edge.fragments import prepare
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import StaffAccess
from bedside.services import Services
from bedside.web.appointments.words import weekday, words

CALENDAR = "/calendar"
"""Not below “/app”: the worker of the patient’s app would answer for it."""
_VIEWS = {"day": N_("Day"), "week": N_("Week"), "asking": N_("Needs you")}
_LAST_YEAR = 9990


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choice of what is shown. `of` is the id of a person or a room, "" for everybody."""

    view: str
    day: date
    of: str

    @classmethod
    def from_request(cls, request: Request, today: date) -> "Chosen":
        """Read it from the address; what makes no sense is left out."""
        given = request.query_params
        view = given.get("view", "day")
        try:
            day = date.fromisoformat(given.get("day", ""))
        except ValueError:
            day = today
        day = day if 1970 < day.year < _LAST_YEAR else today
        return cls(view if view in _VIEWS else "day", day, given.get("of", "")[:40])

    @property
    def first(self) -> date:
        """The first day shown: of a week its Monday."""
        return self.day - timedelta(days=self.day.weekday()) if self.view == "week" else self.day

    @property
    def days(self) -> int:
        """How many days it shows."""
        return MOST_DAYS if self.view == "week" else 1

    def address(self, path: str = CALENDAR, **other: Any) -> str:
        """Return the address of this calendar, or of another one beside it."""
        values = {"view": self.view, "day": self.day.isoformat(), "of": self.of, **other}
        return f"{path}?{urlencode({key: value for key, value in values.items() if value})}"

    def beside(self, pages: int) -> str:
        """Return the address of the following or the previous page."""
        return self.address(day=(self.day + timedelta(days=pages * self.days)).isoformat())

    def shows(self, line: InCalendar) -> bool:
        """Whether a line belongs to the person or the room."""
        return not self.of or self.of in (line.staff_id, line.room_id)


async def calendar(request: Request) -> Response:
    """GET /calendar?view=&day=&of=: the appointments of a day or a week, or those that wait for
    the clinic."""
    staff = await shell(request, "appointments")
    return render(request, "appointments/calendar.html", **await _shown(request, staff))


async def calendar_list(request: Request) -> Response:
    """GET /calendar/list: the list alone, for live updates."""
    staff = await prepare(request)
    return render(request, "appointments/calendar_list.html", **await _shown(request, staff))


async def _shown(request: Request, staff: StaffAccess) -> dict[str, Any]:
    services = services_of(request)
    clinic = await services.people.clinics.get(staff.clinic_id)
    today = clinic.options.today()
    chosen = Chosen.from_request(request, today)
    lists = services.care.lists
    if chosen.view == "asking":
        lines = await lists.asking(staff)
    else:
        lines = await lists.calendar(staff, chosen.first, chosen.days)
    people, rooms = await who_and_where(services, staff)
    return {
        "chosen": chosen,
        "today": today,
        "views": [(key, _(name)) for key, name in _VIEWS.items()],
        "days": _by_days(chosen, [line for line in lines if chosen.shows(line)]),
        "people": people,
        "rooms": rooms,
        "names": {**people, **rooms},
        "waiting": await lists.waiting(staff),
        "topic": f"appointments:{staff.clinic_id}",
        **words(),
    }


def _by_days(chosen: Chosen, lines: list[InCalendar]) -> list[tuple[date, str, list[InCalendar]]]:
    """Return the lines of each day with its name; of a week also days with none."""
    found = {day: list(of_day) for day, of_day in groupby(lines, lambda line: line.start.day)}
    if chosen.view != "asking":
        every = [chosen.first + timedelta(days=number) for number in range(chosen.days)]
        found = {day: found.get(day, []) for day in every}
    return [(day, weekday(day), of_day) for day, of_day in found.items()]


async def who_and_where(
    services: Services, staff: StaffAccess
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of the people and the rooms of a clinic, by their ids."""
    people = await services.people.staff.colleagues(staff.clinic_id)
    rooms = await services.visits.rooms.of_clinic(staff)
    return people, {one.room.id: one.room.name for one in rooms}


routes = [
    staff_route(CALENDAR, calendar, methods=["GET"]),
    staff_route(f"{CALENDAR}/list", calendar_list, methods=["GET"]),
]
