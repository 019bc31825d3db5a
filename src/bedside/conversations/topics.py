"""Topics that patients choose when they write (feature C6): each with the team that answers, and
the time that is promised."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update

from bedside.audit import Action, AuditLog
from bedside.conversations.models import conversation_topics
from bedside.database.statements import prepared
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import one_line
from bedside.kernel.unit_of_work import Reader, Transactions
from bedside.people.permissions import ClinicAccess
from bedside.people.teams import Teams

MOST = 20
"""Topics on offer: more than that nobody reads through."""
_LONGEST = 80
LONGEST_PROMISE = 30 * 24 * 60


class TopicRow(NamedTuple):
    """A stored topic."""

    id: str
    clinic_id: str
    name: str
    team_id: str
    minutes: int
    position: int
    retired_at: int


_t = conversation_topics.c
_add = prepared(insert(conversation_topics))
_change = prepared(
    update(conversation_topics).where(_t.id == bindparam("of"), _t.clinic_id == bindparam("clinic"))
)
_of_clinic = prepared(
    select(conversation_topics)
    .where(_t.clinic_id == bindparam("clinic"))
    .order_by(_t.position, _t.id),
    TopicRow,
)
_one = prepared(
    select(conversation_topics).where(
        _t.id == bindparam("topic"), _t.clinic_id == bindparam("clinic")
    ),
    TopicRow,
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. `minutes` of office hours are promised until an answer, 0 for no promise; `team_id`
    answers, "" for everybody who sees the patient."""

    id: str
    name: str
    team_id: str
    minutes: int
    retired: bool


class Topics:
    """Keeps the topics of clinics."""

    def __init__(self, database: Transactions, audit: AuditLog, teams: Teams) -> None:
        self._database = database
        self._audit = audit
        self._teams = teams

    async def offered(self, clinic_id: str) -> list[Topic]:
        """Return the topics among which patients choose now."""
        return [one for one in await self.all(clinic_id) if not one.retired]

    async def all(self, clinic_id: str) -> list[Topic]:
        """Return the topics of a clinic in their order, also those that are no longer offered."""
        async with self._database.read() as db:
            return [_shown(row) for row in await db.all(_of_clinic, clinic=clinic_id)]

    async def add(self, clinic: ClinicAccess, name: str, team_id: str, minutes: int) -> str:
        """Add a topic at the end. Returns its id. Raises WrongInput."""
        name = await self._checked(clinic.clinic_id, name, team_id, minutes)
        topic_id = new_id("top")
        async with self._database.unit_of_work() as work:
            await work.lock(f"topics/{clinic.clinic_id}")
            known = await work.all(_of_clinic, clinic=clinic.clinic_id)
            if sum(not row.retired_at for row in known) >= MOST:
                raise WrongInput(N_("There are 20 topics already. Remove one first."), field="name")
            await work.execute(
                _add,
                id=topic_id,
                clinic_id=clinic.clinic_id,
                name=name,
                team_id=team_id,
                minutes=minutes,
                position=max((row.position for row in known), default=0) + 1,
                retired_at=0,
            )
            await self._audit.record(
                work, clinic.clinic_id, clinic.actor, Action.TOPIC_CHANGED, subject_id=topic_id
            )
        return topic_id

    async def change(
        self, clinic: ClinicAccess, topic_id: str, name: str, team_id: str, minutes: int
    ) -> None:
        """Change a topic, for what is written from now on. Raises NotFound, WrongInput."""
        name = await self._checked(clinic.clinic_id, name, team_id, minutes)
        await self._set(clinic, topic_id, name=name, team_id=team_id, minutes=minutes)

    async def retire(self, clinic: ClinicAccess, topic_id: str) -> None:
        """Offer a topic no longer; conversations about it keep it. Raises NotFound."""
        await self._set(clinic, topic_id, retired_at=clock.now())

    async def _set(self, clinic: ClinicAccess, topic_id: str, **values: object) -> None:
        async with self._database.unit_of_work() as work:
            done = await work.execute(_change, of=topic_id, clinic=clinic.clinic_id, **values)
            if not done:
                raise NotFound
            await self._audit.record(
                work, clinic.clinic_id, clinic.actor, Action.TOPIC_CHANGED, subject_id=topic_id
            )

    async def _checked(self, clinic_id: str, name: str, team_id: str, minutes: int) -> str:
        name = one_line(name)
        if not name or len(name) > _LONGEST:
            raise WrongInput(
                N_("Please give the topic a name of at most 80 characters."), field="name"
            )
        if not 0 <= minutes <= LONGEST_PROMISE:
            raise WrongInput(
                N_("Please choose a time of at most 30 days of office hours."), field="minutes"
            )
        if team_id and team_id not in {one.id for one in await self._teams.listed(clinic_id)}:
            raise WrongInput(N_("Please choose a team or room from the list."), field="team")
        return name


async def topic_of(db: Reader, clinic_id: str, topic_id: str) -> Topic | None:
    """Return a topic of a clinic, also one that is no longer offered."""
    row = await db.one(_one, topic=topic_id, clinic=clinic_id) if topic_id else None
    return _shown(row) if row else None


def _shown(row: TopicRow) -> Topic:
    return Topic(row.id, row.name, row.team_id, row.minutes, bool(row.retired_at))
