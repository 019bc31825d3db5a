"""Wires colleagues."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.people import PeopleParts
from bedside.calls.rows import staff_in_calls
from bedside.colleagues.live import ColleaguesLive
from bedside.colleagues.presence import Colleagues
from bedside.colleagues.questions import Questions
from bedside.realtime.presence import Presence
from bedside.realtime.topics import TopicKind
from bedside.services.colleagues import ColleagueServices
from bedside.services.registered import Registered


@dataclass(frozen=True, slots=True)
class ColleagueParts(ColleagueServices):
    """The services of colleagues, with what open pages follow."""

    live: ColleaguesLive

    def registered(self) -> Registered:
        """Return what they register for the worker."""
        return Registered(
            sweeps={
                "colleagues.presence": (5.0, self.presence.sweep),
                "colleagues.forget_questions": (600.0, self.questions.forget),
            }
        )

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds of topics."""
        return self.live.topics()


def colleagues_of(base: Base, people: PeopleParts, presence: Presence) -> ColleagueParts:
    """Make the presence of staff, and questions between them."""
    colleagues = Colleagues(base.database, presence, people.staff, staff_in_calls)
    questions = Questions(base.database, base.vault, base.audit.log, people.staff, colleagues)
    return ColleagueParts(
        presence=colleagues, questions=questions, live=ColleaguesLive(colleagues, questions)
    )
