"""Live colleagues: snapshots, and how events change them."""

from typing import Any

from bedside.colleagues.events import ColleagueChanged, QuestionChanged
from bedside.colleagues.presence import Colleagues
from bedside.colleagues.questions import Questions
from bedside.errors import NotFound
from bedside.people.permissions import StaffAccess
from bedside.realtime.topics import TopicKind


class ColleaguesLive:
    """The topics `colleagues:{clinic}` and `questions:{member of staff}`."""

    def __init__(self, colleagues: Colleagues, questions: Questions) -> None:
        self._colleagues = colleagues
        self._questions = questions

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds."""
        return (
            TopicKind("colleagues", self.colleagues),
            TopicKind("questions", self.questions),
        )

    async def colleagues(self, access: object, clinic_id: str) -> dict[str, Any]:
        """Return where everybody is, for the staff of the clinic."""
        if not isinstance(access, StaffAccess) or access.clinic_id != clinic_id:
            raise NotFound
        return {"colleagues": await self._colleagues.facts(clinic_id)}

    async def questions(self, access: object, staff_id: str) -> dict[str, Any]:
        """Return the states of what is open for somebody, for that person."""
        if not isinstance(access, StaffAccess) or access.staff_id != staff_id:
            raise NotFound
        return {"questions": dict(await self._questions.states(access))}


def apply(snapshot: dict[str, Any], event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Apply an event to a snapshot of one of the topics."""
    if event_type == ColleagueChanged.type:
        facts = {"state": data["state"], "room_id": data["room_id"]}
        return {"colleagues": {**snapshot["colleagues"], data["staff_id"]: facts}}
    if event_type == QuestionChanged.type:
        rest = {k: v for k, v in snapshot["questions"].items() if k != data["question_id"]}
        kept = {} if data["state"] == "over" else {data["question_id"]: data["state"]}
        return {"questions": {**rest, **kept}}
    return snapshot
