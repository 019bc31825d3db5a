"""Statements of message plans."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.statements import Among, prepared
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.notifications.models import notifications
from bedside.notifications.plans.events import PlanChanged
from bedside.notifications.plans.models import message_plans, plan_steps
from bedside.notifications.plans.places import Place
from bedside.notifications.plans.rows import PlanRow, StepRow
from bedside.notifications.plans.table import PlanState, may_become
from bedside.notifications.rows import NotificationRow

add = prepared(upsert(message_plans).on_conflict_do_nothing(index_elements=["item_id"]))
by_id = prepared(select(message_plans).where(message_plans.c.id == bindparam("of")), PlanRow)
of_item = prepared(
    select(message_plans).where(message_plans.c.item_id == bindparam("item")), PlanRow
)
_of_items = Among(
    lambda ids: select(message_plans).where(message_plans.c.item_id.in_(ids)), PlanRow
)
locked = prepared(
    select(message_plans).where(message_plans.c.id == bindparam("of")).with_for_update(), PlanRow
)
locked_of_item = prepared(
    select(message_plans).where(message_plans.c.item_id == bindparam("item")).with_for_update(),
    PlanRow,
)
_set = prepared(update(message_plans).where(message_plans.c.id == bindparam("of")))
add_step = prepared(insert(plan_steps))
step_in_hand = prepared(
    select(plan_steps).where(
        plan_steps.c.plan_id == bindparam("of"),
        plan_steps.c.round == bindparam("in_round"),
        plan_steps.c.number == bindparam("at"),
    ),
    StepRow,
)
steps_of = prepared(
    select(plan_steps)
    .where(plan_steps.c.plan_id == bindparam("of"))
    .order_by(plan_steps.c.round, plan_steps.c.number),
    StepRow,
)
_set_step = prepared(update(plan_steps).where(plan_steps.c.id == bindparam("of")))
_of_patient = prepared(
    select(notifications)
    .where(
        notifications.c.patient_id == bindparam("patient"),
        notifications.c.cause_id.startswith(bindparam("cause"), autoescape=False),
    )
    .order_by(notifications.c.id),
    NotificationRow,
)


async def states_of(reader: Reader, item_ids: Sequence[str]) -> dict[str, PlanState]:
    """Return the states of the plans of some items, by their ids, without items that have none."""
    if not item_ids:
        return {}
    statement, among = _of_items.of(sorted(item_ids))
    return {row.item_id: PlanState(row.state) for row in await reader.all(statement, **among)}


async def messages_of(
    work: UnitOfWork, row: PlanRow, in_round: int, number: int | None = None
) -> list[NotificationRow]:
    """Return the messages of one step, or of all of a round: there are several for several channels
    and for several devices."""
    found = await work.all(_of_patient, patient=row.patient_id, cause=row.item_id + "/")
    places = [(one, Place.of(one.cause_id)) for one in found]
    return [
        one
        for one, place in places
        if place and place.round == in_round and number in (None, place.number)
    ]


async def set_step(work: UnitOfWork, step: StepRow, **values: Any) -> StepRow:
    """Change a step. Returns it as it is then."""
    values["changed_at"] = clock.now()
    await work.execute(_set_step, of=step.id, **values)
    return step._replace(**values)


async def save(work: UnitOfWork, row: PlanRow, **values: Any) -> PlanRow:
    """Change a locked plan, and publish that. Returns it as it is then."""
    if values:
        await work.execute(_set, of=row.id, **values)
    row = row._replace(**values)
    work.emit(
        PlanChanged(
            clinic_id=row.clinic_id,
            patient_id=row.patient_id,
            plan_id=row.id,
            item_id=row.item_id,
            state=row.state,
        )
    )
    return row


async def move(work: UnitOfWork, row: PlanRow, state: PlanState, **values: Any) -> PlanRow | None:
    """Change the state of a locked plan; None if the table does not allow it."""
    if not may_become(row.state, state):
        return None
    return await save(work, row, state=state, **values)
