"""Photos that a patient has agreed to send: each by its name, with its outcome.

An agreement names the photos that one page showed. What the page did not show, such as a photo on
another phone, is not agreed to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.statements import prepared
from bedside.files.arrivals import RefusedUpload
from bedside.files.retrieval import HeldFile
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.requests.photos.models import agreed_photos
from bedside.requests.records import RequestRow


class Outcome(StrEnum):
    """The outcome of an agreed photo."""

    COMING = "coming"
    """It is being uploaded, or waits for its scan."""
    FILED = "filed"
    REFUSED = "refused"
    """It is refused; the patient sees the reason."""
    LEFT_OUT = "left_out"
    """It did not arrive, and the patient finished without it."""


@dataclass(frozen=True, slots=True)
class LastAgreement:
    """The outcome of the photos that were agreed to last: how many in all, how many are in the
    chart, and how many never arrived."""

    agreed: int
    filed: int
    left_out: int

    @property
    def whole(self) -> bool:
        """Whether all of them are in the chart."""
        return self.filed >= self.agreed


class AgreedRow(NamedTuple):
    """A photo that was agreed to, as it is stored."""

    request_id: str
    photo: str
    outcome: str
    file_id: str
    agreed_at: int


_of_request = prepared(
    select(agreed_photos).where(agreed_photos.c.request_id == bindparam("of")).order_by("photo"),
    AgreedRow,
)
_keep = prepared(
    upsert(agreed_photos).on_conflict_do_update(
        index_elements=["request_id", "photo"],
        set_={
            "outcome": bindparam("new_outcome"),
            "file_id": bindparam("new_file"),
            "agreed_at": bindparam("moment"),
        },
    )
)
_set = prepared(
    update(agreed_photos)
    .where(
        agreed_photos.c.request_id == bindparam("of_request"),
        agreed_photos.c.photo == bindparam("of_photo"),
    )
    .values(outcome=bindparam("new_outcome"), file_id=bindparam("new_file"))
)
_take_back = prepared(
    delete(agreed_photos).where(
        agreed_photos.c.request_id == bindparam("of_request"),
        agreed_photos.c.outcome == Outcome.COMING,
    )
)


def name_of(photo: HeldFile | RefusedUpload) -> str:
    """Return a photo's name in an agreement: its device's name for it, or the file's id."""
    if photo.given_id:
        return photo.given_id
    return photo.id if isinstance(photo, HeldFile) else photo.file_id


async def of_request(db: Reader, request_id: str) -> dict[str, AgreedRow]:
    """Return everything that was ever agreed to in this request, by its name."""
    return {row.photo: row for row in await db.all(_of_request, of=request_id)}


def coming(agreed: dict[str, AgreedRow]) -> frozenset[str]:
    """Return the names of those that are not in the chart yet, and still may come."""
    return frozenset(name for name, row in agreed.items() if row.outcome == Outcome.COMING)


def filed(agreed: dict[str, AgreedRow]) -> frozenset[str]:
    """Return the names of those in the chart, and the ids of their files."""
    rows = [row for row in agreed.values() if row.outcome == Outcome.FILED]
    return frozenset(name for row in rows for name in (row.photo, row.file_id))


def files(agreed: dict[str, AgreedRow]) -> list[str]:
    """Return the ids of the files in the chart, oldest first."""
    rows = [row for row in agreed.values() if row.outcome == Outcome.FILED and row.file_id]
    return [row.file_id for row in sorted(rows, key=lambda row: (row.agreed_at, row.file_id))]


def last(agreed: dict[str, AgreedRow]) -> LastAgreement:
    """Return what became of the last agreement."""
    newest = max((row.agreed_at for row in agreed.values()), default=0)
    outcomes = [row.outcome for row in agreed.values() if row.agreed_at == newest]
    return LastAgreement(
        len(outcomes), outcomes.count(Outcome.FILED), outcomes.count(Outcome.LEFT_OUT)
    )


async def keep(work: UnitOfWork, request_id: str, names: Iterable[str]) -> None:
    """Store photos that were agreed to just now."""
    now = clock.now()
    for name in names:
        await work.execute(
            _keep,
            request_id=request_id,
            photo=name,
            outcome=Outcome.COMING,
            file_id="",
            agreed_at=now,
            new_outcome=Outcome.COMING,
            new_file="",
            moment=now,
        )


async def settle(
    work: UnitOfWork, request_id: str, name: str, outcome: Outcome, file_id: str = ""
) -> None:
    """Record the outcome of one of them."""
    await work.execute(
        _set, of_request=request_id, of_photo=name, new_outcome=outcome, new_file=file_id
    )


async def take_back(work: UnitOfWork, row: RequestRow) -> None:
    """Withdraw what has not arrived yet: a new link was sent, by which the patient agrees again."""
    await work.execute(_take_back, of_request=row.id)
