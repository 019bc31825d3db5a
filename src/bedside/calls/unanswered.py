"""Patients who were admitted to a call, and whose page has not joined it after a few seconds."""

from typing import Any

from bedside.calls import rows
from bedside.calls.states import Kind, Standing
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.visits import rows as visit_rows
from bedside.visits.states import State
from bedside.visits.turn_texts import TurnTexts

UNANSWERED = "call.unanswered"
"""The job that looks whether the patient's page has joined."""
AFTER = 10 * clock.SECOND


class UnansweredCalls:
    """Texts the patient, if the room does that."""

    def __init__(self, database: Transactions, texts: TurnTexts) -> None:
        self._database = database
        self._texts = texts

    async def look(self, payload: dict[str, Any]) -> None:
        """Job: text a patient whose page does not answer the call they were admitted to."""
        async with self._database.unit_of_work() as work:
            visit = await work.one(visit_rows.for_change, of=payload["visit_id"])
            if visit is None or visit.state != State.IN_CALL:
                return
            if visit.call_id != payload["call_id"]:
                return
            place = await rows.of_person(work, visit.call_id, Kind.PATIENT, visit.id)
            if place is not None and place.state == Standing.ASKED:
                await self._texts.called(work, visit)


def watch(work: UnitOfWork, visit_id: str, call_id: str) -> None:
    """Look in a moment whether the patient's page has joined."""
    work.enqueue(
        UNANSWERED,
        {"visit_id": visit_id, "call_id": call_id},
        unique=f"{UNANSWERED}:{visit_id}:{call_id}",
        delay=AFTER,
    )
