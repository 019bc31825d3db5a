"""Helpers for message plans: an item, the time of day, and what was sent."""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from bedside.audit.actors import Actor, ActorKind
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.notifications.messages import OutboxMessage
from bedside.notifications.plans.subject import PlanSubject
from bedside.notifications.plans.table import PlanKind
from bedside.notifications.plans.tasks import Progress, StepTaken
from bedside.people.contact import ContactRules
from tests.house import House
from tests.requests.sending import do_jobs

MAYA = 0


@contextmanager
def at_noon() -> Generator[None]:
    """Run the clock ahead to the next noon in Stockholm, outside anybody's quiet hours."""
    here = clock.in_zone("Europe/Stockholm")
    minutes = (12 - here.hour) % 24 * 60 - here.minute
    with clock.shifted((minutes if minutes >= 0 else minutes + 24 * 60) * clock.MINUTE):
        yield


class Devices:
    """Devices of patients, as accounts will know them."""

    def __init__(self, *ids: str) -> None:
        self.ids = list(ids)

    async def of_patient(
        self, reader: Any, clinic_id: str, patient_id: str, items: Sequence[str]
    ) -> list[str]:
        return self.ids


class Planned:
    """One item, and the plan by which the first patient learns of it."""

    def __init__(self, house: House, kind: PlanKind = PlanKind.NORMAL) -> None:
        self.house = house
        self.kind = kind
        self.item_id = new_id("msg")
        self.plan_id = ""

    def subject(self) -> PlanSubject:
        return PlanSubject(
            kind=self.kind,
            clinic_id=self.house.clinic.id,
            patient_id=self.house.patients[MAYA].id,
            item_id=self.item_id,
            title="Dr Okafor has written to you",
            said="Riverside Clinic: Dr Okafor has written to you:",
            path=f"/app/{self.house.patients[MAYA].id}",
        )

    async def start(self) -> "Planned":
        async with self.house.database.unit_of_work() as work:
            self.plan_id = await self.house.notifications.plans.start(work, self.subject())
        return self

    async def started(self) -> "Planned":
        """Start, and let the worker do what is due."""
        await self.start()
        await do_jobs(self.house)
        return self

    async def seen(self, by: str = "") -> None:
        who = Actor(ActorKind.PATIENT, by or self.house.patients[MAYA].id)
        async with self.house.database.unit_of_work() as work:
            await self.house.notifications.plans.seen(work, self.item_id, who)

    async def progress(self) -> Progress:
        chart = await self.house.chart(MAYA)
        found = await self.house.notifications.plan_tasks.of_item(chart, self.item_id)
        assert found is not None
        return found

    async def steps(self) -> list[tuple[str, str]]:
        """Return channel and state of each step."""
        return [(step.channel, step.state) for step in (await self.progress()).steps]

    async def step(self, channel: str) -> StepTaken:
        return [one for one in (await self.progress()).steps if one.channel == channel][-1]

    async def sent(self) -> list[OutboxMessage]:
        """Return what lies in the local outbox of this plan, oldest first."""
        shown = await self.house.notifications.messages.outbox(self.house.here.receptionist)
        return [one for one in reversed(shown) if one.cause_id.startswith(self.item_id)]


async def contact(house: House, **rules: Any) -> None:
    """Set the first patient's rules."""
    chart = await house.chart(MAYA)
    await house.people.preferences.change(chart, ContactRules(**rules))


async def card(house: House, **changes: Any) -> None:
    """Change the first patient's card."""
    chart = await house.chart(MAYA)
    known = (await house.people.patients.get(chart)).demographics
    async with house.database.unit_of_work() as work:
        await house.people.patients.change(work, chart, known.model_copy(update=changes))


def payload_of(text: str) -> dict[str, Any]:
    """Return the JSON of a push."""
    return json.loads(text)
