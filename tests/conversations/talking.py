"""A patient, a proxy and staff who write to each other."""

from typing import Any

from bedside.conversations.service import Conversations
from bedside.conversations.writing import Text
from bedside.kernel.ids import new_id
from bedside.people.permissions import (
    ChartAccess,
    PatientAccess,
    StaffAccess,
    account_access,
    patient_access,
)
from bedside.people.record_parts import Part
from tests.house import House

ALL_PARTS = frozenset(Part)


def side_of(
    house: House, patient: int = 0, *, parts: frozenset[Part] = ALL_PARTS, proxy: bool = False
) -> PatientAccess:
    """Return the patient's side of the record, for the patient or for a proxy."""
    patient_id = house.patients[patient].id
    own = "" if proxy else patient_id
    account = account_access(new_id("acc"), house.clinic.id, own, new_id("ase"), "192.0.2.7")
    return patient_access(account, patient_id, parts)


class Talk:
    """A conversation under way: `patient` and `mother` on one side, `chart` on the other."""

    def __init__(self, house: House, chart: ChartAccess, patient: int = 0) -> None:
        self.house = house
        self.chart = chart
        self.patient = side_of(house, patient)
        self.mother = side_of(house, patient, proxy=True)
        self.all: Conversations = house.services.conversations.all
        self.id = ""

    async def begin(self, words: str = "Is this normal?", **more: Any) -> str:
        """Start it as the patient."""
        draft = more.pop("draft", new_id("drf"))
        self.id = await self.all.start(self.patient, Text(words), draft, **more)
        return self.id

    async def say(self, access: Any, words: str, *, draft: str = "", **more: Any) -> str:
        """Write as somebody."""
        return await self.all.say(access, self.id, Text(words, **more), draft or new_id("drf"))

    async def seen(self, access: Any = None) -> list[tuple[int, str, str]]:
        """Return (number, kind of sender, words) as somebody sees them; by default staff."""
        page = await self.all.page(access or self.chart, self.id)
        return [(one.number, one.sender_kind, one.text) for one in page.messages]

    async def states(self, access: Any = None) -> list[str]:
        """Return how far each message has come, as somebody sees it."""
        page = await self.all.page(access or self.chart, self.id)
        return [one.state for one in page.messages]

    async def listed(self, staff: StaffAccess | None = None, view: str = "waiting") -> list[str]:
        """Return the ids in a view of the staff's list."""
        lists = self.house.services.conversations.lists
        lines = await lists.desk(staff or self.house.here.receptionist, view)
        return [line.conversation.id for line in lines]


async def talk_of(house: House, patient: int = 0) -> Talk:
    """Return a conversation that has begun."""
    talk = Talk(house, await house.chart(patient), patient)
    await talk.begin()
    return talk
