"""A request as it is stored and as it is shown."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.sealed import ClinicKeys
from bedside.database.statements import prepared, unindexed
from bedside.kernel import clock
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.notifications.messenger import ChannelName
from bedside.requests.events import ChartRequestChanged, DeskRequestChanged, RequestChanged
from bedside.requests.models import requests
from bedside.requests.reminders import remind_at
from bedside.requests.states import ENDED, NEEDS_STAFF, State, Step, after

REMIND_UNAGREED = "request.remind_unagreed"
PATIENCE = 2 * clock.HOUR
"""Whoever chose files this recently may still be at it."""

STILL_WANTED = 30 * clock.DAY
"""How long after its end a link can still be asked for again."""
_SENT_AGAIN = frozenset(State) - {State.DONE, State.REVOKED, State.LOCKED}
_COLUMN = "requests.content"


class RequestRow(NamedTuple):
    """A stored request."""

    id: str
    clinic_id: str
    patient_id: str
    kind: str
    state: str
    content: bytes
    sent_by: str
    round: int
    photo_limit: int
    bytes_limit: int
    expected: int
    filed: int
    filed_bytes: int
    agreed_text: str
    agreed_at: int
    created_at: int
    changed_at: int
    expires_at: int
    opened_at: int
    done_at: int
    reported: str
    reported_at: int
    unagreed_at: int
    read_at: int
    category: str


by_id = prepared(select(requests).where(requests.c.id == bindparam("of")), RequestRow)
OF_KIND = prepared(
    select(requests).where(
        requests.c.patient_id == bindparam("patient"),
        unindexed(requests.c.clinic_id) == bindparam("clinic"),
        unindexed(requests.c.kind) == bindparam("kind"),
    ),
    RequestRow,
)
_for_change = prepared(
    select(requests).where(requests.c.id == bindparam("of")).with_for_update(), RequestRow
)
add = prepared(upsert(requests).on_conflict_do_nothing(index_elements=["id"]))
_change = prepared(update(requests).where(requests.c.id == bindparam("of")))


async def locked(work: UnitOfWork, request_id: str) -> RequestRow | None:
    """Lock and return a request until commit.

    By name before the row, because uploads and the intake take the same lock before they touch a
    file that the request holds: requests come first, then files, then the audit chain.
    """
    await work.lock(request_id)
    return await work.one(_for_change, of=request_id)


async def locked_again(work: UnitOfWork, row: RequestRow) -> RequestRow:
    """Return a request that was locked in this unit of work, as it is now."""
    found = await locked(work, row.id)
    assert found is not None  # noqa: S101 - requests are not deleted
    return found


class Reported(StrEnum):
    """A report to the clinic on the link's page, without the date of birth."""

    NOTHING = ""
    NEW_LINK = "new_link"
    """The link is closed, and they ask for a new one."""
    WRONG_PERSON = "wrong_person"
    """The message reached somebody else."""


@dataclass(frozen=True, slots=True)
class Content:
    """The sealed part of a request: who is asking, and where the link was sent.

    `to` holds an address per channel; `details` belong to its kind, such as `PhotoDetails`;
    `asked_role` is the sender's role at that time, "" for requests of earlier versions.
    `wrong_answers` were given to links that are closed by now, and still count.
    """

    asked_by: str
    language: str
    to: dict[ChannelName, str]
    details: dict[str, Any]
    asked_role: str = ""
    wrong_answers: int = 0

    @classmethod
    def of_json(cls, sealed: dict[str, Any]) -> "Content":
        """From what was sealed."""
        rest = dict(sealed)
        role, wrong = rest.pop("asked_role", ""), rest.pop("wrong_answers", 0)
        return cls(rest.pop("asked_by"), rest.pop("language"), rest.pop("to"), rest, role, wrong)

    def as_json(self) -> dict[str, Any]:
        """The content for sealing."""
        return {
            **self.details,
            "asked_by": self.asked_by,
            "asked_role": self.asked_role,
            "language": self.language,
            "to": self.to,
            "wrong_answers": self.wrong_answers,
        }


@dataclass(frozen=True, slots=True)
class Request:
    """A request of any kind. Sizes in bytes, times in milliseconds (0: not yet)."""

    id: str
    clinic_id: str
    patient_id: str
    kind: str
    state: State
    content: Content
    sent_by: str
    round: int
    file_limit: int
    bytes_limit: int
    expected: int
    filed: int
    filed_bytes: int
    agreed_at: int
    created_at: int
    changed_at: int
    expires_at: int
    opened_at: int
    done_at: int
    reported: Reported
    reported_at: int
    unagreed_at: int
    read_at: int

    @property
    def sending(self) -> bool:
        """Whether the patient has agreed to send what is not all in the chart yet."""
        return self.expected > self.filed

    @property
    def is_over(self) -> bool:
        """Whether its newest link has ended, so that nothing more can come by it."""
        return self.state in ENDED - {State.DONE} or self.expires_at <= clock.now()

    @property
    def waits_for_agreement(self) -> bool:
        """Whether files are here, and only the patient's agreement is missing."""
        return self.state is State.IN_PROGRESS and not self.sending and self.unagreed_at > 0

    @property
    def waits_for_staff(self) -> bool:
        """Whether the clinic has to act next."""
        return self.state in NEEDS_STAFF or self.reported is not Reported.NOTHING


def has_ended(row: RequestRow) -> bool:
    """Whether nothing can be agreed to any more, so that what the request holds is destroyed."""
    if row.state == State.DONE:  # more may follow until the link ends
        return row.expires_at <= clock.now()
    return row.state in ENDED


def is_sent_by_itself(row: RequestRow) -> bool:
    """Whether the link of a request is sent again without staff: not one that staff have closed,
    that wrong dates of birth have locked, or that reached somebody else."""
    wanted = row.expires_at > clock.now() - STILL_WANTED
    return State(row.state) in _SENT_AGAIN and wanted and row.reported != Reported.WRONG_PERSON


def seal(keys: ClinicKeys, request_id: str, content: Content) -> bytes:
    """Seal the content of a request."""
    return keys.seal(_COLUMN, request_id, content.as_json())


def opened(keys: ClinicKeys, row: RequestRow) -> Request:
    """Return a request from its row."""
    return Request(
        id=row.id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        kind=row.kind,
        state=State(row.state),
        content=Content.of_json(keys.unseal(_COLUMN, row.id, row.content)),
        sent_by=row.sent_by,
        round=row.round,
        file_limit=row.photo_limit,
        bytes_limit=row.bytes_limit,
        expected=row.expected,
        filed=row.filed,
        filed_bytes=row.filed_bytes,
        agreed_at=row.agreed_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
        expires_at=row.expires_at,
        opened_at=row.opened_at,
        done_at=row.done_at,
        reported=Reported(row.reported),
        reported_at=row.reported_at,
        unagreed_at=row.unagreed_at,
        read_at=row.read_at,
    )


async def take_step(work: UnitOfWork, row: RequestRow, step: Step, **values: Any) -> State:
    """Take a step, set further columns with it, and publish it. Returns the new state.

    `row` must have been read in this unit of work by `locked`.
    """
    state = after(State(row.state), step)
    await save(work, row, state=state, **values)
    return state


async def save(work: UnitOfWork, row: RequestRow, **values: Any) -> None:
    """Change columns of a request, and publish it to the patient's page, the chart and the desk."""
    await work.execute(_change, of=row.id, changed_at=clock.now(), **values)
    publish(work, row._replace(**values))


def publish(work: UnitOfWork, row: RequestRow) -> None:
    """Publish a request to the patient's page, the chart and the desk."""
    state = str(row.state)
    work.emit(
        RequestChanged(request_id=row.id, state=state, expected=row.expected, filed=row.filed)
    )
    work.emit(ChartRequestChanged(patient_id=row.patient_id, request_id=row.id, state=state))
    work.emit(
        DeskRequestChanged(
            clinic_id=row.clinic_id, patient_id=row.patient_id, request_id=row.id, state=state
        )
    )


async def note_unagreed(work: UnitOfWork, row: RequestRow, some: bool) -> None:
    """Store whether `some` files are here that nobody has agreed to send, and schedule the reminder
    of the patient, but not while the patient may still be at it."""
    if bool(row.unagreed_at) == some or (some and row.state != State.IN_PROGRESS):
        return
    now = clock.now()
    await save(work, row, unagreed_at=now if some else 0)
    due = remind_at(row.expires_at, now + PATIENCE) or now + PATIENCE
    if some and due < row.expires_at:
        payload = {"request_id": row.id, "round": row.round}
        unique = f"{REMIND_UNAGREED}:{row.id}:{row.round}"
        work.enqueue(REMIND_UNAGREED, payload, unique=unique, delay=due - now)
