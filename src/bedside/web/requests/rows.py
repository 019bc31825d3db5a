"""Requests as rows of a list, kept as HTML by what they show."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup
from starlette.requests import Request as HttpRequest

from bedside.edge.context import services_of
from bedside.edge.formats import ago
from bedside.edge.rows import drawn
from bedside.kernel.ids import is_id
from bedside.requests.records import Reported, Request
from bedside.requests.states import State


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a list shows it: the `kind` and `topic` of what was asked for, and `by` whom."""

    id: str
    patient_id: str
    kind: str
    topic: str
    by: str
    state: State
    reported: Reported
    waits_for_agreement: bool
    waits_for_staff: bool
    filed: int
    expected: int
    changed_at: int
    read_by: str
    """The name of whoever read it first, "" until then."""


async def drawn_rows(
    request: HttpRequest, clinic_id: str, listed: Iterable[tuple[Request, str]]
) -> Markup:
    """Render requests, each with the name of its patient, or "" on the patient's own page."""
    services, zone = services_of(request), request.state.page["zone"]
    kinds, listed = services.requests.kinds, list(listed)
    read_by = await services.notifications.plan_tasks.read_by([asked.id for asked, _name in listed])
    # Whoever opened a link is the patient; the app knows which person it was.
    readers = {one for one in read_by.values() if is_id(one, "acc")}
    names = await services.accounts.all.named(clinic_id, readers)

    def shown(asked: Request) -> Asked:
        kind = kinds.by_key(asked.kind)
        return Asked(
            asked.id,
            asked.patient_id,
            kind.name,
            kind.about(asked),
            asked.content.asked_by,
            asked.state,
            asked.reported,
            asked.waits_for_agreement,
            asked.waits_for_staff,
            asked.filed,
            asked.expected,
            asked.changed_at,
            names.get(read_by.get(asked.id, ""), ""),
        )

    return await drawn(
        "requests/row.html",
        (
            {"asked": shown(asked), "name": name, "zone": zone, "when": ago(asked.changed_at)}
            for asked, name in listed
        ),
    )
