"""Kinds of links. Each domain declares its kind; the feature with its pages registers it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bedside.audit import Action
from bedside.kernel.kinds import Kinds
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.links.records import Answer
from bedside.people.record_parts import Part

Answered = Callable[[UnitOfWork, Answer, str], Awaitable[None]]
"""Called for an answer that was counted, in its unit of work, with the address it came from."""


async def _nothing(work: UnitOfWork, answer: Answer, address: str) -> None:
    """Do nothing, for kinds whose subject does not change on an answer."""


@dataclass(frozen=True, slots=True)
class LinkKind:
    """One kind of link. Ids of its subjects begin with `prefix`.

    The audit log names a right date of birth `checked`, a wrong one `refused`, and the wrong one
    too many `locked`.
    """

    prefix: str
    checked: Action
    refused: Action
    locked: Action
    answered: Answered = _nothing
    part: Part = Part.FORMS
    """The part of the record that a proxy needs to open it in the app."""
    stays: bool = False
    """Whether it can be opened in the app after its link has ended."""


LinkKinds = Kinds[LinkKind]
