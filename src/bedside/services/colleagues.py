"""Colleagues: who is where, and short questions."""

from dataclasses import dataclass

from bedside.colleagues.presence import Colleagues
from bedside.colleagues.questions import Questions


@dataclass(frozen=True, slots=True)
class ColleagueServices:
    """`services.colleagues`."""

    presence: Colleagues
    questions: Questions
