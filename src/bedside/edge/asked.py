"""Files that answer a request by link stand under it in lists of files."""

from collections.abc import Iterable
from dataclasses import dataclass

from bedside.charts.records import Entry
from bedside.kernel.language import gettext
from bedside.requests.records import Request
from bedside.services import Services


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that files answer. `about` is its topic, or ""; `sent_at` in milliseconds."""

    kind: str
    about: str
    href: str
    sent_at: int


@dataclass(frozen=True, slots=True)
class Answers:
    """The entries of a list that answer requests. `firsts`: the request by the entry before which
    it is named, the first of each row of entries that answer the same one; `ids`: all entries that
    answer one."""

    firsts: dict[str, Asked]
    ids: frozenset[str]


async def answers_in(services: Services, clinic_id: str, entries: Iterable[Entry]) -> Answers:
    """Return the entries of a list that answer requests; its entries were checked already."""
    shown = [(entry.id, "" if entry.moved_to else entry.source_id) for entry in entries]
    known = await services.requests.lists.named(clinic_id, {source for _id, source in shown})
    firsts: dict[str, Asked] = {}
    before = ""
    for entry_id, source in shown:
        if source in known and source != before:
            firsts[entry_id] = _asked(services, known[source])
        before = source
    return Answers(firsts, frozenset(entry_id for entry_id, source in shown if source in known))


def _asked(services: Services, request: Request) -> Asked:
    kind = services.requests.kinds.by_key(request.kind)
    return Asked(
        gettext(kind.name),
        kind.about(request),
        f"/patients/{request.patient_id}/requests/{request.id}",
        request.created_at,
    )
