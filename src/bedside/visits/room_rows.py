"""A room as it is stored."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, select

from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Reader
from bedside.kernel.words import fold
from bedside.people.teams import ROOM_NAMES
from bedside.visits.models import rooms

Ask = Literal["no", "optional", "required"]


class RoomKind(StrEnum):
    """The kinds of rooms."""

    PERSONAL = "personal"
    """Of one clinician, its owner."""
    SHARED = "shared"


class RoomOptions(BaseModel):
    """The texts and questions of a room. Empty texts: the product's, or the clinic's, own words."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    welcome_text: str = Field(default="", max_length=1_000)
    closed_text: str = Field(default="", max_length=1_000)
    consent_text: str = Field(default="", max_length=2_000)
    """The text to agree to at the check-in; none if empty."""
    emergency_text: str = Field(default="", max_length=1_000)
    """Instead of the clinic's."""
    ask_birth_date: Ask = "optional"
    ask_phone: Ask = "optional"
    ask_reason: Ask = "optional"
    show_estimate: bool = True
    show_position: bool = False
    text_when_away: bool = True
    """Whether an SMS goes to a patient whose page is away when the turn comes near, and when they
    are called and do not answer."""


FOR_NEW_ROOMS = RoomOptions(ask_birth_date="required")
"""Without a date of birth nobody can be matched with their chart. Staff may make it optional."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room. `open`: whether patients can check in now; `owner_id` is empty for shared rooms."""

    id: str
    clinic_id: str
    kind: RoomKind
    owner_id: str
    slug: str
    name: str
    open: bool
    options: RoomOptions

    @property
    def personal(self) -> bool:
        """Whether it is one clinician's."""
        return self.kind is RoomKind.PERSONAL


class RoomRow(NamedTuple):
    """A stored room, with its name."""

    id: str
    clinic_id: str
    kind: str
    owner_id: str
    slug: str
    open: bool
    options: str
    created_at: int
    room_name: str


joined = rooms.join(ROOM_NAMES, ROOM_NAMES.c.named == rooms.c.id)
columns = (*rooms.c, ROOM_NAMES.c.room_name)
by_id = prepared(select(*columns).select_from(joined).where(rooms.c.id == bindparam("of")), RoomRow)
for_change = prepared(
    select(*columns)
    .select_from(joined)
    .where(rooms.c.id == bindparam("of"))
    .with_for_update(of=rooms),
    RoomRow,
)
while_open = prepared(
    select(*columns)
    .select_from(joined)
    .where(rooms.c.id == bindparam("of"))
    .with_for_update(read=True, of=rooms),
    RoomRow,
)
"""Keeps the room from being closed until the commit."""
by_slug = prepared(
    select(*columns).select_from(joined).where(rooms.c.slug == bindparam("at")), RoomRow
)
of_clinic = prepared(
    select(*columns)
    .select_from(joined)
    .where(rooms.c.clinic_id == bindparam("clinic"))
    .order_by(ROOM_NAMES.c.room_name, rooms.c.id),
    RoomRow,
)
_name = prepared(select(ROOM_NAMES.c.room_name).where(ROOM_NAMES.c.named == bindparam("of")))


def opened(row: RoomRow, *, shared_allowed: bool = True) -> Room:
    """Return a room from its row. A shared room is closed if the clinic has switched shared rooms
    off."""
    kind = RoomKind(row.kind)
    return Room(
        id=row.id,
        clinic_id=row.clinic_id,
        kind=kind,
        owner_id=row.owner_id,
        slug=row.slug,
        name=row.room_name,
        open=bool(row.open) and (shared_allowed or kind is RoomKind.PERSONAL),
        options=RoomOptions.model_validate_json(row.options),
    )


async def room_name(reader: Reader, room_id: str) -> str:
    """Return the name of a room."""
    row = await reader.one(_name, of=room_id)
    return row.room_name if row else ""


def slug_of(name: str) -> str:
    """Derive an address from a name: “Dr Okafor’s room” is at `dr-okafor`."""
    plain = re.sub(r"['’`]s room$", "", fold(name.strip()))
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("-") or "room"
