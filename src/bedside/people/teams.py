"""Teams, and the people of rooms: the targets of assignments."""

from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, insert, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.database.statements import prepared
from bedside.errors import NotFound, WrongInput
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.models import teams
from bedside.people.permissions import ClinicAccess

_NAME_MAX = 80


class TeamKind(StrEnum):
    """A team that works together, or everybody in charge of a room."""

    TEAM = "team"
    ROOM = "room"


_PREFIX = {TeamKind.TEAM: "tea", TeamKind.ROOM: "rom"}


class Team(BaseModel):
    """A team or a room."""

    model_config = ConfigDict(frozen=True)

    id: str
    clinic_id: str
    kind: TeamKind
    name: str


_add = prepared(insert(teams))
_of_clinic = prepared(
    select(teams).where(teams.c.clinic_id == bindparam("clinic")).order_by(teams.c.name)
)
_rename = prepared(
    update(teams)
    .where(teams.c.id == bindparam("of"), teams.c.clinic_id == bindparam("clinic"))
    .values(name=bindparam("new_name"))
)


ROOM_NAMES = select(teams.c.id.label("named"), teams.c.name.label("room_name")).subquery()
"""For other domains' lists that show rooms: join on `named`."""


class RoomMaker(Protocol):
    """Stores the other half of a room, besides its people."""

    async def __call__(self, work: UnitOfWork, room: Team, /) -> None:
        """Handle a room that was created in this unit of work."""
        ...


class Teams:
    """Creates, lists and renames teams and rooms."""

    def __init__(self, database: Transactions, audit: AuditLog) -> None:
        self._database = database
        self._audit = audit
        self._room_makers: list[RoomMaker] = []

    def on_created(self, maker: RoomMaker) -> None:
        """Call `maker` for every new room, in the unit of work that creates it."""
        self._room_makers.append(maker)

    async def create(self, clinic: ClinicAccess, kind: TeamKind, name: str) -> Team:
        """Create a team or room. Raises WrongInput for an empty or overlong name."""
        async with self._database.unit_of_work() as work:
            return await self.install(work, clinic.actor, clinic.clinic_id, kind, name)

    async def install(
        self, work: UnitOfWork, actor: Actor, clinic_id: str, kind: TeamKind, name: str
    ) -> Team:
        """Like `create`, for set-up and demonstration."""
        team = Team(id=new_id(_PREFIX[kind]), clinic_id=clinic_id, kind=kind, name=_checked(name))
        await work.execute(
            _add, id=team.id, clinic_id=clinic_id, kind=str(team.kind), name=team.name
        )
        await self._audit.record(work, clinic_id, actor, Action.TEAM_ADDED, subject_id=team.id)
        if kind is TeamKind.ROOM:
            for maker in self._room_makers:
                await maker(work, team)
        return team

    async def rename(self, clinic: ClinicAccess, team_id: str, name: str) -> None:
        """Rename a team or room. Raises NotFound, WrongInput."""
        async with self._database.unit_of_work() as work:
            await self.rename_in(work, clinic, team_id, name)

    async def rename_in(
        self, work: UnitOfWork, clinic: ClinicAccess, team_id: str, name: str
    ) -> None:
        """Like `rename`, together with something else."""
        done = await work.execute(
            _rename, of=team_id, clinic=clinic.clinic_id, new_name=_checked(name)
        )
        if not done:
            raise NotFound
        await self._audit.record(
            work, clinic.clinic_id, clinic.actor, Action.TEAM_CHANGED, subject_id=team_id
        )

    async def listed(self, clinic_id: str) -> list[Team]:
        """Return all teams and rooms of a clinic, by name."""
        async with self._database.read() as db:
            rows = await db.all(_of_clinic, clinic=clinic_id)
        return [Team.model_validate(row._asdict()) for row in rows]


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise WrongInput(N_("Please give it a name."), field="name")
    if len(name) > _NAME_MAX:
        raise WrongInput(N_("This name is too long: at most 80 characters."), field="name")
    return name
