"""Events of colleagues."""

from typing import ClassVar

from bedside.kernel.events import Event, declared


@declared
class ColleagueChanged(Event):
    """A colleague came, left, is in another room or a call, or chose to be away. `left_room_id` is
    the room of before."""

    type: ClassVar[str] = "colleagues.changed"
    clinic_id: str
    staff_id: str
    state: str
    room_id: str
    left_room_id: str

    def topic(self) -> str:
        """The topic of the clinic's staff."""
        return f"colleagues:{self.clinic_id}"


@declared
class QuestionChanged(Event):
    """A question came to somebody (“asked”), or its answer did (“answered”), or it no longer waits
    for this person (“over”)."""

    type: ClassVar[str] = "questions.changed"
    staff_id: str
    question_id: str
    state: str

    def topic(self) -> str:
        """The topic of one person."""
        return f"questions:{self.staff_id}"
